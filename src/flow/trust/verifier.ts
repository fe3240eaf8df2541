// The walk "image -> verdict": resolve, look for signatures, verify them, judge by the policy. Answers
// are remembered by digest, policy and trusted root, so that a gate asks each registry once.
import { setImmediate } from 'node:timers/promises';
import { assert, SeaworthyError } from '../../base/error.ts';
import type { TrustFacts } from '../../model/trust.ts';
import {
  judgeTrust,
  type TrustedRoot,
  type TrustPolicy,
  type TrustVerdict,
  type Verified,
  verifyLayer,
} from '../../trust/index.ts';
import { createVerdictCache, type VerdictCache } from './cache.ts';
import { discover } from './discovery.ts';
import type { Resolved, TrustSource } from './source.ts';

export interface TrustAnswer {
  readonly facts: TrustFacts;
  readonly verdict: TrustVerdict;
  /** Parallel to `facts.signatures`: what verified attestations say; empty unless asked for. */
  readonly predicates: readonly unknown[];
  /** ISO time of the verification: older than the answer when it was remembered. */
  readonly checkedAt: string;
}

export interface TrustVerifierOptions {
  readonly policy: TrustPolicy;
  readonly root: TrustedRoot | null;
  readonly now: () => Date;
  /** How long verdicts are remembered; default: an hour when allowed, a minute else. */
  readonly allowedMs?: number;
  readonly refusedMs?: number;
  /** Keep what attestations say: SBOMs of many megabytes, not for a cache of thousands. */
  readonly keepPredicates?: boolean;
}

export interface TrustVerifier {
  /**
   * Verifies what the source names. Errors: those of resolving; `network`, `denied`, `busy` when the
   * policy is not met and not everything could be asked.
   */
  verify(source: TrustSource): Promise<TrustAnswer>;
  /** The remembered answer about a digest, without any waiting; null when there is none. */
  known(name: string | null, digest: string): TrustAnswer | null;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** Answers have a few KiB; those about attestations hold their predicates. */
const answersKept = 2000;

/** A verifier with a cache of its own; a gate has one for its life. */
export function createTrustVerifier(options: TrustVerifierOptions): TrustVerifier {
  const { policy, root, now, allowedMs = hourMs, refusedMs = minuteMs } = options;
  const cache: VerdictCache<TrustAnswer> = createVerdictCache({
    now: () => now().getTime(),
    lifeMs: (answer) =>
      (answer as TrustAnswer).verdict.reasons.length === 0 ? allowedMs : refusedMs,
    failureMs: refusedMs,
    entries: answersKept,
  });
  // The name belongs to the question: rules name places.
  const keyOf = (name: string | null, digest: string): string =>
    `${name ?? ''}@${digest}|${policy.hash}|${root?.hash ?? ''}`;
  return {
    known: (name, digest) => cache.get(keyOf(name, digest)),
    verify: async (source) => {
      const pinned = /@(sha(?:256|384|512):[0-9a-f]+)$/.exec(source.reference)?.[1];
      const remembered = pinned === undefined ? null : cache.get(keyOf(source.name, pinned));
      if (remembered !== null) return remembered;
      try {
        const resolved = await source.resolve();
        const [first] = resolved.subjects;
        assert(first !== undefined, 'a source resolves to an image or fails');
        const key = keyOf(source.name, first.digest);
        return await cache.once(key, () => verifyNow(source, resolved, options));
      } catch (error) {
        throw plain(error, source);
      }
    },
  };
}

async function verifyNow(
  source: TrustSource,
  resolved: Resolved,
  options: TrustVerifierOptions,
): Promise<TrustAnswer> {
  const { policy, root, now } = options;
  const found = await discover(source, resolved);
  const anchors = { keys: policy.keys, root };
  const verified: Verified[] = [];
  for (const layer of found.layers) {
    verified.push(verifyLayer(layer, resolved.subjects, anchors));
    // Each costs milliseconds of one thread, which others wait for.
    if (verified.length % 4 === 0) await setImmediate();
  }
  const facts: TrustFacts = {
    name: source.name,
    reference: source.reference,
    subjects: resolved.subjects.map(({ digest, role }) => ({ digest, role })),
    signatures: verified.map(({ fact }) => fact),
    unknowns: found.unknowns,
  };
  const verdict = judgeTrust(facts, policy);
  // "Not signed" may only be said when everything was asked.
  if (found.failure !== null && verdict.reasons.length > 0) throw found.failure;
  const predicates = options.keepPredicates === true ? verified.map((one) => one.predicate) : [];
  return { facts, verdict, predicates, checkedAt: now().toISOString() };
}

/** An abort by our own deadline, as a plain error. */
function plain(error: unknown, { reference }: TrustSource): unknown {
  if (!(error instanceof DOMException) || error.name !== 'TimeoutError') return error;
  return new SeaworthyError('network', `the signatures of ${reference} did not come in time`, {
    cause: error,
    advice: 'try again, or give it more time with --timeout',
  });
}
