import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonItem, jsonItems } from './json-items.ts';

function cut(text: string, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

function read(
  chunks: Iterable<Uint8Array>,
  depth: number,
  maximumBytes = 1e6,
): { readonly items: JsonItem[]; readonly complete: boolean } {
  const items: JsonItem[] = [];
  const walk = jsonItems(chunks, { depth, maximumBytes });
  for (;;) {
    const next = walk.next();
    if (next.done === true) return { items, complete: next.value };
    items.push(next.value);
  }
}

/** The values at a depth, by plain parsing. */
function valuesAt(value: unknown, depth: number, path: string[] = []): [string[], unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value)
    ? value.map((item): [string, unknown] => ['', item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) =>
    depth === 1
      ? [[[...path, key], item] as [string[], unknown]]
      : valuesAt(item, depth - 1, [...path, key]),
  );
}

test('agrees with JSON.parse for any document, depth and cutting', () => {
  const document = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(
      document,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 2, '\t'),
      (value, depth, size, indent) => {
        const { items, complete } = read(cut(JSON.stringify(value, null, indent), size), depth);
        const got = items.map((item) => [
          item.path,
          JSON.parse(Buffer.from(item.bytes ?? []).toString()),
        ]);
        expect(got).toEqual(valuesAt(JSON.parse(JSON.stringify(value)), depth));
        expect(complete).toBe(true);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});

test('a truncated document is not complete, and never throws', () => {
  const text = JSON.stringify({ a: { b: [1, '}"]', { c: 'x\\"' }] }, d: 'é', e: {} });
  const bytes = Buffer.from(text);
  for (let end = 0; end < bytes.length; end += 1) {
    expect(read([bytes.subarray(0, end)], 1).complete).toBe(false);
  }
  expect(read([bytes], 1).complete).toBe(true);
});

describe('bounds', () => {
  test('a value that is too long is told without its bytes, the next one is whole', () => {
    const text = JSON.stringify({ long: 'x'.repeat(5000), short: [1] });
    for (const size of [7, 100_000]) {
      const { items } = read(cut(text, size), 1, 100);
      expect(items.map((item) => [item.path, item.bytes === null])).toEqual([
        [['long'], true],
        [['short'], false],
      ]);
    }
  });
  test('any bytes are walked through', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        expect(read(chunks, 2, 50).items.length).toBeGreaterThanOrEqual(0);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
  test('brackets without end keep no memory', () => {
    const chunk = Buffer.from('['.repeat(1 << 20));
    const { items, complete } = read(
      Array.from({ length: 20 }, () => chunk),
      1,
      1000,
    );
    expect(items).toEqual([]);
    expect(complete).toBe(false);
  });
  test('reused chunk buffers do no harm', () => {
    const bytes = Buffer.from(JSON.stringify({ key: { a: 'value'.repeat(10) }, b: 2 }));
    function* reusing(): Generator<Uint8Array> {
      const buffer = Buffer.alloc(5);
      for (let at = 0; at < bytes.length; at += 5) {
        const count = bytes.copy(buffer, 0, at, at + 5);
        yield buffer.subarray(0, count);
        buffer.fill(0x7d);
      }
    }
    const { items } = read(reusing(), 1);
    expect(items.map((item) => Buffer.from(item.bytes ?? []).toString())).toEqual([
      JSON.stringify({ a: 'value'.repeat(10) }),
      '2',
    ]);
  });
});
