// A run as rows: what is alike in thousands of runs in a facet, the rest in columns of its own.
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type {
  ContainerIdentity,
  ContainerLimits,
  ContainerRun,
  Naming,
  Workload,
} from '../../model/container.ts';
import type { MountFacts } from '../../model/event.ts';
import type { StartedBy } from '../../model/timeline.ts';
import type { StoredRun } from './record-store.ts';

const namings: readonly Naming[] = ['before-start', 'late', 'after-start', 'never'];
/** A label's value, a word of a command: an engine sets no bound of its own. */
const textLength = 4096;
const listLength = 256;
/** A facet that is damaged must not become gigabytes. */
const facetBytes = 64 * 1024 * 1024;

/** What many runs have in common. */
interface Facet {
  readonly engine: ContainerIdentity['engine'];
  readonly reference: string | null;
  readonly imageId: string | null;
  readonly digest: string | null;
  readonly labels: readonly (readonly [string, string])[];
  readonly mounts: readonly MountFacts[];
  readonly capabilities: readonly string[] | null;
  readonly privileged: boolean | null;
  readonly mode: string | null;
  readonly ports: readonly string[];
  readonly user: string | null;
  readonly command: readonly string[] | null;
  readonly pidMode: ContainerIdentity['pidMode'];
  readonly limits?: ContainerLimits;
  readonly namespace: string | null;
  readonly node: string;
  readonly workload: Workload;
}

/** What only this run has, beside its columns. */
interface Own {
  readonly addresses?: readonly string[];
  readonly pod?: readonly [string | null, string | null];
  readonly startedBy?: StartedBy;
}

export interface RunRow {
  readonly id: number;
  readonly container: Uint8Array | string;
  readonly name: string | null;
  readonly facet: number;
  readonly created_us: number | null;
  readonly started_us: number | null;
  readonly ended_us: number | null;
  readonly first_us: number;
  readonly last_us: number;
  readonly exit_code: number | null;
  readonly naming: number;
  readonly grade: string | null;
  readonly own: string | null;
  readonly alive: number;
}

/** The columns of `run` that `decodeRun` reads. */
export const runColumns =
  'id, container, name, facet, created_us, started_us, ended_us, first_us, last_us, exit_code, ' +
  'naming, grade, own, alive';

export function microseconds(timeNs: bigint): number {
  return Number(timeNs / 1000n);
}

export function nanoseconds(timeUs: number): bigint {
  return BigInt(timeUs) * 1000n;
}

/** What a recorder must not forget of a run that another one began. */
export interface RunBefore {
  readonly startedBy: StartedBy | null;
  readonly naming: Naming;
  readonly startedAtNs: bigint | null;
  readonly grade: string | null;
  readonly addresses: readonly string[];
  readonly alive: boolean;
}

export function beforeOf(row: RunRow): RunBefore {
  const own = ownOf(row.own);
  return {
    startedBy: own.startedBy ?? null,
    naming: namings[row.naming] ?? 'never',
    startedAtNs: timeOf(row.started_us),
    grade: row.grade,
    addresses: own.addresses ?? [],
    alive: row.alive === 1,
  };
}

/** Starts that are nearer are one: the age of a process is known to ten milliseconds. */
const sameStartNs = 2_000_000_000n;

/** Whether what is told is the run of before, not the next one of the same container. */
export function isSameRun(before: RunBefore, { startedAtNs }: ContainerRun): boolean {
  if (before.startedAtNs === null || startedAtNs === null) return before.alive;
  const apart = before.startedAtNs - startedAtNs;
  return apart < sameStartNs && apart > -sameStartNs;
}

/** The engine's id as stored: 32 bytes for the usual 64 hexadecimal digits. */
export function containerKey(id: string): {
  readonly key: number;
  readonly stored: Uint8Array | string;
} {
  if (/^[0-9a-f]{64}$/.test(id)) {
    return { key: Number.parseInt(id.slice(0, 12), 16), stored: Buffer.from(id, 'hex') };
  }
  const hash = createHash('sha256').update(id).digest('hex');
  return { key: Number.parseInt(hash.slice(0, 12), 16), stored: id };
}

/** Which keys ids may have that begin with this word; null when it is no hexadecimal prefix. */
export function keyRange(word: string): readonly [number, number] | null {
  if (!/^[0-9a-f]{1,64}$/.test(word)) return null;
  const head = word.slice(0, 12);
  return [Number.parseInt(head.padEnd(12, '0'), 16), Number.parseInt(head.padEnd(12, 'f'), 16)];
}

export function containerIdOf(stored: Uint8Array | string): string {
  return typeof stored === 'string' ? stored : Buffer.from(stored).toString('hex');
}

/** @returns the facet with its hash, and the text of what is the run's own */
export function encodeRun(
  { identity, node, workload }: ContainerRun,
  startedBy: StartedBy | null,
): { readonly facet: string; readonly hash: Uint8Array; readonly own: string | null } {
  const { image, network, pod } = identity;
  const facet: Facet = {
    engine: identity.engine,
    reference: image.reference,
    imageId: image.id,
    digest: image.digest,
    labels: [...identity.labels]
      .slice(0, listLength)
      .map(([key, value]) => [cut(key), cut(value)] as const),
    mounts: identity.mounts.slice(0, listLength),
    capabilities: identity.capabilities?.slice(0, listLength) ?? null,
    privileged: identity.privileged,
    mode: network.mode,
    ports: network.ports.slice(0, listLength),
    user: identity.user,
    command: identity.command?.slice(0, listLength).map(cut) ?? null,
    pidMode: identity.pidMode,
    ...(identity.limits === undefined ? {} : { limits: identity.limits }),
    namespace: pod?.namespace ?? null,
    node,
    workload,
  };
  const own: Own = {
    ...(network.addresses.length === 0
      ? {}
      : { addresses: network.addresses.slice(0, listLength) }),
    ...(pod === null ? {} : { pod: [pod.name, pod.uid] as const }),
    ...(startedBy === null ? {} : { startedBy }),
  };
  const text = JSON.stringify(facet);
  return {
    facet: text,
    hash: createHash('sha256').update(text).digest().subarray(0, 16),
    own: Object.keys(own).length === 0 ? null : JSON.stringify(own),
  };
}

function cut(text: string): string {
  return text.length <= textLength ? text : `${text.slice(0, textLength)}…`;
}

export function namingCode(naming: Naming): number {
  return namings.indexOf(naming);
}

export function packFacet(facet: string): Uint8Array {
  return zstdCompressSync(facet);
}

/** Null for a facet that is damaged. */
export function unpackFacet(value: Uint8Array): Facet | null {
  try {
    const text = zstdDecompressSync(value, { maxOutputLength: facetBytes }).toString('utf8');
    return JSON.parse(text) as Facet;
  } catch {
    return null;
  }
}

/** The run of a row; what a damaged facet would have told is unknown. */
export function decodeRun(row: RunRow, facet: Facet | null): StoredRun {
  const own = ownOf(row.own);
  const identity: ContainerIdentity = {
    id: containerIdOf(row.container),
    engine: facet?.engine ?? 'unknown',
    name: row.name,
    image: {
      reference: facet?.reference ?? null,
      id: facet?.imageId ?? null,
      digest: facet?.digest ?? null,
    },
    labels: new Map(facet?.labels ?? []),
    mounts: facet?.mounts ?? [],
    capabilities: facet?.capabilities ?? null,
    privileged: facet?.privileged ?? null,
    network: {
      mode: facet?.mode ?? null,
      addresses: own.addresses ?? [],
      ports: facet?.ports ?? [],
    },
    user: facet?.user ?? null,
    command: facet?.command ?? null,
    pidMode: facet?.pidMode ?? null,
    ...(facet?.limits === undefined ? {} : { limits: facet.limits }),
    pod:
      own.pod === undefined
        ? null
        : { name: own.pod[0], namespace: facet?.namespace ?? null, uid: own.pod[1] },
    createdAtNs: timeOf(row.created_us),
  };
  return {
    id: row.id,
    run: {
      identity,
      node: facet?.node ?? '',
      workload: facet?.workload ?? {
        user: null,
        team: null,
        application: null,
        environment: null,
      },
      naming: namings[row.naming] ?? 'never',
      startedAtNs: timeOf(row.started_us),
      endedAtNs: timeOf(row.ended_us),
      exitCode: row.exit_code,
      grade: row.grade,
    },
    startedBy: own.startedBy ?? null,
    firstSeenNs: nanoseconds(row.first_us),
    lastSeenNs: nanoseconds(row.last_us),
    alive: row.alive === 1,
  };
}

function ownOf(text: string | null): Own {
  if (text === null) return {};
  try {
    return JSON.parse(text) as Own;
  } catch {
    return {};
  }
}

function timeOf(timeUs: number | null): bigint | null {
  return timeUs === null ? null : nanoseconds(timeUs);
}
