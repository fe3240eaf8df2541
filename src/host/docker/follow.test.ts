// Following an engine over its restarts: what is told again is told once, and what is lost is a gap.
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from '../../base/error.ts';
import type { Pace } from '../../base/retry.ts';
import type { EngineContainer } from './answer.ts';
import type { DockerEngine, EventOptions } from './engine.ts';
import type { EngineEvent } from './events.ts';
import { type Followed, followEngine } from './follow.ts';

function event(action: string, id: string, atMs: number): EngineEvent {
  return {
    kind: 'event',
    type: 'container',
    action,
    id,
    timeNanoseconds: BigInt(atMs) * 1_000_000n,
    attributes: new Map(),
  };
}

/** One life of an engine: what it still remembers, and what happens before it goes away. */
interface Life {
  readonly remembered?: readonly EngineEvent[];
  readonly live?: readonly EngineEvent[];
  readonly refuses?: boolean;
}

interface Played {
  readonly followed: readonly Followed[];
  readonly asked: readonly EventOptions[];
  readonly closed: number;
}

async function play(lives: readonly Life[]): Promise<Played> {
  const abort = new AbortController();
  const asked: EventOptions[] = [];
  let closed = 0;
  let life = -1;
  let clockMs = 1000;
  const pace: Pace = {
    now: () => clockMs,
    sleep: async () => {
      clockMs += 1000;
      // Nothing is left to play.
      if (life >= lives.length - 1) abort.abort();
    },
    random: () => 0,
  };
  const connect = async (): Promise<DockerEngine> => {
    life += 1;
    const now = lives[life];
    if (now?.refuses === true) throw new SeaworthyError('network', 'refused');
    const engine: Partial<DockerEngine> = {
      containers: async (): Promise<readonly EngineContainer[]> => [],
      events: async function* (options: EventOptions = {}) {
        asked.push(options);
        yield* (options.untilSeconds === undefined ? now?.live : now?.remembered) ?? [];
      },
      close: () => {
        closed += 1;
      },
    };
    return engine as DockerEngine;
  };
  const followed: Followed[] = [];
  for await (const one of followEngine({ connect, signal: abort.signal, pace })) followed.push(one);
  return { followed, asked, closed };
}

const told = (followed: readonly Followed[]): readonly string[] =>
  followed.map((one) =>
    one.kind === 'event'
      ? `${one.event.action} ${one.event.id}`
      : one.kind === 'gap'
        ? one.reason
        : one.kind,
  );

describe('followEngine', () => {
  test('a connection that broke: the engine remembers, nothing is lost or told twice', async () => {
    const start = event('start', 'a', 1500);
    const { followed, asked, closed } = await play([
      { live: [start] },
      { remembered: [start, event('die', 'a', 1900)], live: [event('start', 'b', 2600)] },
    ]);
    expect(told(followed)).toEqual(['connected', 'start a', 'die a', 'connected', 'start b']);
    expect(asked[1]).toMatchObject({ untilSeconds: 1.999999 });
    expect(asked[1]?.sinceSeconds).toBeCloseTo(1.499999, 6);
    expect(closed).toBe(2);
  });

  test('a restarted engine remembers nothing: the gap has its bounds', async () => {
    const { followed } = await play([
      { live: [event('start', 'a', 1500)] },
      { refuses: true },
      { live: [] },
    ]);
    expect(told(followed)).toEqual(['connected', 'start a', 'engine-away', 'connected']);
    expect(followed[2]).toMatchObject({ fromNs: 1_500_000_000n, toNs: 3_000_000_000n });
  });

  test('more than the engine repeats (256) is a gap, even where the last one is among them', async () => {
    const first = event('start', 'a', 1500);
    const many = Array.from({ length: 256 }, (_, n) => event('exec_die', `x${n}`, 1501 + n));
    const { followed } = await play([{ live: [first] }, { remembered: [first, ...many.slice(1)] }]);
    expect(told(followed)).toContain('replay-limit');
    expect(followed.filter(({ kind }) => kind === 'event')).toHaveLength(256);
  });

  test('a line that cannot be read is a gap', async () => {
    const { followed } = await play([{ live: [{ kind: 'unreadable', reason: 'broken' }] }]);
    expect(told(followed)).toEqual(['connected', 'unreadable']);
  });

  test('the first connection must succeed', async () => {
    await expect(play([{ refuses: true }])).rejects.toMatchObject({ code: 'network' });
  });
});
