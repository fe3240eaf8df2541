import { describe, expect, test } from 'vitest';
import { distinct, fuzz } from './campaign.ts';
import { inputOf } from './engine.ts';
import { maximumBytes, mutate } from './mutate.ts';
import { seeded } from './random.ts';
import { fuzzTargets, targetNamed } from './registry.ts';
import { catalogersWithoutSamples } from './targets/catalogers.ts';

/** On a machine that others use, too. */
const longestMs = 240_000;
const quiet = { threads: 2, deadlineMs: 20_000, onProgress: () => undefined } as const;

test('a slice of the fuzz run: no parser throws, hangs or breaks its promises', {
  timeout: longestMs,
}, async () => {
  const { parsers, inputs } = await fuzz({ ...quiet, targets: fuzzTargets, seed: 5, inputs: 5000 });
  const failures = distinct(parsers.flatMap((parser) => parser.failures)).map(
    ({ failure: { target, kind, message, input } }) =>
      `${target} ${kind}: ${message.slice(0, 200)}; npm run fuzz -- --parser ${target} --seed 5 --input ${input}`,
  );
  expect(failures).toEqual([]);
  expect(inputs).toBeGreaterThanOrEqual(5000);
});

describe('what is fed', () => {
  test('every cataloger of the registry has samples', () => {
    expect(catalogersWithoutSamples()).toEqual([]);
  });

  test('names are given once', () => {
    const names = fuzzTargets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(fuzzTargets.map((target) => [target.name, target] as const))(
    '%s: its samples are well',
    async (_name, target) => {
      expect(target.samples.length).toBeGreaterThan(0);
      for (const sample of target.samples) await target.run(sample);
    },
  );

  test('an input depends on the seed, the parser and its number alone', () => {
    const target = targetNamed('zip');
    const other = inputOf(target, 2, 7).bytes;
    expect(inputOf(target, 1, 7).bytes).toEqual(inputOf(target, 1, 7).bytes);
    expect(inputOf(target, 1, 7).bytes).not.toEqual(other);
  });

  test('mutations stay within their size, and empty samples are no trap', () => {
    const material = { samples: [new Uint8Array(0), Buffer.from('abc')], tokens: ['token'] };
    for (let seed = 0; seed < 3000; seed += 1) {
      const sample = seed % 2 === 0 ? new Uint8Array(0) : Buffer.from('a\nb\nc 123');
      expect(mutate(sample, seeded(seed), material).length).toBeLessThanOrEqual(maximumBytes);
    }
  });
});

describe('the fuzzer finds what it looks for', () => {
  const failuresOf = async (name: string, deadlineMs: number) => {
    const targets = [targetNamed(name)];
    const options = { ...quiet, deadlineMs, targets, seed: 1, inputs: 40 };
    const { parsers, inputs } = await fuzz(options);
    expect(inputs).toBe(40);
    return parsers.flatMap(({ failures }) => failures);
  };

  test.each([
    ['broken-hang', 'hung'],
    ['broken-throw', 'threw'],
    ['broken-promise', 'broke its promise'],
  ])('%s', { timeout: longestMs }, async (name, kind) => {
    const failures = await failuresOf(name, 500);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(40);
    expect(new Set(failures.map((failure) => failure.kind))).toEqual(new Set([kind]));
  });
});
