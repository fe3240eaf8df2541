// One raw record as one line of JSON: an array, short enough to be searched as text. Line 0 is a kind,
// 1 the order, 2 nanoseconds since the run's base.
import type { EndpointFacts, IdentityFacts } from '../../model/event.ts';
import { fileActions, type RawRecord } from '../../model/timeline.ts';

/** Longest text kept of one path or name: PATH_MAX. */
const textLength = 4096;
/** Characters of a command line that are kept. */
const argumentsLength = 8192;
const argumentsCount = 512;

const kinds = { process: 0, exit: 1, file: 2, library: 3, flow: 4 } as const;
const protocols = ['tcp', 'udp', 'icmp', 'other'] as const;

/** @param baseNs of the run; `order` within the whole record */
export function encodeLine(record: RawRecord, order: number, baseNs: bigint): string {
  const head = `[${kinds[record.kind]},${order},${record.timeNs - baseNs}`;
  const rest = JSON.stringify(valuesOf(record));
  return `${head},${rest.slice(1)}`;
}

function valuesOf(record: RawRecord): unknown[] {
  switch (record.kind) {
    case 'process':
      return processValues(record);
    case 'exit':
      return [record.pid, stampOf(record.startedAtNs), record.exitCode, record.signal];
    case 'file': {
      const { action, pid, path, to } = record;
      return [fileActions.indexOf(action), pid, cut(path), to === null ? null : cut(to)];
    }
    case 'library':
      return [record.pid, cut(record.path), flag(record.isUpperLayer)];
    case 'flow':
      return flowValues(record);
  }
}

function processValues(record: RawRecord & { kind: 'process' }): unknown[] {
  const { user, group, loginUser, inode } = record;
  return [
    record.how === 'exec' ? 1 : 0,
    record.pid,
    record.parentPid,
    stampOf(record.startedAtNs),
    record.path === null ? null : cut(record.path),
    cutArguments(record.arguments),
    record.workingDirectory === null ? null : cut(record.workingDirectory),
    identityValues(user),
    identityValues(group),
    identityValues(loginUser),
    inode === null ? null : [String(inode.number), stampOf(inode.changedAtNs)],
    record.sha256,
    flag(record.isUpperLayer),
    flag(record.isFromMemory),
    record.terminal,
    record.name,
    ...(record.broughtWith === undefined ? [] : [record.broughtWith]),
  ];
}

function flowValues(record: RawRecord & { kind: 'flow' }): unknown[] {
  const { phase, protocol, direction, pid, local, remote } = record;
  return [
    phase === 'closed' ? 1 : 0,
    protocols.indexOf(protocol),
    direction === 'in' ? 1 : 0,
    pid,
    endpointValues(local),
    endpointValues(remote),
    record.bytesSent,
    record.bytesReceived,
  ];
}

function identityValues({ id, name }: IdentityFacts): unknown {
  return name === null ? id : [id, cut(name)];
}

function endpointValues({ address, port, hostName }: EndpointFacts): unknown[] {
  return hostName === null ? [cut(address), port] : [cut(address), port, cut(hostName)];
}

function flag(value: boolean | null): number | null {
  return value === null ? null : value ? 1 : 0;
}

function stampOf(timeNs: bigint | null): string | null {
  return timeNs === null ? null : String(timeNs);
}

function cut(text: string): string {
  return text.length <= textLength ? text : `${text.slice(0, textLength)}…`;
}

function cutArguments(words: readonly string[]): readonly string[] {
  let length = 0;
  const kept: string[] = [];
  for (const word of words) {
    if (kept.length >= argumentsCount || length >= argumentsLength) return [...kept, '…'];
    const part = word.slice(0, argumentsLength - length);
    kept.push(part.length === word.length ? word : `${part}…`);
    length += word.length + 1;
  }
  return kept;
}

/** Whether a line is the start of a process, without decoding it. */
export function isProcessLine(line: string): boolean {
  return line.startsWith(`[${kinds.process},`);
}

/** The order and the record of a line; null for a line that nobody wrote like this. */
export function decodeLine(
  line: string,
  containerId: string | null,
  baseNs: bigint,
): { readonly order: number; readonly record: RawRecord } | null {
  // The time is read as text: beyond 104 days it is no safe number.
  const head = /^\[(\d),(\d{1,16}),(-?\d{1,25}),/.exec(line);
  if (head === null) return null;
  try {
    const values = JSON.parse(`[${line.slice(head[0].length)}`) as unknown[];
    const about = { timeNs: baseNs + BigInt(head[3] ?? 0), containerId };
    const record = recordOf(Number(head[1]), about, values);
    return record === null ? null : { order: Number(head[2]), record };
  } catch {
    return null;
  }
}

interface About {
  readonly timeNs: bigint;
  readonly containerId: string | null;
}

function recordOf(kind: number, about: About, v: readonly unknown[]): RawRecord | null {
  switch (kind) {
    case kinds.process:
      return processOf(about, v);
    case kinds.exit:
      return {
        kind: 'exit',
        ...about,
        pid: numberOf(v[0]) ?? 0,
        startedAtNs: bigOf(v[1]),
        exitCode: numberOf(v[2]),
        signal: numberOf(v[3]),
      };
    case kinds.file:
      return {
        kind: 'file',
        ...about,
        action: fileActions[numberOf(v[0]) ?? 0] ?? 'written',
        pid: numberOf(v[1]) ?? 0,
        path: textOf(v[2]) ?? '',
        to: textOf(v[3]),
      };
    case kinds.library:
      return {
        kind: 'library',
        ...about,
        pid: numberOf(v[0]) ?? 0,
        path: textOf(v[1]) ?? '',
        isUpperLayer: boolOf(v[2]),
      };
    case kinds.flow:
      return flowOf(about, v);
    default:
      return null;
  }
}

function processOf(about: About, v: readonly unknown[]): RawRecord {
  const inode = Array.isArray(v[10]) ? (v[10] as readonly unknown[]) : null;
  return {
    kind: 'process',
    ...about,
    how: v[0] === 1 ? 'exec' : 'fork',
    pid: numberOf(v[1]) ?? 0,
    parentPid: numberOf(v[2]),
    startedAtNs: bigOf(v[3]),
    path: textOf(v[4]),
    arguments: Array.isArray(v[5]) ? v[5].map(String) : [],
    workingDirectory: textOf(v[6]),
    user: identityOf(v[7]),
    group: identityOf(v[8]),
    loginUser: identityOf(v[9]),
    inode: inode === null ? null : { number: bigOf(inode[0]) ?? 0n, changedAtNs: bigOf(inode[1]) },
    sha256: textOf(v[11]),
    isUpperLayer: boolOf(v[12]),
    isFromMemory: boolOf(v[13]),
    terminal: numberOf(v[14]),
    name: textOf(v[15]),
    ...(typeof v[16] === 'string' && /^[0-9a-f]{1,16}$/.test(v[16]) ? { broughtWith: v[16] } : {}),
  };
}

function flowOf(about: About, v: readonly unknown[]): RawRecord {
  return {
    kind: 'flow',
    ...about,
    phase: v[0] === 1 ? 'closed' : 'opened',
    protocol: protocols[numberOf(v[1]) ?? 3] ?? 'other',
    direction: v[2] === 1 ? 'in' : 'out',
    pid: numberOf(v[3]),
    local: endpointOf(v[4]),
    remote: endpointOf(v[5]),
    bytesSent: numberOf(v[6]),
    bytesReceived: numberOf(v[7]),
  };
}

function identityOf(value: unknown): IdentityFacts {
  if (Array.isArray(value)) return { id: numberOf(value[0]), name: textOf(value[1]) };
  return { id: numberOf(value), name: null };
}

function endpointOf(value: unknown): EndpointFacts {
  const [address, port, hostName] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return { address: textOf(address) ?? '', port: numberOf(port), hostName: textOf(hostName) };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function boolOf(value: unknown): boolean | null {
  return value === 1 ? true : value === 0 ? false : null;
}

function bigOf(value: unknown): bigint | null {
  return typeof value === 'string' && /^-?\d{1,25}$/.test(value) ? BigInt(value) : null;
}
