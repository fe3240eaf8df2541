// `npm run pack`: the package for npm. The bundle holds its dependencies, so the package installs
// nothing beside itself but koffi, which is native and which only the sensor needs; the pinned Node of
// the checkout stays out, it has 210 MB.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { field, stringField } from '../../src/base/json.ts';
import { bundle } from './bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = [
  'bin/seaworthy',
  'README.md',
  'LICENSE',
  'SECURITY.md',
  'docs',
  'native/seaworthy.bpf.o',
  'native/seaworthy.bpf.json',
];
/** Of package.json: what a user of the package needs. */
const kept = ['name', 'version', 'description', 'keywords', 'license', 'type', 'bin', 'engines'];

/** Installed for development only, and taken into the files of the dashboard. */
const inDashboard: ReadonlySet<string> = new Set([
  'node_modules/preact',
  'node_modules/@preact/signals',
  'node_modules/@preact/signals-core',
  'node_modules/uplot',
]);

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly dev?: true; readonly optional?: true; readonly version?: string }>
  >;
}

/** Puts the package together in `folder`, which is emptied first; throws when the build fails. */
export async function stage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundle(join(folder, 'dist'));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  const manifest = readJson('package.json') as Record<string, unknown>;
  const published = {
    ...Object.fromEntries(kept.map((key) => [key, manifest[key]])),
    optionalDependencies: { koffi: field(manifest['dependencies'], 'koffi') },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), bundledLicences());
}

/** Their licences ask that the notices go with the code that the bundle took in. */
export function bundledLicences(): string {
  const { packages } = readJson('package-lock.json') as LockFile;
  return Object.entries(packages)
    .filter(
      ([place, { dev, optional }]) => (place !== '' && !dev && !optional) || inDashboard.has(place),
    )
    .map(([place, { version }]) => {
      const name = place.replace(/^.*node_modules\//, '');
      return `${name} ${version}\n\n${licenceOf(place)}\n`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}

/** The text that the package brings, else what it states of itself. Throws where it states nothing. */
function licenceOf(place: string): string {
  const [file] = globSync('{LICEN[CS]E,licen[cs]e,COPYING}*', { cwd: join(root, place) });
  if (file !== undefined) return readFileSync(join(root, place, file), 'utf8').trim();
  const manifest = readJson(join(place, 'package.json'));
  const licence = stringField(manifest, 'license');
  if (licence === null) throw new Error(`${place} has no licence`);
  const author = stringField(field(manifest, 'author'), 'name') ?? stringField(manifest, 'author');
  const by = author === null ? '' : `, copyright ${author}`;
  return `Licensed under ${licence}${by}. The package brings no copy of the text of its licence.`;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

if (import.meta.main) {
  const folder = join(root, '.cache/package');
  await stage(folder);
  const words = ['pack', folder, '--pack-destination', join(root, '.cache')];
  process.exitCode = spawnSync('npm', words, { stdio: 'inherit' }).status ?? 1;
}
