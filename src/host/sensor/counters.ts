// What the kernel's programs counted, and the losses since somebody looked last.
import { type BpfMap, possibleProcessors } from '../kernel/index.ts';
import { callName, calls } from './calls.ts';
import { counterBytes, recordType } from './layout.ts';
import type { RawLoss } from './record.ts';

/** Since the sensor was started, over all processors. */
export interface TypeCounter {
  readonly name: string;
  readonly type: number;
  readonly seen: number;
  /** Put into a ring. */
  readonly submitted: number;
  /** No room in the ring. */
  readonly lost: number;
  /** Left out by choice: threads, repeated reads, the host ... */
  readonly filtered: number;
}

interface Counted extends TypeCounter {
  readonly firstLostNs: bigint;
  readonly lastLostNs: bigint;
}

const namesOfTypes = new Map<number, string>(
  Object.entries(recordType)
    .filter(([name]) => name !== 'firstCall' && name !== 'types')
    .map(([name, type]) => [type, name]),
);

/** `exec`, `cgroupMkdir`, `openat` ... of a type. */
export function typeName(type: number): string {
  return namesOfTypes.get(type) ?? callName(type) ?? `type ${type}`;
}

/** Counts losses of all types: whether to look at the others. */
const anyType = 0;

const knownTypes: readonly number[] = [
  ...namesOfTypes.keys(),
  ...calls.map((_, index) => recordType.firstCall + index),
];

export interface CounterReader {
  read(): TypeCounter[];
  /** How often something of a type has happened. */
  seen(type: number): number;
  /** Losses since the last call, times in nanoseconds since 1970. */
  losses(clockOffsetNs: bigint): RawLoss[];
}

/** Reads the per-CPU map of counters. */
export function readCounters(map: BpfMap): CounterReader {
  const processors = possibleProcessors();
  const value = new Uint8Array(processors * counterBytes);
  const told = new Map<number, { readonly lost: number; readonly atNs: bigint }>();
  const one = (type: number) => {
    const key = new Uint8Array(Uint32Array.of(type).buffer);
    if (!map.lookUp(key, value)) value.fill(0);
    return sumCounter(type, new DataView(value.buffer), processors);
  };
  const all = () => knownTypes.map(one);
  let lostOfAny = 0;
  return {
    read: () =>
      all().map(({ name, type, seen, submitted, lost, filtered }) => ({
        name,
        type,
        seen,
        submitted,
        lost,
        filtered,
      })),
    seen: (type) => one(type).seen,
    losses: (clockOffsetNs) => {
      const losses: RawLoss[] = [];
      const { lost: anyLost } = one(anyType);
      if (anyLost === lostOfAny) return losses;
      lostOfAny = anyLost;
      for (const { type, name, lost, firstLostNs, lastLostNs } of all()) {
        const before = told.get(type);
        const count = lost - (before?.lost ?? 0);
        if (count <= 0) continue;
        losses.push({
          kind: 'loss',
          name,
          count,
          why: null,
          fromNs: (before?.atNs ?? firstLostNs) + clockOffsetNs,
          toNs: lastLostNs + clockOffsetNs,
        });
        told.set(type, { lost, atNs: lastLostNs });
      }
      return losses;
    },
  };
}

function sumCounter(type: number, view: DataView, processors: number): Counted {
  const sums = [0, 0, 0, 0];
  let firstLostNs = 0n;
  let lastLostNs = 0n;
  for (let processor = 0; processor < processors; processor++) {
    const at = processor * counterBytes;
    for (let index = 0; index < sums.length; index++) {
      sums[index] = (sums[index] ?? 0) + Number(view.getBigUint64(at + index * 8, true));
    }
    const first = view.getBigUint64(at + 32, true);
    const last = view.getBigUint64(at + 40, true);
    if (first !== 0n && (firstLostNs === 0n || first < firstLostNs)) firstLostNs = first;
    if (last > lastLostNs) lastLostNs = last;
  }
  const [seen = 0, submitted = 0, lost = 0, filtered = 0] = sums;
  return { name: typeName(type), type, seen, submitted, lost, filtered, firstLostNs, lastLostNs };
}
