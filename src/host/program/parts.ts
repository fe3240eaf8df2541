// The parts of the program that are no code, and the files that processes and threads begin with. The one
// owner of where they lie: in the tree of a checkout, beside the bundle, within the executable.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedFile, embeddedNames, embeddedScheme, isEmbedded } from './embedded.ts';

/** Files that belong together, by paths with `/`. */
export interface PartFolder {
  /** Another number when that file has changed; 0: there is none of that name. */
  stamp(name: string): number;
  /** Sorted. */
  names(): readonly string[];
  /** Throws the error of the file system when there is none of that name. */
  read(name: string): Buffer;
}

const isSource = import.meta.url.endsWith('.ts');

/** From this file, and from a chunk of the bundle: a checkout's own rules before the copy of the build. */
const places = {
  rules: isSource ? ['../../../rules'] : ['../rules', './rules'],
  ui: isSource ? ['../../../dist/ui'] : ['./ui'],
  native: isSource ? ['../../../native'] : ['../native'],
} as const;
/** What tells the folder from others of that name. */
const firstFiles = {
  rules: '00-words.yaml',
  ui: 'index.html',
  native: 'seaworthy.bpf.o',
} as const;

/** Our own rules, the files of the dashboard, what is loaded into the kernel. */
export type PartName = keyof typeof places;

/** The files of a part of the program. */
export function partFolder(name: PartName): PartFolder {
  return isEmbedded ? embeddedFolder(name) : partsOfFolder(folderOf(name));
}

/** One file of a part. Throws the error of the file system when it is missing. */
export function partFile(name: PartName, file: string): Buffer {
  return partFolder(name).read(file);
}

function folderOf(name: PartName): string {
  const folders = places[name].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, firstFiles[name]))) ?? folders[0] ?? '';
}

/** The files of a folder and of those below it. */
export function partsOfFolder(folder: string): PartFolder {
  return {
    stamp: (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    names: () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .map((path) => path.split(sep).join('/'))
        .toSorted(),
    read: (name) => readFileSync(join(folder, name)),
  };
}

function embeddedFolder(folder: PartName): PartFolder {
  const start = `${folder}/`;
  const names = embeddedNames()
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length));
  return {
    stamp: (name) => (names.includes(name) ? 1 : 0),
    names: () => names,
    read(name) {
      const bytes = embeddedFile(start + name);
      if (bytes !== null) return bytes;
      throw Object.assign(new Error(`ENOENT: no such part, '${start}${name}'`), { code: 'ENOENT' });
    },
  };
}

/**
 * The entry of the thread or process `<name>.worker.ts` in the folder of the module that asks. The bundle
 * and the executable hold every file of that name as an entry of its own (tools/build/bundle.ts).
 * @param from `import.meta.url` of the module that asks
 */
export function entryOf(name: string, from: string): URL {
  return new URL(`./${name}.worker.${from.endsWith('.ts') ? 'ts' : 'mjs'}`, from);
}

/** What a start of the whole program begins with. */
export function launcher(): URL {
  if (isEmbedded) return new URL(`${embeddedScheme}///code/seaworthy.mjs`);
  return new URL(isSource ? '../../cli/launch.ts' : './seaworthy.mjs', import.meta.url);
}
