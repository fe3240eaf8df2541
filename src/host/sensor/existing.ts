// Processes that live already, read from /proc as records of the same kind as new ones. What a process
// hides or what ends while it is read is left out; nothing here throws.
import { type BigIntStats, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { ExistingPlaces } from './existing-places.ts';
import { hostMountNamespace, namespaceNumber } from './host-facts.ts';
import type { RawCapabilities, RawExec, RawExecutable, RawPath } from './record.ts';

/** Processes told: no machine has more (Linux: pid_max 4194304, in practice 32768). */
const maxProcesses = 100_000;
/** Kernel threads have no program. */
const kernelThread = 0x0020_0000;
/** As much as the kernel's program takes of a new process. */
const maxTextBytes = 8192;

/** All numbers of processes in /proc, in their order. */
export function existingPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[1-9]\d{0,9}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
    .slice(0, maxProcesses);
}

export interface ExistingReader {
  /** Null for a kernel thread and for one that is gone. */
  read(pid: number): RawExec | null;
}

/** `clockOffsetNs` turns boot times into nanoseconds since 1970. */
export function existingReader(clockOffsetNs: bigint): ExistingReader {
  const places = new ExistingPlaces();
  const hostMounts = hostMountNamespace();
  // Most parents are asked for many times.
  const stats = new Map<number, Stat | null>();
  const held: Held = { texts: new Map(), capabilities: new Map(), executables: new Map() };
  const statFor = (pid: number): Stat | null => {
    let stat = stats.get(pid);
    if (stat === undefined) {
      stat = readStat(pid);
      stats.set(pid, stat);
    }
    return stat;
  };
  return {
    read: (pid) => {
      const stat = statFor(pid);
      if (stat === null || (stat.flags & kernelThread) !== 0) return null;
      return readProcess(stat, { places, hostMounts, clockOffsetNs, statFor, held });
    },
  };
}

interface Stat {
  readonly pid: number;
  readonly command: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly terminal: number;
  readonly flags: number;
  readonly startTicks: number;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** proc_pid_stat(5): the name may hold anything, so the fields are counted from its last bracket. */
function readStat(pid: number): Stat | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text
    .slice(close + 2)
    .split(' ')
    .map(Number);
  return {
    pid,
    command: text.slice(open + 1, close),
    parent: fields[1] ?? 0,
    group: fields[2] ?? 0,
    session: fields[3] ?? 0,
    terminal: fields[4] ?? 0,
    flags: fields[6] ?? 0,
    startTicks: fields[19] ?? 0,
  };
}

interface Context {
  readonly places: ExistingPlaces;
  readonly hostMounts: number;
  readonly clockOffsetNs: bigint;
  readonly statFor: (pid: number) => Stat | null;
  readonly held: Held;
}

/** What many processes have is read from each and held once. */
interface Held {
  /** Environments and words, by their whole text: most have what their parent has. */
  readonly texts: Map<string, Texts>;
  /** By the lines that tell them. */
  readonly capabilities: Map<string, RawCapabilities>;
  /** By the link, the file and the root that it is seen from. */
  readonly executables: Map<string, RawExecutable>;
}

interface Texts {
  readonly texts: readonly string[];
  readonly isCut: boolean;
}

function readProcess(stat: Stat, context: Context): RawExec | null {
  const { pid } = stat;
  const { places, hostMounts, clockOffsetNs } = context;
  const status = new Map(
    (readText(`/proc/${pid}/status`) ?? '').split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    }),
  );
  if (!status.has('Uid')) return null;
  const numbers = (name: string) => (status.get(name) ?? '').split(/\s+/).map(Number);
  const [uid = 0, effectiveUid = 0] = numbers('Uid');
  const [gid = 0, effectiveGid = 0] = numbers('Gid');
  const mountNamespace = namespaceNumber(pid, 'mnt');
  const given = readTexts(`/proc/${pid}/cmdline`, context.held.texts);
  const environment = readTexts(`/proc/${pid}/environ`, context.held.texts);
  const cgroup = places.cgroup(pid);
  const parentStat = stat.parent === 0 ? null : context.statFor(stat.parent);
  return {
    kind: 'exec',
    timeNs: BigInt(stat.startTicks) * 10_000_000n + clockOffsetNs,
    cpu: 0,
    pid,
    tid: pid,
    startTicks: stat.startTicks,
    cgroupId: cgroup.id,
    uid,
    gid,
    mountNamespace,
    isHost: mountNamespace === hostMounts,
    is32Bit: false,
    parent: { pid: stat.parent, startTicks: parentStat?.startTicks ?? 0 },
    virtualPid: numbers('NSpid').at(-1) ?? pid,
    sessionId: numbers('NSsid').at(-1) ?? stat.session,
    groupId: numbers('NSpgid').at(-1) ?? stat.group,
    terminal: stat.terminal,
    loginUid: Number(readText(`/proc/${pid}/loginuid`) ?? 0xffff_ffff) | 0,
    effectiveUid,
    effectiveGid,
    pidNamespace: namespaceNumber(pid, 'pid'),
    netNamespace: namespaceNumber(pid, 'net'),
    userNamespace: namespaceNumber(pid, 'user'),
    isExisting: true,
    command: stat.command,
    parentCommand: parentStat?.command ?? '',
    executable: readExecutable(pid, mountNamespace, context),
    fileName: given.texts[0] ?? '',
    interpreter: null,
    arguments: given.texts,
    areArgumentsCut: given.isCut,
    environment: environment.texts,
    isEnvironmentCut: environment.isCut,
    workingDirectory: readLink(`/proc/${pid}/cwd`),
    standardInput: null,
    cgroupPath: cgroup.path,
    capabilities: capabilitiesOf(status, context.held.capabilities),
  };
}

const capabilitySets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'] as const;

function capabilitiesOf(
  status: ReadonlyMap<string, string>,
  held: Map<string, RawCapabilities>,
): RawCapabilities {
  const texts = capabilitySets.map((name) => status.get(name) ?? '');
  const key = texts.join();
  const found = held.get(key);
  if (found !== undefined) return found;
  const [inheritable = 0n, permitted = 0n, effective = 0n, bounding = 0n, ambient = 0n] = texts.map(
    (text) => (/^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : 0n),
  );
  const read = { inheritable, permitted, effective, bounding, ambient };
  held.set(key, read);
  return read;
}

/** Texts ended by NUL, 8 KiB of them; the same list for the same text. */
function readTexts(path: string, held: Map<string, Texts>): Texts {
  const text = readText(path) ?? '';
  const found = held.get(text);
  if (found !== undefined) return found;
  const texts = text.slice(0, maxTextBytes).split('\0');
  if (texts.at(-1) === '') texts.pop();
  const read = { texts, isCut: text.length > maxTextBytes };
  held.set(text, read);
  return read;
}

function readLink(path: string): RawPath | null {
  try {
    const target = readlinkSync(path);
    const isDeleted = target.endsWith(' (deleted)');
    return {
      path: isDeleted ? target.slice(0, -' (deleted)'.length) : target,
      isTruncated: false,
      isDetached: !target.startsWith('/'),
      isDeleted,
    };
  } catch {
    return null;
  }
}

const minorLow = 0xffn;

/** The kernel's own form of a device number: major << 20 | minor. */
function kernelDevice(device: bigint): number {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n);
  const minor = (device & minorLow) | ((device >> 12n) & 0xffff_ff00n);
  return Number(((major & 0xfffn) << 20n) | (minor & 0xf_ffffn));
}

function statOf(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function readExecutable(
  pid: number,
  mountNamespace: number,
  { places, held }: Context,
): RawExecutable {
  const link = readLink(`/proc/${pid}/exe`);
  const stat = statOf(`/proc/${pid}/exe`);
  const key = `${mountNamespace} ${stat?.dev}:${stat?.ino} ${stat?.ctimeNs} ${link?.isDeleted} ${link?.path}`;
  const found = held.executables.get(key);
  if (found !== undefined) return found;
  const isMemory = link?.path.startsWith('/memfd:') ?? false;
  const overlay = places.overlay(pid, mountNamespace);
  const isFile = link !== null && !isMemory && overlay !== null;
  const read: RawExecutable = {
    path:
      isMemory && link !== null ? { ...link, path: link.path.slice(1), isDetached: true } : link,
    inode: stat?.ino ?? 0n,
    device: stat === null ? 0 : kernelDevice(stat.dev),
    size: stat?.size ?? 0n,
    mode: Number(stat?.mode ?? 0n),
    links: Number(stat?.nlink ?? 0n),
    changedAtNs: stat?.ctimeNs ?? 0n,
    modifiedAtNs: stat?.mtimeNs ?? 0n,
    isUpperLayer: isFile && statOf(overlay + link.path) !== null,
    isOverlay: overlay !== null,
    isMemory,
    isUnlinked: (link?.isDeleted ?? false) || stat?.nlink === 0n,
  };
  held.executables.set(key, read);
  return read;
}
