// The event stream: cut anywhere, with lines that are broken or do not end.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EngineEvent, readEvents } from './events.ts';

const start =
  '{"status":"start","id":"c1","Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"image":"debian:12","name":"web"}},"time":1795300000,"timeNano":1795300000123456789}';

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<readonly EngineEvent[]> {
  const events: EngineEvent[] = [];
  const stream = (async function* pieces() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  })();
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}

describe('readEvents', () => {
  test('an event, its time exact', async () => {
    expect(await read(`${start}\n`)).toEqual([
      {
        kind: 'event',
        type: 'container',
        action: 'start',
        id: 'c1',
        timeNanoseconds: 1_795_300_000_123_456_789n,
        attributes: new Map([
          ['image', 'debian:12'],
          ['name', 'web'],
        ]),
      },
    ]);
  });

  test('without nanoseconds, actor and newline', async () => {
    expect(await read('{"Type":"image","status":"pull","id":"i","time":5}')).toEqual([
      {
        kind: 'event',
        type: 'image',
        action: 'pull',
        id: 'i',
        timeNanoseconds: 5_000_000_000n,
        attributes: new Map(),
      },
    ]);
  });

  test('a broken line is told, and the next one is read', async () => {
    const events = await read('{"Type":\n', '[]\n\n', `${start}\n`);
    expect(events.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'event']);
  });

  test('a line without end is told once and not held', async () => {
    const piece = Buffer.alloc(700_000, 'x');
    const events = await read(piece, piece, piece, '\n', `${start}\n`, piece, piece);
    expect(events.map(({ kind }) => kind)).toEqual(['unreadable', 'event', 'unreadable']);
  });

  test('cut anywhere it reads the same', async () => {
    const whole = Buffer.from(`${start}\n${start.replace('web', 'wéb')}\n${start}\n`);
    const expected = await read(whole);
    expect(expected).toHaveLength(3);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 12 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((left, right) => left - right), whole.length];
        const chunks = edges.slice(1).map((end, n) => whole.subarray(edges[n], end));
        expect(await read(...chunks)).toEqual(expected);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
