// Whom an attempt to execute a runtime is for. In the kernel's eyes the caller is still what it was
// before: the engine's child, the shim or conmon; their words and working folders name the container.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  isContainerId,
  parseProcessCgroups,
  parseRuntimeCommand,
  type RuntimeCommand,
  wordsOf,
} from '../identity/index.ts';
import { readProcess, readProcessLink, readSmallFile } from './bounded-read.ts';

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
  /** Where its engine's files lie, when that is another root than ours: `/proc/PID/root`. */
  readonly root: string;
  /** The container that its engine runs in; null: none. */
  readonly within: string | null;
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
    const candidate =
      candidateOf(asked, command, { root: '', knownShims }) ?? elsewhere(asked, command);
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

interface Lookup {
  /** Put before each path that the process speaks of. */
  readonly root: string;
  readonly knownShims: KnownShims;
}

/** Of a container that exists and does not run its program yet; others are known by the sensor. */
const beginning: ReadonlySet<string | null> = new Set(['create', 'run', 'start', 'exec', null]);

/** The candidate of an engine that has mounts of its own, as in Docker in Docker. */
function elsewhere(pid: number, command: RuntimeCommand | null): Candidate | null {
  if (command !== null && !beginning.has(command.action)) return null;
  const mounts = readProcessLink(pid, 'ns/mnt');
  if (mounts === null || mounts === readProcessLink('self', 'ns/mnt')) return null;
  const root = `/proc/${pid}/root`;
  const found = candidateOf(pid, command, { root, knownShims: noShims });
  if (found === null) return null;
  const outer = parseProcessCgroups(readProcess(pid, 'cgroup') ?? '')?.id ?? null;
  const isExec = found.isExec || servesRunning(pid);
  return { ...found, isExec, within: outer === found.id ? null : outer };
}

/** Threads of a shim that are asked for the processes that they made. */
const threadsAsked = 64;

/** Whether the shim of an attempt has a container that runs: the numbers of its files are not ours. */
function servesRunning(pid: number): boolean {
  const shim = parentOf(pid);
  if (shim === null || shim <= 1) return false;
  return namesIn(`/proc/${shim}/task`)
    .slice(0, threadsAsked)
    .flatMap((thread) => (readProcess(shim, `task/${thread}/children`) ?? '').split(' '))
    .some((child) => {
      if (!/^\d{1,10}$/.test(child) || child === String(pid)) return false;
      const words = wordsOf(readProcess(child, 'cmdline') ?? '');
      return words.length > 0 && !starter.test(basename(words[0] ?? ''));
    });
}

function candidateOf(
  pid: number,
  command: RuntimeCommand | null,
  { root, knownShims }: Lookup,
): Candidate | null {
  if (command?.program === 'shim' && command.action === null) {
    const known = knownShims.get(shimKey(command.namespace, command.id));
    if (known !== undefined) return known;
  }
  const folder = readProcessLink(pid, 'cwd');
  if (command !== null) return ofCommand(pid, command, { folder, root });
  // containerd's child stands in the bundle before it becomes the shim.
  const found = folder === null ? null : ofTaskFolder(`${root}${folder}`, root);
  return found !== null && existsSync(found.bundle) ? found : null;
}

/** The container of a bundle in containerd's state folder; null: the path is none. */
export function ofTaskFolder(folder: string, root = ''): Candidate | null {
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
    // Its number counts in a pid namespace of its own.
    pidFile: root === '' ? join(folder, 'init.pid') : null,
    root,
    within: null,
  };
}

interface Place {
  readonly folder: string | null;
  readonly root: string;
}

function ofCommand(pid: number, command: RuntimeCommand, place: Place): Candidate | null {
  const { root } = place;
  const { id, namespace, program, name, exitFolder, pidFile } = command;
  if (id === null || command.action === 'delete') return null;
  const bundle = bundleOf(pid, command, place);
  if (bundle === null) return null;
  return {
    id,
    bundle,
    namespace: namespace ?? taskFolder.exec(bundle)?.[1] ?? null,
    program,
    isExec: command.action === 'exec',
    name,
    exitFile: exitFolder === null ? null : join(root, exitFolder, id),
    pidFile:
      root === '' ? (pidFile ?? (program === 'shim' ? join(bundle, 'init.pid') : null)) : null,
    root,
    within: null,
  };
}

function bundleOf(pid: number, command: RuntimeCommand, { folder, root }: Place): string | null {
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
  const found = places.find((place) => existsSync(join(`${root}${place}`, 'config.json')));
  return found === undefined ? null : `${root}${found}`;
}

/** Other containers in the folder of a pod's shim: newer kubelets start no shim of their own for them. */
export function siblingsOf(candidate: Candidate): readonly Candidate[] {
  if (candidate.program !== 'shim') return [];
  const folder = dirname(candidate.bundle);
  return namesIn(folder)
    .slice(0, siblingsRead)
    .filter((name) => name !== candidate.id)
    .flatMap((name) => ofTaskFolder(join(folder, name), candidate.root) ?? []);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
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
  return runtime.test(basename(wordsOf(line)[0] ?? '')) ? 'waiting' : 'running';
}

/** crun waits as `crun create ...` or `crun init`, runc and youki as `runc init`, `youki: [INIT]`. */
const runtime = /^(?:runc|youki|crun|krun)/;
const starter = /^(?:runc|youki|crun|krun|containerd-shim|conmon)/;

function parentOf(pid: number): number | null {
  const stat = readProcess(pid, 'stat') ?? '';
  // Field 4 (proc_pid_stat(5)); the name of the program may hold anything, brackets too.
  const text = /^\) . (\d+)/.exec(stat.slice(stat.lastIndexOf(')')))?.[1];
  return text === undefined ? null : Number(text);
}

/** The bytes of a bundle's `config.json`; null when it is absent. */
export function readBundle(bundle: string): Buffer | null {
  return readSmallFile(join(bundle, 'config.json'));
}
