// Completes package-lock.json after `npm install` from a registry that lacks the packages of other
// platforms: npm leaves them out of the file then, and `npm ci` refuses such a file everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface LockEntry {
  readonly version?: string;
  readonly dev?: true;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockPackages = Readonly<Record<string, LockEntry>>;

/** One dependency that the file lists and does not hold. */
export interface MissingEntry {
  /** Where it belongs: beside the package that asks for it. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

const exact = /^\d+\.\d+\.\d+(?:[-+].*)?$/;

/** Dependencies without an entry that fits; ranges are taken as fitting what is there. */
export function missingEntries(packages: LockPackages): MissingEntry[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries({
      ...entry.dependencies,
      ...entry.devDependencies,
      ...entry.optionalDependencies,
    }).flatMap(([name, version]) => {
      const found = resolved(packages, path, name);
      if (found !== null && (!exact.test(version) || found.version === version)) return [];
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('node_modules/')));
      return [{ place: `${parent}node_modules/${name}`, name, version, dev: entry.dev === true }];
    }),
  );
}

/** As Node looks it up: in the package's own folder, then in those above it. */
function resolved(packages: LockPackages, from: string, name: string): LockEntry | null {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const found = packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`];
    if (found !== undefined) return found;
    if (base === '') return null;
  }
}

/** The file with entries for what only other platforms need; its own entries keep their hashes. */
export function completed(packages: LockPackages): LockPackages {
  const all: Record<string, LockEntry> = { ...packages };
  const known = new Map(
    Object.entries(packages).map(([place, entry]) => [
      `${place.replace(/^.*node_modules\//, '')}@${entry.version}`,
      entry,
    ]),
  );
  // An entry that makes room for another version is missing in turn: a few rounds settle it.
  for (let round = 0; round < 4; round += 1) {
    for (const { place, name, version, dev } of missingEntries(all)) {
      if (exact.test(version))
        all[place] = known.get(`${name}@${version}`) ?? foreign(name, version, dev);
    }
  }
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const platform =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(gnu|musl))?/;

/** Named after its platform, as all such packages are: npm passes it over on any other. */
function foreign(name: string, version: string, dev: boolean): LockEntry {
  const [, os, cpu = 'wasm32', libc] = platform.exec(name) ?? [];
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  } as LockEntry;
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: LockPackages };
  lock.packages = completed(lock.packages);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log('now run `npm install`, which puts the file into its own order');
}
