// Forks, execs, exits and changes of processes in captures.
import { type ProcessDescription, resolvePath } from '../state/index.ts';
import { textsOf } from './bytes.ts';
import { containerFromJson, containerOfCgroups } from './container.ts';
import { directoryOf, type ListedProcess } from './list.ts';
import type { Parameters } from './parameter.ts';
import type { Scene } from './scene.ts';
import { cloneFlag, executionFlag } from './words.ts';

/** A process of the list at the beginning of a capture; threads are only assigned to theirs. */
export function enterListed(scene: Scene, one: ListedProcess): void {
  const { state } = scene;
  scene.thread(one.tid, one.pid);
  if (one.tid !== one.pid) return;
  const parent = one.parent > 0 ? scene.keyOf(one.parent) : null;
  state.seen({ key: scene.keyOf(one.pid), parent, description: describeListed(one) });
}

function describeListed(one: ListedProcess): ProcessDescription {
  return {
    name: one.name,
    executable: one.executable,
    executablePath: one.executablePath,
    arguments: one.arguments,
    workingDirectory: one.workingDirectory === '' ? null : one.workingDirectory,
    environment: one.environment,
    terminal: one.terminal,
    sessionId: one.sessionId,
    groupId: one.groupId === -1 ? null : one.groupId,
    userId: one.userId,
    groupUserId: one.groupUserId,
    loginUserId: one.loginUserId,
    namespacePid: one.namespacePid,
    capabilitiesPermitted: one.capabilitiesPermitted,
    capabilitiesEffective: one.capabilitiesEffective,
    isUpperLayer: one.isUpperLayer,
    isFromMemory: one.isFromMemory,
    executableInode: one.executableInode,
    containerId: one.cgroups === null ? null : containerOfCgroups(one.cgroups),
  };
}

/** The part that forks and execs have in common. */
function describeProgram(parameters: Parameters): ProcessDescription {
  const cgroups = parameters.bytes('cgroups');
  const directory = parameters.text('cwd');
  const base = {
    executable: parameters.text('exe'),
    arguments: parameters.texts('args'),
    ...(directory === null || directory === '' ? {} : { workingDirectory: directoryOf(directory) }),
    name: parameters.text('comm') ?? baseName(parameters.text('exe')),
  };
  if (cgroups === null || cgroups.length === 0) return base;
  return { ...base, containerId: containerOfCgroups(textsOf(cgroups)) };
}

function baseName(path: string | null): string | null {
  return path === null ? null : path.slice(path.lastIndexOf('/') + 1).slice(0, 15);
}

/** The return of a clone, fork or vfork, in the parent or in the child. */
export function forked(scene: Scene, tid: number, parameters: Parameters): void {
  const result = parameters.number('res') ?? -1;
  const flags = parameters.number('flags') ?? 0;
  if (result < 0) return;
  if (result === 0) childSpeaks(scene, tid, { parameters, flags });
  else parentSpeaks(scene, tid, { parameters, flags, child: result });
}

interface Fork {
  readonly parameters: Parameters;
  readonly flags: number;
}

function parentSpeaks(
  scene: Scene,
  tid: number,
  { parameters, flags, child }: Fork & { readonly child: number },
): void {
  const isInside = (parameters.number('vtid') ?? tid) !== tid;
  // Inside a pid namespace the parent is told another number than the one that counts.
  if (isInside || (flags & cloneFlag.childInNamespace) !== 0) return;
  const pid = scene.pidOf(tid);
  if ((flags & cloneFlag.thread) !== 0) {
    scene.thread(child, pid);
    return;
  }
  const parent = scene.keyOf(pid);
  const sharesDescriptors = (flags & cloneFlag.files) !== 0;
  scene.state.forked({ parent, child: scene.born(child, 'parent'), sharesDescriptors });
}

function childSpeaks(scene: Scene, tid: number, { parameters, flags }: Fork): void {
  const pid = parameters.number('pid') ?? tid;
  if (pid !== tid || (flags & cloneFlag.thread) !== 0) {
    scene.thread(tid, pid);
    // All threads of a process have its user, who may not be known yet.
    scene.state.described(scene.keyOf(pid), known('userId', parameters.number('uid')));
    return;
  }
  const parentTid = parameters.number('ptid');
  const child = scene.born(tid, 'child');
  const description: ProcessDescription = {
    ...describeProgram(parameters),
    ...known('userId', parameters.number('uid')),
    ...known('groupUserId', parameters.number('gid')),
    ...known('namespacePid', parameters.number('vpid')),
  };
  const sharesDescriptors = (flags & cloneFlag.files) !== 0;
  if (parentTid === null || parentTid <= 0) scene.state.seen({ key: child, description });
  else {
    const parent = scene.keyOf(parentTid);
    scene.state.forked({ parent, child, description, sharesDescriptors });
  }
}

function known<K extends keyof ProcessDescription>(
  name: K,
  value: number | null,
): Partial<Record<K, number>> {
  return value === null ? {} : ({ [name]: value } as Partial<Record<K, number>>);
}

/** A successful exec. `claimed` is the path as the call had it, resolved. */
export function executed(
  scene: Scene,
  tid: number,
  { parameters, claimed }: { readonly parameters: Parameters; readonly claimed: string | null },
): void {
  const parentTid = parameters.number('ptid');
  const flags = parameters.number('flags');
  const changedAtNs = parameters.big('exe_ino_ctime');
  const modifiedAtNs = parameters.big('exe_ino_mtime');
  const path = parameters.text('trusted_exepath') ?? claimed;
  const loginUser = parameters.number('loginuid');
  const description: ProcessDescription = {
    ...describeProgram(parameters),
    // Nothing of the former program remains true.
    executablePath: path,
    environment: parameters.has('env') ? parameters.texts('env') : null,
    isUpperLayer: flags === null ? null : (flags & executionFlag.upperLayer) !== 0,
    isFromMemory: flags === null ? null : (flags & executionFlag.fromMemory) !== 0,
    ...known('terminal', parameters.number('tty')),
    ...known('groupId', parameters.number('pgid')),
    ...known('loginUserId', loginUser === null ? null : loginUser | 0),
    ...known('userId', parameters.number('uid')),
    ...(parameters.has('cap_effective')
      ? {
          capabilitiesEffective: parameters.big('cap_effective'),
          capabilitiesPermitted: parameters.big('cap_permitted'),
        }
      : {}),
    executableInode:
      changedAtNs === null || modifiedAtNs === null ? null : { changedAtNs, modifiedAtNs },
  };
  const key = scene.keyOf(tid);
  const parent = parentTid === null || parentTid <= 0 ? null : scene.keyOf(parentTid);
  // Born before the capture began to look: a child is a copy of its parent.
  if (parent !== null && scene.state.process(key) === null) {
    scene.state.forked({ parent, child: key });
  }
  scene.state.executed(parent === null ? { key, description } : { key, parent, description });
}

/** The end of a thread, or of the process when it is the last one that counts. */
export function exited(scene: Scene, tid: number): void {
  if (scene.pidOf(tid) === tid) scene.died(tid);
  else scene.endThread(tid);
}

/** What a container event tells. */
export function containerTold(scene: Scene, parameters: Parameters): void {
  const facts = containerFromJson(parameters.text('json') ?? '');
  if (facts !== null) scene.state.contained(facts);
}

/** Users and groups that come and go while it is recorded. */
export function userTold(scene: Scene, type: string, parameters: Parameters): void {
  const kind = type.startsWith('user') ? 'user' : 'group';
  const id = parameters.number(kind === 'user' ? 'uid' : 'gid');
  if (id === null) return;
  const name = type.endsWith('added') ? parameters.text('name') : null;
  scene.name(kind, id, { name, container: parameters.text('container_id') ?? '' });
}

/** Calls that change what a process is. Only for those that succeeded. */
export function changed(
  scene: Scene,
  tid: number,
  call: { type: string; given: Parameters },
): void {
  const { type, given } = call;
  const key = scene.keyOf(tid);
  const { state } = scene;
  switch (type) {
    case 'chdir': {
      const path = given.text('path');
      const directory = path === null ? null : resolvePath(state.workingDirectory(key), path);
      if (directory?.startsWith('/') === true) {
        state.described(key, { workingDirectory: directory });
      }
      return;
    }
    case 'fchdir': {
      const directory = state.descriptor(key, given.number('fd') ?? -1);
      if (directory?.name?.startsWith('/') === true) {
        state.described(key, { workingDirectory: directory.name });
      }
      return;
    }
    case 'setuid':
      state.described(key, known('userId', given.number('uid')));
      return;
    case 'setresuid':
      state.described(key, known('userId', given.number('euid')));
      return;
    case 'setgid':
      state.described(key, known('groupUserId', given.number('gid')));
      return;
    case 'setresgid':
      state.described(key, known('groupUserId', given.number('egid')));
      return;
    case 'setsid':
      state.described(key, known('sessionId', given.number('res')));
      return;
    case 'capset':
      state.described(key, {
        capabilitiesEffective: given.big('cap_effective'),
        capabilitiesPermitted: given.big('cap_permitted'),
      });
  }
}
