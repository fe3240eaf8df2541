// A fuzz run as a whole: how many inputs each parser gets, and what came of it.
import type { Failure } from './engine.ts';
import type { FuzzTarget } from './target.ts';
import { feedAll, type Run } from './watch.ts';

export interface CampaignOptions {
  readonly targets: readonly FuzzTarget[];
  readonly seed: number;
  /** In all; shared out by weight. */
  readonly inputs: number;
  readonly threads: number;
  readonly deadlineMs: number;
  readonly onProgress: (inputs: number, failures: number) => void;
}

export interface ParserResult {
  readonly name: string;
  readonly samples: number;
  readonly inputs: number;
  readonly slowestMs: number;
  readonly failures: readonly Failure[];
}

export interface CampaignResult {
  readonly seed: number;
  readonly inputs: number;
  readonly elapsedMs: number;
  readonly peakMiB: number;
  readonly parsers: readonly ParserResult[];
}

/** Inputs of one run: few enough that the threads end together. */
const runLength = 250;

export async function fuzz(options: CampaignOptions): Promise<CampaignResult> {
  const { targets, seed, threads, deadlineMs } = options;
  const started = performance.now();
  const results = new Map(
    targets.map(({ name, samples }) => [
      name,
      { name, samples: samples.length, inputs: 0, slowestMs: 0, failures: [] as Failure[] },
    ]),
  );
  let [inputs, failures] = [0, 0];
  await feedAll(runsOf(options), {
    seed,
    threads,
    deadlineMs,
    onOutcome(name, outcome) {
      const result = results.get(name);
      if (result === undefined) return;
      result.inputs += outcome.inputs;
      result.slowestMs = Math.max(result.slowestMs, outcome.slowestMs);
      result.failures.push(...outcome.failures);
      inputs += outcome.inputs;
      failures += outcome.failures.length;
      options.onProgress(inputs, failures);
    },
  });
  return {
    seed,
    inputs,
    elapsedMs: performance.now() - started,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    parsers: [...results.values()],
  };
}

function runsOf({ targets, inputs }: CampaignOptions): Run[] {
  const weight = targets.reduce((sum, target) => sum + target.weight, 0);
  const runs = targets.flatMap(({ name, weight: own }) => {
    const share = weight === 0 ? 1 / targets.length : own / weight;
    const count = Math.ceil(inputs * share);
    return Array.from({ length: Math.ceil(count / runLength) }, (_, index) => ({
      target: name,
      from: index * runLength,
      count: Math.min(runLength, count - index * runLength),
    }));
  });
  return runs;
}

/** Failures that look alike, the first of each with their number. */
export function distinct(failures: readonly Failure[]): { failure: Failure; count: number }[] {
  const groups = new Map<string, { failure: Failure; count: number }>();
  for (const failure of failures) {
    const shape = failure.message.replaceAll(/\d+/g, '#').slice(0, 60);
    const key = `${failure.target} ${failure.kind} ${shape}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { failure, count: 1 });
    else known.count += 1;
  }
  return [...groups.values()];
}
