// The sensor's thread dies and is begun again: what its successor is told, and what its owner hears.
import { expect, test } from 'vitest';
import { sampleRun } from '../../../test/sample-record.ts';
import type { SensorDeath } from '../../host/sensor/index.ts';
import type { ContainerIdentity } from '../../model/container.ts';
import { openKeptThread } from './kept-thread.ts';
import type { FromThread } from './messages.ts';
import type { ThreadRequest } from './sensor-thread.ts';

const death: SensorDeath = {
  error: new Error('out of memory'),
  lastLookMs: 5000,
  remains: { descriptors: [7], mappings: [] },
};
const oldRules = [{ name: 'old.yaml', text: '[]' }];
const newRules = [{ name: 'new.yaml', text: '[]' }];
const options = { files: oldRules, hostname: 'node', users: new Map(), groups: new Map() };

/** One life of the thread, as its owner gave it and as it was used. */
interface Life {
  readonly request: ThreadRequest;
  readonly named: string[];
  isStopped: boolean;
}

/** A kept thread over made-up ones; `refuse` says which openings fail. */
async function lab(refuse: (opening: number) => boolean = () => false) {
  const lives: Life[] = [];
  const told: FromThread[] = [];
  const gaps: { fromNs: bigint; toNs: bigint; why: string }[] = [];
  const ends: string[] = [];
  let openings = 0;
  const kept = await openKeptThread({
    options,
    onMessage: (message) => void told.push(message),
    onBack: (gap) => void gaps.push(gap),
    onEnded: (error, fromNs) => void ends.push(`${error.message} ${fromNs}`),
    pace: { now: () => 9000, sleep: async () => undefined, random: () => 0 },
    open: async (request) => {
      openings += 1;
      if (refuse(openings)) throw new Error('no libbpf');
      const life: Life = { request, named: [], isStopped: false };
      lives.push(life);
      return {
        named: ({ id }, path) => void life.named.push(`${id} ${path}`),
        load: () => undefined,
        figures: async () => null,
        stop: async () => {
          life.isStopped = true;
        },
      };
    },
  });
  return { kept, lives, told, gaps, ends };
}

const identity = (id: string): ContainerIdentity => ({ ...sampleRun('one').identity, id });
const turns = () => new Promise((resolve) => setImmediate(resolve));

test('it is begun again with what was known, the gap has its bounds', async () => {
  const { kept, lives, told, gaps } = await lab();
  kept.named(identity('a'), '/kubepods/a');
  kept.named(identity('b'), null);
  kept.named(identity('a'), null);
  const [first] = lives;
  first?.request.onMessage({ kind: 'started', id: 'a', atNs: 1n, by: null });
  first?.request.onMessage({ kind: 'settled', containerIds: ['a', 'b'] });
  first?.request.onDeath(death);
  await turns();
  expect(lives).toHaveLength(2);
  expect(lives[1]?.request.remains).toEqual(death.remains);
  expect(lives[1]?.named).toEqual(['b null', 'a /kubepods/a']);
  expect(gaps).toEqual([
    {
      fromNs: 5_000_000_000n,
      toNs: 9_000_000_000n,
      why: 'the sensor was begun again: out of memory',
    },
  ]);
  // `a` has ended while nobody looked.
  lives[1]?.request.onMessage({ kind: 'settled', containerIds: ['b'] });
  expect(told.filter(({ kind }) => kind === 'ended')).toEqual([
    { kind: 'ended', id: 'a', atNs: 9_000_000_000n, exitCode: null },
  ]);
  await kept.stop();
  expect(lives.map(({ isStopped }) => isStopped)).toEqual([false, true]);
});

test.each([
  { taken: true, rules: newRules },
  { taken: false, rules: oldRules },
])('rules that it has taken ($taken) are those of the next one', async ({ taken, rules }) => {
  const { kept, lives } = await lab();
  kept.load(newRules);
  if (taken) lives[0]?.request.onMessage({ kind: 'rules', count: 0 });
  lives[0]?.request.onDeath(death);
  await turns();
  expect(lives[1]?.request.options.files).toBe(rules);
});

test('an opening that fails is tried again', async () => {
  const { lives, gaps, ends } = await lab((opening) => opening === 2);
  lives[0]?.request.onDeath(death);
  await turns();
  expect(gaps).toHaveLength(1);
  expect(ends).toEqual([]);
  // Who failed to open has removed what was left.
  expect(lives[1]?.request.remains).toBeNull();
});

test('one that cannot be begun any more is given up, with the time since when', async () => {
  const { lives, gaps, ends } = await lab((opening) => opening > 1);
  lives[0]?.request.onDeath(death);
  await turns();
  expect(gaps).toEqual([]);
  expect(ends).toEqual(['no libbpf 5000000000']);
});

test('one that dies again and again is given up', async () => {
  const { lives, ends } = await lab();
  for (let index = 0; ends.length === 0 && index < 20; index += 1) {
    lives.at(-1)?.request.onDeath(death);
    await turns();
  }
  expect(lives).toHaveLength(6);
  expect(ends).toEqual(['out of memory 5000000000']);
});

test('stopped, it is not begun again', async () => {
  const { kept, lives, gaps } = await lab();
  await kept.stop();
  lives[0]?.request.onDeath(death);
  await turns();
  expect(lives).toHaveLength(1);
  expect(gaps).toEqual([]);
});
