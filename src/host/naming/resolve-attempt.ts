// Whom an attempt to execute a runtime is for. In the kernel's eyes the caller is still what it was
// before: the engine's child, the shim or conmon; their words and working folders name the container.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  isContainerId,
  parseRuntimeCommand,
  type RuntimeCommand,
  wordsOf,
} from '../identity/index.ts';
import { readDocument, readProcess, readProcessLink, readSmallFile } from './bounded-read.ts';

/** A container that somebody is about to make, or works on. */
export interface Candidate {
  readonly id: string;
  /** The folder that holds `config.json`. */
  readonly bundle: string;
  /** containerd's namespace. */
  readonly namespace: string | null;
  /** `shim` is containerd, `monitor` Podman or CRI-O, `runtime` somebody by hand. */
  readonly program: RuntimeCommand['program'];
  /** True for `exec`: it enters a container that runs. */
  readonly isExec: boolean;
  readonly name: string | null;
  readonly exitFile: string | null;
  readonly pidFile: string | null;
}

/** A wrapper script or hook may stand between the shim and the runtime. */
const parentsAsked = 2;
/** Containers of one pod's shim, and of a whole namespace of containerd. */
const siblingsRead = 4096;

const taskFolder = /\/io\.containerd\.runtime\.v[12]\.(?:task|linux)\/([^/]+)\/([^/]+)$/;

/** The candidate that a process speaks of; null when it names none (`runc --version`, `podman run`). */
export function resolveAttempt(pid: number, knownShims: KnownShims = noShims): Candidate | null {
  let asked: number | null = pid;
  for (let level = 0; level <= parentsAsked && asked !== null && asked > 1; level += 1) {
    const words = wordsOf(readProcess(asked, 'cmdline') ?? '');
    const command = parseRuntimeCommand(words);
    // The runtime inside the container's namespaces: whoever started it was asked before.
    if (command?.action === 'init') return null;
    const candidate = candidateOf(asked, command, knownShims);
    if (candidate !== null) return candidate;
    asked = parentOf(asked);
  }
  return null;
}

/** Containers by `shimKey`, for shims that execute their runtime again and again. */
export type KnownShims = ReadonlyMap<string, Candidate>;

const noShims: KnownShims = new Map();

/** What tells one shim from all others. */
export function shimKey(namespace: string | null, id: string | null): string {
  return `${namespace ?? ''} ${id ?? ''}`;
}

function candidateOf(
  pid: number,
  command: RuntimeCommand | null,
  knownShims: KnownShims,
): Candidate | null {
  if (command?.program === 'shim' && command.action === null) {
    const known = knownShims.get(shimKey(command.namespace, command.id));
    if (known !== undefined) return known;
  }
  const folder = readProcessLink(pid, 'cwd');
  if (command !== null) return ofCommand(pid, command, folder);
  // containerd's child stands in the bundle before it becomes the shim.
  return folder === null ? null : ofTaskFolder(folder);
}

/** The container of a bundle in containerd's state folder; null: the path is none. */
export function ofTaskFolder(folder: string): Candidate | null {
  const match = taskFolder.exec(folder);
  const [, namespace = '', id = ''] = match ?? [];
  if (match === null || !isContainerId(id)) return null;
  return {
    id,
    bundle: folder,
    namespace,
    program: 'shim',
    isExec: false,
    name: null,
    exitFile: null,
    pidFile: join(folder, 'init.pid'),
  };
}

function ofCommand(pid: number, command: RuntimeCommand, folder: string | null): Candidate | null {
  const { id, namespace, program, name, exitFolder, pidFile } = command;
  if (id === null || command.action === 'delete') return null;
  const bundle = bundleOf(pid, command, folder);
  if (bundle === null) return null;
  return {
    id,
    bundle,
    namespace: namespace ?? taskFolder.exec(bundle)?.[1] ?? null,
    program,
    isExec: command.action === 'exec',
    name,
    exitFile: exitFolder === null ? null : join(exitFolder, id),
    pidFile: pidFile ?? (program === 'shim' ? join(bundle, 'init.pid') : null),
  };
}

function bundleOf(pid: number, command: RuntimeCommand, folder: string | null): string | null {
  const { id, bundle, program } = command;
  const places: string[] = [];
  if (bundle !== null) places.push(folder === null ? bundle : resolve(folder, bundle));
  if (folder !== null) {
    // One shim serves a whole pod and stays in the first container's folder.
    if (program === 'shim' && id !== null && basename(folder) !== id) {
      places.push(join(dirname(folder), id));
    }
    places.push(folder);
    // `runc run` without --bundle: by now it stands in the root file system below its bundle.
    if (program === 'runtime') places.push(dirname(folder));
  }
  if (program === 'runtime') {
    const parent = parentOf(pid);
    const parentFolder = parent === null ? null : readProcessLink(parent, 'cwd');
    if (parentFolder !== null) places.push(resolve(parentFolder, bundle ?? '.'));
  }
  return places.find((place) => existsSync(join(place, 'config.json'))) ?? null;
}

/** Other containers in the folder of a pod's shim: newer kubelets start no shim of their own for them. */
export function siblingsOf(candidate: Candidate): readonly Candidate[] {
  if (candidate.program !== 'shim') return [];
  const folder = dirname(candidate.bundle);
  try {
    return readdirSync(folder)
      .slice(0, siblingsRead)
      .filter((name) => name !== candidate.id)
      .flatMap((name) => ofTaskFolder(join(folder, name)) ?? []);
  } catch {
    return [];
  }
}

/** `waiting`: its program has not run yet. `running`, `gone`: it runs, or it ran. */
export type RunState = 'waiting' | 'running' | 'gone';

/** How far a container is: before its start its first process is absent, or the runtime's `init`. */
export function runStateOf(candidate: Candidate): RunState {
  const { pidFile, program, isExec } = candidate;
  if (isExec) return 'running';
  // conmon executes a runtime to create, or to `exec`, and for nothing else.
  if (pidFile === null || program === 'monitor') return 'waiting';
  const pid = readSmallFile(pidFile, pidCharacters)?.toString('utf8').trim() ?? '';
  if (!/^\d{1,10}$/.test(pid)) return 'waiting';
  return runStateOfProcess(pid);
}

const pidCharacters = 64;

/** As `runStateOf`, by the container's first process. */
export function runStateOfProcess(pid: string): RunState {
  const line = readProcess(pid, 'cmdline');
  if (line === null) return 'gone';
  // crun waits as `crun create ...` or `crun init`, runc and youki as `runc init`, `youki: [INIT]`.
  return /^(?:runc|youki|crun|krun)/.test(basename(wordsOf(line)[0] ?? '')) ? 'waiting' : 'running';
}

function parentOf(pid: number): number | null {
  const text = /^PPid:\s*(\d+)$/m.exec(readProcess(pid, 'status') ?? '')?.[1];
  return text === undefined ? null : Number(text);
}

/** `config.json` of a bundle; null when it is absent or not complete yet. */
export function readBundle(bundle: string): unknown {
  return readDocument(join(bundle, 'config.json'));
}
