// Records of made-up containers, for tests of the record and for its benchmark.
import { createHash } from 'node:crypto';
import type { ContainerRun } from '../src/model/container.ts';
import type {
  ContainerRecord,
  DetectionRecord,
  ExitRecord,
  FileRecord,
  FlowRecord,
  LibraryRecord,
  ProcessRecord,
} from '../src/model/timeline.ts';

/** 2026-01-02T03:04:05Z. */
export const startNs = 1_767_323_045_000_000_000n;
export const second = 1_000_000_000n;

/** Sixty-four hexadecimal digits, the same for the same name. */
export function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

export function imageIdOf(name: string): string {
  return `sha256:${idOf(`image ${name}`)}`;
}

export interface RunOptions {
  readonly image?: string;
  readonly startedAtNs?: bigint;
  readonly endedAtNs?: bigint | null;
  readonly exitCode?: number | null;
  readonly ports?: readonly string[];
  readonly id?: string;
}

/** A run named `name` of the image `shop/api:1.2`, alive unless `endedAtNs` is given. */
export function sampleRun(name: string, options: RunOptions = {}): ContainerRun {
  const image = options.image ?? 'shop/api:1.2';
  const started = options.startedAtNs ?? startNs;
  return {
    identity: {
      id: options.id ?? idOf(name),
      engine: 'docker',
      name,
      image: {
        reference: image,
        id: imageIdOf(image),
        digest: `sha256:${idOf(`digest ${image}`)}`,
      },
      labels: new Map([
        ['com.docker.compose.project', 'shop'],
        ['team', 'checkout'],
      ]),
      mounts: [],
      capabilities: ['CAP_NET_BIND_SERVICE'],
      privileged: false,
      network: { mode: 'bridge', addresses: ['172.17.0.2'], ports: options.ports ?? [] },
      user: '',
      command: ['node', 'server.js'],
      pidMode: 'private',
      pod: null,
      createdAtNs: started - 100_000_000n,
    },
    node: 'node-1',
    workload: { user: 'ann', team: 'checkout', application: 'shop', environment: 'test' },
    naming: 'before-start',
    startedAtNs: started,
    endedAtNs: options.endedAtNs ?? null,
    exitCode: options.exitCode ?? null,
    grade: 'C',
  };
}

export function lifecycle(run: ContainerRun): ContainerRecord {
  return {
    kind: 'container',
    timeNs: run.endedAtNs ?? run.startedAtNs ?? startNs,
    containerId: run.identity.id,
    run,
    startedBy: { user: 'ann', command: 'docker run shop/api', pid: 900 },
  };
}

const root = { id: 0, name: 'root' };

export function started(
  name: string,
  at: { pid: number; parent?: number | null; timeNs?: bigint; path?: string; words?: string[] },
): ProcessRecord {
  const timeNs = at.timeNs ?? startNs;
  const path = at.path ?? '/usr/bin/node';
  return {
    kind: 'process',
    how: 'exec',
    timeNs,
    containerId: idOf(name),
    pid: at.pid,
    parentPid: at.parent ?? null,
    startedAtNs: timeNs,
    path,
    arguments: at.words ?? [path, 'server.js'],
    workingDirectory: '/app',
    user: root,
    group: root,
    loginUser: { id: -1, name: null },
    inode: { number: 4242n, changedAtNs: startNs - second },
    sha256: null,
    isUpperLayer: false,
    isFromMemory: false,
    terminal: 0,
    name: path.slice(path.lastIndexOf('/') + 1).slice(0, 15),
  };
}

export function exited(
  name: string,
  at: { pid: number; timeNs?: bigint; exitCode?: number },
): ExitRecord {
  return {
    kind: 'exit',
    timeNs: at.timeNs ?? startNs + second,
    containerId: idOf(name),
    pid: at.pid,
    startedAtNs: null,
    exitCode: at.exitCode ?? 0,
    signal: null,
  };
}

export function wrote(name: string, path: string, timeNs: bigint = startNs): FileRecord {
  return {
    kind: 'file',
    action: 'written',
    timeNs,
    containerId: idOf(name),
    pid: 1,
    path,
    to: null,
  };
}

export function loaded(name: string, path: string, timeNs: bigint = startNs): LibraryRecord {
  return {
    kind: 'library',
    timeNs,
    containerId: idOf(name),
    pid: 1,
    path,
    isUpperLayer: false,
  };
}

export function flow(
  name: string,
  direction: 'in' | 'out',
  remote: string,
  at: { port?: number; timeNs?: bigint; hostName?: string; phase?: 'opened' | 'closed' } = {},
): FlowRecord {
  const served = at.port ?? 443;
  const isIn = direction === 'in';
  return {
    kind: 'flow',
    phase: at.phase ?? 'opened',
    protocol: 'tcp',
    direction,
    timeNs: at.timeNs ?? startNs,
    containerId: idOf(name),
    pid: 1,
    local: { address: '172.17.0.2', port: isIn ? served : 49_152, hostName: null },
    remote: { address: remote, port: isIn ? 51_000 : served, hostName: at.hostName ?? null },
    bytesSent: at.phase === 'closed' ? 1200 : null,
    bytesReceived: at.phase === 'closed' ? 34_000 : null,
  };
}

export function detected(name: string, rule: string, timeNs: bigint = startNs): DetectionRecord {
  const time = new Date(Number(timeNs / 1_000_000n)).toISOString();
  return {
    kind: 'detection',
    timeNs,
    containerId: idOf(name),
    cause: null,
    detection: {
      hostname: 'node-1',
      output: `03:04:05.000000000: Warning ${rule} (user=root)`,
      priority: 'Warning',
      rule,
      source: 'syscall',
      tags: ['T1059', 'container'],
      time,
      output_fields: {
        'proc.name': 'bash',
        'proc.tty': 34_816,
        'container.id': idOf(name).slice(0, 12),
      },
    },
  };
}
