// Sums of datagrams, which the kernel keeps until somebody reads them: UDP has no end that it tells. A
// flow is told when it rests, one that goes on every ten seconds, each time with what is new.
import type { BpfMap } from '../kernel/index.ts';
import { flowFacts, header } from './layout.ts';
import { type BatchSection, ringHeaderBytes } from './ring.ts';

/** `struct datagram_key` and `struct datagram_sum` of native/datagram.h. */
const datagramBytes = {
  key: 32,
  sum: ringHeaderBytes + header.bytes + flowFacts.bytes,
} as const;

/** A flow rests when it has been quiet for so long: an answer of a name server comes sooner. */
const restNs = 1_500_000_000n;
const busyNs = 10_000_000_000n;
/** Flows that are read in one look: a scanner of ports may make thousands. */
const flowsAtOnce = 16_384;

const timeAt = ringHeaderBytes + header.time;
const sentAt = ringHeaderBytes + header.bytes + flowFacts.sent;
const receivedAt = ringHeaderBytes + header.bytes + flowFacts.received;

interface Told {
  readonly sent: bigint;
  readonly received: bigint;
  readonly atNs: bigint;
}

export interface DatagramReader {
  /**
   * What is to be told now, laid out as records of a ring; null: nothing.
   *
   * @param nowNs boot clock
   * @param isLast true: all that is left
   */
  read(nowNs: bigint, isLast: boolean): BatchSection | null;
}

/** @param seen how many datagrams were counted by now: where that stands still only rest is looked for */
export function readDatagrams(map: BpfMap, seen: () => number): DatagramReader {
  const told = new Map<string, Told>();
  let seenBefore = 0;
  let held = 0;
  return {
    read: (nowNs, isLast) => {
      const seenNow = seen();
      if (seenNow === seenBefore && held === 0) return null;
      seenBefore = seenNow;
      const records: Uint8Array[] = [];
      held = 0;
      for (const key of keysOf(map)) {
        const value = new Uint8Array(datagramBytes.sum);
        if (!map.lookUp(key, value)) continue;
        const view = new DataView(value.buffer);
        const name = Buffer.from(key).toString('latin1');
        const known = told.get(name);
        const quietNs = nowNs - view.getBigUint64(timeAt, true);
        const isOver = isLast || quietNs >= restNs;
        const sinceNs = nowNs - (known?.atNs ?? openedOf(view));
        if (isOver) {
          map.remove(key);
          told.delete(name);
        } else {
          held += 1;
          if (sinceNs < busyNs) continue;
        }
        const sent = view.getBigUint64(sentAt, true);
        const received = view.getBigUint64(receivedAt, true);
        if (!isOver) told.set(name, { sent, received, atNs: nowNs });
        view.setBigUint64(sentAt, sent - (known?.sent ?? 0n), true);
        view.setBigUint64(receivedAt, received - (known?.received ?? 0n), true);
        if (sent !== known?.sent || received !== known.received) records.push(value);
      }
      return sectionOf(records);
    },
  };
}

function openedOf(view: DataView): bigint {
  return view.getBigUint64(ringHeaderBytes + header.bytes + flowFacts.opened, true);
}

/** All keys first: taking one out while walking would begin the walk anew. */
function keysOf(map: BpfMap): readonly Uint8Array[] {
  const keys: Uint8Array[] = [];
  let last: Uint8Array | null = null;
  while (keys.length < flowsAtOnce) {
    const key = new Uint8Array(datagramBytes.key);
    if (!map.next(last, key)) break;
    keys.push(key);
    last = key;
  }
  return keys;
}

function sectionOf(records: readonly Uint8Array[]): BatchSection | null {
  if (records.length === 0) return null;
  const bytes = new Uint8Array(records.length * datagramBytes.sum);
  for (const [index, record] of records.toSorted(byTime).entries()) {
    bytes.set(record, index * datagramBytes.sum);
  }
  return { view: new DataView(bytes.buffer), start: 0, end: bytes.length };
}

function byTime(left: Uint8Array, right: Uint8Array): number {
  const [a, b] = [left, right].map((one) => new DataView(one.buffer).getBigUint64(timeAt, true));
  return Number((a ?? 0n) - (b ?? 0n));
}
