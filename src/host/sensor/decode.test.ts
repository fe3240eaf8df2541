import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv6Text, unixPathText } from './address.ts';
import { BatchCursor, copyBatch, readBatch } from './batch.ts';
import { calls, callType } from './calls.ts';
import { decodeRecord } from './decode.ts';
import { sockaddr } from './decode-slot.ts';
import { callSlots, header, recordType, slotKind } from './layout.ts';
import { RecordView } from './view.ts';

interface SlotBytes {
  readonly kind: number;
  readonly value?: number;
  readonly bytes: Uint8Array;
}

const text = (value: string) => new TextEncoder().encode(value);

/** A record of a call with slots. */
function callBytes(name: string, slots: readonly SlotBytes[], result = 0): Uint8Array {
  const parts = slots.map(({ kind, value = 0, bytes }) => {
    const padded = new Uint8Array((8 + bytes.length + 7) & ~7);
    const view = new DataView(padded.buffer);
    view.setUint16(0, kind, true);
    view.setUint16(2, bytes.length, true);
    view.setUint32(4, value, true);
    padded.set(bytes, 8);
    return padded;
  });
  const record = new Uint8Array(callSlots + parts.reduce((sum, part) => sum + part.length, 0));
  const view = new DataView(record.buffer);
  view.setUint16(header.type, callType(name) ?? 0, true);
  view.setBigUint64(header.time, 5_000_000_000n, true);
  view.setUint32(header.pid, 42, true);
  view.setBigUint64(header.start, 1_234_567_890n, true);
  view.setBigInt64(header.result, BigInt(result), true);
  let at = callSlots;
  for (const part of parts) {
    record.set(part, at);
    at += part.length;
  }
  return record;
}

function viewOf(bytes: Uint8Array): RecordView {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return new RecordView().place(data, 0, bytes.length);
}

describe('a record of a call', () => {
  test('paths, descriptors, result', () => {
    const bytes = callBytes(
      'openat',
      [
        { kind: slotKind.path, bytes: text('../etc/shadow') },
        { kind: slotKind.descriptorPath, value: 7 | (4 << 24), bytes: text('work\0tmp\0') },
        { kind: slotKind.realPath, bytes: text('shadow\0etc\0') },
      ],
      -13,
    );
    expect(decodeRecord(viewOf(bytes), 1_000n)).toMatchObject({
      kind: 'call',
      name: 'openat',
      result: -13,
      pid: 42,
      startTicks: 123,
      timeNs: 5_000_001_000n,
      texts: ['../etc/shadow'],
      realPath: { path: '/etc/shadow', isDeleted: false },
      descriptorPaths: new Map([
        [7, expect.objectContaining({ path: '/tmp/work', isDeleted: true })],
      ]),
    });
  });

  test('a text that could not be read is null, an empty one is empty', () => {
    const unread = callBytes('unlink', [
      { kind: slotKind.path, value: 14, bytes: new Uint8Array() },
    ]);
    expect(decodeRecord(viewOf(unread), 0n)).toMatchObject({ texts: [null] });
    const empty = callBytes('unlink', [{ kind: slotKind.path, bytes: new Uint8Array() }]);
    expect(decodeRecord(viewOf(empty), 0n)).toMatchObject({ texts: [''] });
  });

  test('the root, a pipe and a memfd', () => {
    const paths = (['', 'pipe:[7]\0', 'memfd:x\0'] as const).map((names, index) =>
      decodeRecord(
        viewOf(
          callBytes('open', [
            { kind: slotKind.realPath, value: index === 0 ? 0 : 2, bytes: text(names) },
          ]),
        ),
        0n,
      ),
    );
    expect(paths.map((one) => (one?.kind === 'call' ? one.realPath?.path : null))).toEqual([
      '/',
      'pipe:[7]',
      'memfd:x',
    ]);
  });
});

test('bytes of any kind never throw', () => {
  const types = [...Array(11).keys(), recordType.firstCall, recordType.firstCall + 1, 60, 500];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...types), (bytes, type) => {
      const copy = bytes.slice();
      if (copy.length >= 2) new DataView(copy.buffer).setUint16(0, type, true);
      decodeRecord(viewOf(copy), 0n);
    }),
    { seed: 3, numRuns: 300 },
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(200),
      fc.nat(200),
      (bytes, kind, from) => {
        const record = viewOf(bytes);
        const slot = record.slot(kind, from);
        if (slot !== null) expect(slot.start + slot.length).toBeLessThanOrEqual(bytes.length);
        sockaddr(bytes);
        unixPathText(bytes);
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});

describe('a batch', () => {
  /** Records as they lie in a ring: times only. */
  function section(times: readonly number[]) {
    const bytes = new Uint8Array(times.length * (8 + header.bytes));
    const view = new DataView(bytes.buffer);
    times.forEach((time, index) => {
      const at = index * (8 + header.bytes);
      view.setUint32(at, header.bytes, true);
      view.setBigUint64(at + 8 + header.time, BigInt(time), true);
    });
    return { view, start: 0, end: bytes.length };
  }

  function times(cursor: BatchCursor): number[] {
    const seen: number[] = [];
    while (cursor.next()) seen.push(cursor.record.order);
    return seen;
  }

  test('records of several rings are told by time, copied or not', () => {
    const sections = [section([1, 5, 9]), section([]), section([2, 3, 10]), section([4])];
    expect(times(new BatchCursor(sections, 0n))).toEqual([1, 2, 3, 4, 5, 9, 10]);
    expect(times(readBatch(copyBatch(sections, 0n)))).toEqual([1, 2, 3, 4, 5, 9, 10]);
  });

  test('ends that lie give fewer records', () => {
    const copy = copyBatch([section([1, 2])], 0n);
    expect(times(readBatch({ ...copy, ends: [72, 3, 10_000] }))).toEqual([1, 2]);
    expect(times(readBatch({ ...copy, ends: [-5] }))).toEqual([]);
  });
});

describe('addresses', () => {
  test.each([
    ['00000000000000000000000000000001', '::1'],
    ['00000000000000000000000000000000', '::'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
    ['00000000000000000000ffff7f000001', '127.0.0.1'],
    ['fe800000000000000000000000000000', 'fe80::'],
  ])('%s is %s', (hex, expected) => {
    expect(ipv6Text(Buffer.from(hex, 'hex'))).toBe(expected);
  });

  test('what a program wrote', () => {
    expect(sockaddr(Uint8Array.of(2, 0, 0x1f, 0x90, 10, 0, 0, 7))).toEqual({
      family: 2,
      address: '10.0.0.7',
      port: 8080,
      path: null,
    });
    expect(sockaddr(text('\x01\0/run/docker.sock\0rest'))?.path).toBe('/run/docker.sock');
    expect(sockaddr(text('\x01\0\0abstract'))?.path).toBe('@abstract');
    expect(sockaddr(Uint8Array.of(2, 0, 0))).toMatchObject({ address: null });
    expect(sockaddr(Uint8Array.of(2))).toBeNull();
  });
});

test('no call has two rows, no number two calls', () => {
  expect(new Set(calls.map(({ name }) => name)).size).toBe(calls.length);
  for (const index of [0, 1, 2]) {
    const numbers = calls.map((row) => row.numbers[index]).filter((one) => one !== null);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
});
