// What is known of who vouches for an image that is here: the verdict of the last look at its registry,
// as it is remembered, and as pages are told it.
import type { SignatureFact } from './trust.ts';

/**
 * `not-judged`: signatures were looked at, and no policy says whose count. `no-reference`: no registry
 * holds it, or it is not known under which digest. `unreachable`: the registry did not answer.
 */
export type TrustOutcome =
  | 'trusted'
  | 'not-trusted'
  | 'unsigned'
  | 'not-judged'
  | 'no-reference'
  | 'unreachable';

/** A signature or attestation with whether the policy counts it. */
export interface JudgedSignature extends SignatureFact {
  readonly trusted: boolean;
}

/** The policy that judged, so far as a reader needs it. */
export interface JudgingPolicy {
  /** The file, as the user named it. */
  readonly file: string;
  /** `sha256:` of its text and keys: its revision. */
  readonly revision: string;
  /** Patterns and line of the rule that decided; null: none named the image. */
  readonly rule: { readonly patterns: readonly string[]; readonly line: number } | null;
  /** Of the rule: `warn` and `audit` let it pass all the same. */
  readonly mode: string;
}

/** One look, as it is remembered. */
export interface ImageTrust {
  readonly outcome: TrustOutcome;
  /** `name@sha256:...` that was looked at; null where there is none. */
  readonly reference: string | null;
  /** ISO 8601. */
  readonly checkedAt: string;
  /** Null: none was given. */
  readonly policy: JudgingPolicy | null;
  /** `sha256:` of the trusted root of keyless signatures. */
  readonly rootRevision: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  /** What was proved, in words. */
  readonly proved: readonly string[];
  readonly signatures: readonly JudgedSignature[];
  /** Signatures beyond those that are remembered. */
  readonly moreSignatures: number;
  /** What was not looked at. */
  readonly unknowns: readonly string[];
  /** Why it could not be looked at; null otherwise. */
  readonly problem: string | null;
}

/** What a page shows of an image's signatures. */
export interface ImageTrustView {
  /** `not-asked`: nobody looked yet. */
  readonly state: TrustOutcome | 'not-asked';
  /** The answer in one sentence. */
  readonly sentence: string;
  /** What to do about it; null: nothing. */
  readonly advice: string | null;
  /** The same question on a command line; null where it has none. */
  readonly command: string | null;
  /** True: a look is under way or waits. */
  readonly running: boolean;
  /** Why nobody can ask here; null: a responder can. */
  readonly cannotAsk: string | null;
  /** The policy or the trusted root changed since. */
  readonly outdated: boolean;
  readonly last: ImageTrust | null;
}
