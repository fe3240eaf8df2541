// One input: made from a seed alone, fed to its parser, judged.
import { messageOf } from '../../src/base/error.ts';
import { mutate } from './mutate.ts';
import { seeded, seedOf } from './random.ts';
import { type FuzzTarget, isRefusal, type Sample, Violation } from './target.ts';

export type FailureKind = 'threw' | 'broke its promise' | 'slow' | 'hung' | 'out of memory';

export interface Failure {
  readonly target: string;
  readonly kind: FailureKind;
  readonly message: string;
  /** Number of the input; with the seed it is the input. */
  readonly input: number;
  readonly stack?: string;
}

/** Processor time of one input of at most 256 KiB; honest files of that size take a few milliseconds. */
export const slowMs = 1500;

/** Input number `index` of a parser: depends on nothing but the seed, the name and the number. */
export function inputOf(target: FuzzTarget, seed: number, index: number): Sample {
  const random = seeded(seedOf(seed, target.name, index));
  const origin = random.pick(target.samples);
  const material = {
    samples: target.samples.map(({ bytes }) => bytes),
    tokens: target.tokens,
  };
  let bytes = mutate(origin.bytes, random, material);
  if (target.mend !== undefined && random.oneIn(2)) bytes = target.mend(Buffer.from(bytes));
  const companions = new Map(
    [...(origin.companions ?? [])].map(([path, content]) => [
      path,
      random.oneIn(2) ? content : mutate(content, random, { samples: [content], tokens: [] }),
    ]),
  );
  return { path: origin.path, bytes, companions };
}

export interface Judged {
  readonly failure: Omit<Failure, 'target' | 'input'> | null;
  readonly cpuMs: number;
}

/** Feeds one input. Refusing it by a `SeaworthyError` is well; anything else that is thrown is not. */
export async function judge(target: FuzzTarget, input: Sample): Promise<Judged> {
  const before = process.threadCpuUsage();
  let failure: Judged['failure'] = null;
  try {
    await target.run(input);
  } catch (error) {
    if (!isRefusal(error)) failure = failureOf(error);
  }
  const { user, system } = process.threadCpuUsage(before);
  const cpuMs = (user + system) / 1000;
  if (failure === null && cpuMs > slowMs) {
    const message = `${Math.round(cpuMs)} ms for ${input.bytes.length} bytes`;
    failure = { kind: 'slow', message };
  }
  return { failure, cpuMs };
}

function failureOf(error: unknown): Judged['failure'] {
  const kind = error instanceof Violation ? 'broke its promise' : 'threw';
  const name = error instanceof Error && kind === 'threw' ? `${error.name}: ` : '';
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind, message: name + messageOf(error), ...(stack === undefined ? {} : { stack }) };
}
