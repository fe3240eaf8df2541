// Facts of images for the webhook: by digest, one flight for each, failures remembered briefly, and an
// answer within the deadline. What is not known by then goes on for the next time.
import { realPace } from '../base/retry.ts';
import type { ImageFacts } from '../policy/image/index.ts';
import { parseImageName } from '../policy/image/index.ts';
import { isLasting } from './gate-images.ts';
import { createVerdictCache } from './trust/index.ts';

export interface VerdictOptions {
  readonly nowMs: () => number;
  /** Looks at an image by its digest (`name@sha256:...`). */
  readonly look: (reference: string) => Promise<ImageFacts | null>;
  /** Asks the registry what a reference means now. */
  readonly resolve: (reference: string) => Promise<string>;
  readonly warn: (line: string) => void;
}

export interface Verdicts {
  known(
    references: readonly string[],
    deadlineMs: number,
  ): Promise<(name: string) => ImageFacts | null>;
  digests(
    references: readonly string[],
    deadlineMs: number,
  ): Promise<(name: string) => string | null>;
}

/** Content of a digest never changes; what is known to be wrong with it does. */
const factsMs = 3_600_000;
/** Tags move. */
const digestMs = 60_000;
const failureMs = 30_000;
const kept = 10_000;
/** Images of one review that are looked at; a Pod has a few. */
const referencesMost = 100;

function lifeMs(answer: unknown): number {
  return answer === null || isLasting(answer as ImageFacts) ? factsMs : digestMs;
}

/** An empty cache. */
export function createVerdicts(options: VerdictOptions): Verdicts {
  const shared = { now: options.nowMs, failureMs, entries: kept };
  const facts = createVerdictCache<ImageFacts | null>({ ...shared, lifeMs });
  const digests = createVerdictCache<string>({ ...shared, lifeMs: () => digestMs });
  const digestOf = (reference: string): Promise<string> => {
    const { digest } = parseImageName(reference);
    if (digest !== null) return Promise.resolve(digest);
    return digests.once(reference, () => options.resolve(reference));
  };
  const factsOf = async (reference: string): Promise<ImageFacts | null> => {
    const digest = await digestOf(reference);
    const { name } = parseImageName(reference);
    const found = await facts.once(digest, () => options.look(`${name}@${digest}`));
    return found === null ? null : { ...found, reference, digest };
  };
  const within = async <T>(
    references: readonly string[],
    deadlineMs: number,
    ask: (reference: string) => Promise<T | null>,
  ): Promise<(name: string) => T | null> => {
    const answers = new Map<string, T | null>();
    const end = new AbortController();
    const asked = references.slice(0, referencesMost).map(async (reference) => {
      try {
        answers.set(reference, await ask(reference));
      } catch (error) {
        options.warn(`${reference} could not be looked at: ${String(error)}`);
      }
    });
    const deadline = realPace.sleep(deadlineMs, end.signal).catch(() => undefined);
    await Promise.race([Promise.all(asked), deadline]);
    end.abort();
    return (name) => answers.get(name) ?? null;
  };
  return {
    known: (references, deadlineMs) => within(references, deadlineMs, factsOf),
    digests: (references, deadlineMs) => within(references, deadlineMs, digestOf),
  };
}
