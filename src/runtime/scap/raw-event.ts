// Events as they lie in a capture: a header, the lengths of the parameters, the parameters.

import { type Block, blockType } from './block.ts';
import { ByteReader } from './bytes.ts';

export interface RawEvent {
  readonly cpu: number;
  readonly timeNs: bigint;
  readonly tid: number;
  /** The number of the event: see `eventFacts`. */
  readonly number: number;
  readonly parameters: readonly Uint8Array[];
}

interface Layout {
  readonly flags: boolean;
  /** The number of parameters is told. */
  readonly counted: boolean;
  readonly lengthBytes: 2 | 4;
}

const layouts: ReadonlyMap<number, Layout> = new Map([
  [blockType.event1, { flags: false, counted: false, lengthBytes: 2 }],
  [blockType.flaggedEvent1, { flags: true, counted: false, lengthBytes: 2 }],
  [blockType.event2, { flags: false, counted: true, lengthBytes: 2 }],
  [blockType.flaggedEvent2, { flags: true, counted: true, lengthBytes: 2 }],
  [blockType.largeEvent, { flags: false, counted: true, lengthBytes: 4 }],
  [blockType.flaggedLargeEvent, { flags: true, counted: true, lengthBytes: 4 }],
]);

/** Whether a block holds an event. */
export function isEventBlock(type: number): boolean {
  return layouts.has(type);
}

/** Bytes of the header that every event has: time, thread, length, number. */
const headerBytes = 22;
/** No event has more. */
const parametersAtMost = 64;

/** The event of a block; a text when it cannot be one. */
export function readEvent({ type, body }: Block): RawEvent | string {
  const layout = layouts.get(type);
  if (layout === undefined) return 'no event';
  const reader = new ByteReader(body);
  const cpu = reader.u16();
  if (layout.flags) reader.u32();
  const start = reader.offset;
  const timeNs = reader.u64();
  const tid = Number(reader.i64());
  const length = reader.u32();
  const number = reader.u16();
  if (reader.ranOut || start + length > body.length) return 'an event is longer than its block';
  const event = body.subarray(start, start + length);
  const inner = new ByteReader(event, headerBytes);
  const count = layout.counted ? inner.u32() : countOf(event);
  if (count === null || count > parametersAtMost || inner.ranOut) {
    return 'the parameters of an event do not fit into it';
  }
  const lengths: number[] = [];
  for (let index = 0; index < count; index += 1) {
    lengths.push(layout.lengthBytes === 2 ? inner.u16() : inner.u32());
  }
  const parameters = lengths.map((one) => inner.slice(one));
  if (inner.ranOut) return 'the parameters of an event do not fit into it';
  return { cpu, timeNs, tid, number, parameters };
}

/**
 * The first captures do not tell how many parameters there are: it is the number n for which n lengths
 * and what they announce fill the event. The smallest one counts.
 */
function countOf(event: Uint8Array): number | null {
  const left = event.length - headerBytes;
  const view = new DataView(event.buffer, event.byteOffset, event.byteLength);
  let announced = 0;
  for (let count = 0; count <= parametersAtMost; count += 1) {
    if (count * 2 + announced === left) return count;
    const at = headerBytes + count * 2;
    if (at + 2 > event.length) return null;
    announced += view.getUint16(at, true);
  }
  return null;
}
