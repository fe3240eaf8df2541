// Pause and kill by control groups, for containers that no engine with an API has (`ctr run`), and by
// both versions of them: the freezer of version 1, `cgroup.freeze` and `cgroup.kill` of version 2.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import type { Pace } from '../../base/retry.ts';
import { belongsTo, controlGroupsOf, type Located, ownPid } from './located.ts';

interface Freezer {
  readonly folder: string;
  readonly version: 1 | 2;
}

const roots = {
  1: ['/sys/fs/cgroup/freezer'],
  2: ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'],
} as const;

/** The group must be named after the container: that of the machine would stop everything. */
function freezerOf(located: Located): Freezer {
  const groups = controlGroupsOf(ownPid(located));
  for (const version of [1, 2] as const) {
    const path = groups.get(version === 1 ? 'freezer' : '');
    if (path === undefined || !path.includes(located.id) || path.includes('..')) continue;
    const file = version === 1 ? 'freezer.state' : 'cgroup.freeze';
    const root = roots[version].find((one) => existsSync(join(one, path, file)));
    if (root !== undefined) return { folder: join(root, path), version };
  }
  throw new SeaworthyError('unsupported', 'its control group cannot be frozen on this machine');
}

/** Stops, or lets go on, all processes of a container. Errors: `unsupported`, `not-found`, `denied`. */
export function setFrozen(located: Located, frozen: boolean): void {
  const { folder, version } = freezerOf(located);
  if (version === 1) writeControl(join(folder, 'freezer.state'), frozen ? 'FROZEN' : 'THAWED');
  else writeControl(join(folder, 'cgroup.freeze'), frozen ? '1' : '0');
}

/** Kills all processes of a container. Errors as `setFrozen`. */
export function killGroup(located: Located): void {
  const { folder, version } = freezerOf(located);
  if (version === 2 && existsSync(join(folder, 'cgroup.kill'))) {
    return writeControl(join(folder, 'cgroup.kill'), '1');
  }
  const list = join(folder, 'cgroup.procs');
  // Frozen, nobody forks away between the looking and the killing.
  setFrozen(located, true);
  try {
    const pids = readFileSync(list, 'latin1').split('\n').map(Number);
    for (const pid of pids) if (pid > 1 && belongsTo(pid, located.id)) kill(pid, 'SIGKILL');
  } finally {
    setFrozenIn(folder, version);
  }
}

/** Asks the first process to end, and kills all when it has not after a while. */
export async function stopGroup(located: Located, graceSeconds: number, pace: Pace): Promise<void> {
  const pid = ownPid(located);
  kill(pid, 'SIGTERM');
  const end = pace.now() + graceSeconds * 1000;
  while (pace.now() < end) {
    if (!belongsTo(pid, located.id)) return;
    await pace.sleep(100);
  }
  if (belongsTo(pid, located.id)) killGroup(located);
}

function setFrozenIn(folder: string, version: 1 | 2): void {
  if (version === 1) writeControl(join(folder, 'freezer.state'), 'THAWED');
  else writeControl(join(folder, 'cgroup.freeze'), '0');
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw problem(error);
  }
}

function writeControl(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw problem(error);
  }
}

function problem(cause: unknown): SeaworthyError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new SeaworthyError('denied', `this user may not do it (${code})`, {
      cause,
      advice: 'run as root',
    });
  }
  return new SeaworthyError('not-found', `the container is gone (${messageOf(cause)})`, { cause });
}
