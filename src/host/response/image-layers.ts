// Where the files of a container's image lie: the lower folders of its overlay file system (overlayfs
// documentation of the kernel), read from the mounts of its first process.
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';

export interface ImageLayers {
  /** Highest first. */
  readonly lower: readonly string[];
  /** Mount points in the container where programs may lie besides its root. */
  readonly volumes: readonly { readonly path: string; readonly isMemory: boolean }[];
}

/** Engines that shorten the paths start from one of these folders. */
const storages = ['/var/lib/docker/overlay2', '/var/lib/containers/storage/overlay'];
/** File systems that hold no programs. */
const programless = new Set(['proc', 'sysfs', 'cgroup', 'cgroup2', 'mqueue', 'devpts', 'bpf']);
/** overlayfs takes 500 layers. */
const layersAtMost = 500;

/**
 * The layers of the image that a process has as its root.
 *
 * @throws SeaworthyError `unsupported` when its root is no overlay, or its files cannot be told apart;
 *   `not-found`
 */
export function imageLayersOf(pid: number): ImageLayers {
  const lines = read(`/proc/${pid}/mountinfo`).split('\n');
  const mounts = lines.flatMap((line) => mountOf(line) ?? []);
  const root = mounts.findLast(({ path }) => path === '/');
  if (root?.type !== 'overlay') {
    const what = root === undefined ? 'nothing' : root.type;
    throw new SeaworthyError(
      'unsupported',
      `its root is ${what} and no overlay: nobody can tell there what is from the image`,
    );
  }
  const options = optionsOf(root.options);
  const upper = options.upper === null ? null : resolved(options.upper);
  const lower = options.lower.map(resolved);
  if (upper === null || lower.length === 0 || lower.length > layersAtMost) {
    throw new SeaworthyError('unsupported', 'the layers of its root are not known');
  }
  // Only where all lie in one file system do files of an overlay keep the numbers of their origins.
  const device = statSync(upper).dev;
  if (lower.some((folder) => statSync(folder).dev !== device)) {
    throw new SeaworthyError('unsupported', 'the layers of its root lie in several file systems');
  }
  const volumes = mounts
    .filter(({ path, type }) => path !== '/' && !programless.has(type))
    .map(({ path, type }) => ({ path, isMemory: type === 'tmpfs' }));
  return { lower, volumes };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('not-found', `${path} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}

interface Mount {
  readonly path: string;
  readonly type: string;
  readonly options: string;
}

/** proc(5): `id parent dev root PATH flags [tags] - TYPE source OPTIONS`. */
function mountOf(line: string): Mount | null {
  const words = line.split(' ');
  const dash = words.indexOf('-', 6);
  const path = words[4];
  const type = words[dash + 1];
  if (dash === -1 || path === undefined || type === undefined) return null;
  return { path: unescaped(path), type, options: words.slice(dash + 3).join(' ') };
}

/** Blanks and backslashes are written as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function optionsOf(text: string): { lower: readonly string[]; upper: string | null } {
  const lower: string[] = [];
  let upper: string | null = null;
  // A comma within a path is escaped with a backslash, which itself is written as \134.
  for (const option of unescaped(text).split(/(?<!\\),/)) {
    const at = option.indexOf('=');
    const name = option.slice(0, at);
    const value = option.slice(at + 1);
    if (name === 'upperdir') upper = bare(value);
    else if (name === 'lowerdir+') lower.push(bare(value));
    else if (name === 'lowerdir') lower.push(...value.split(/(?<!\\):/).map(bare));
  }
  return { lower, upper };
}

function bare(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}

function resolved(path: string): string {
  if (isAbsolute(path)) return path;
  const found = storages
    .map((storage) => join(storage, path))
    .find((one) => statSync(one, { throwIfNoEntry: false }) !== undefined);
  if (found !== undefined) return found;
  throw new SeaworthyError(
    'unsupported',
    'the layers of its root are named from an unknown folder',
  );
}
