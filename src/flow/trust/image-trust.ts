// One look at the signatures of an image that is here: verified as `verify` does it, judged by the policy,
// and brought into the form that is remembered. What a registry says is bounded before it is kept.
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import type { ImageTrust, JudgedSignature, TrustOutcome } from '../../model/image-trust.ts';
import type { SignatureFact } from '../../model/trust.ts';
import { demandedPolicy, type TrustedRoot, type TrustPolicy } from '../../trust/index.ts';
import type { TrustSource } from './source.ts';
import { createTrustVerifier, type TrustAnswer } from './verifier.ts';

/** Who is trusted now. */
export interface TrustSetting {
  /** Null: nobody said whose signatures count. */
  readonly policy: { readonly file: string; readonly policy: TrustPolicy } | null;
  readonly root: TrustedRoot;
}

/** Characters of one text of a signature that are remembered. */
const textKept = 2048;
/** Sentences (reasons, proofs, unknowns) that are remembered of each kind. */
const sentencesKept = 100;

/** Nobody's signature counts: it is only told what there is. */
const nobody = demandedPolicy({ keys: [], identity: null, attestations: [] });

/** Looks now, whatever is remembered. Never rejects on what the outside does. */
export async function lookAtSignatures(
  source: TrustSource,
  setting: TrustSetting,
  now: () => Date,
): Promise<ImageTrust> {
  const policy = setting.policy?.policy ?? nobody;
  const verifier = createTrustVerifier({ policy, root: setting.root, now });
  try {
    return trustOf(await verifier.verify(source), setting);
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    const advice = error.advice === undefined ? '' : `; ${error.advice}`;
    return withoutLook('unreachable', `${messageOf(error)}${advice}`, {
      setting,
      reference: source.reference,
      now,
    });
  }
}

/** What is remembered where nothing could be looked at. */
export function withoutLook(
  outcome: 'no-reference' | 'unreachable',
  problem: string,
  {
    setting,
    reference,
    now,
  }: {
    readonly setting: TrustSetting;
    readonly reference: string | null;
    readonly now: () => Date;
  },
): ImageTrust {
  return {
    outcome,
    reference,
    checkedAt: now().toISOString(),
    policy: policyOf(setting, null),
    rootRevision: setting.root.hash,
    reasons: [],
    proved: [],
    signatures: [],
    moreSignatures: 0,
    unknowns: [],
    problem: short(problem),
  };
}

function trustOf({ facts, verdict, checkedAt }: TrustAnswer, setting: TrustSetting): ImageTrust {
  const kept = facts.signatures.slice(0, limits.trustSignaturesKept);
  return {
    outcome: outcomeOf(facts.signatures, verdict.reasons, setting.policy !== null),
    reference: facts.reference,
    checkedAt,
    policy: policyOf(setting, verdict),
    rootRevision: setting.root.hash,
    reasons: verdict.reasons
      .slice(0, sentencesKept)
      .map(({ code, message }) => ({ code, message: short(message) })),
    proved: verdict.proved.slice(0, sentencesKept).map(short),
    signatures: kept.map((fact) => signatureOf(fact, verdict.trusted.includes(fact))),
    moreSignatures: facts.signatures.length - kept.length,
    unknowns: facts.unknowns.slice(0, sentencesKept).map(short),
    problem: null,
  };
}

function outcomeOf(
  signatures: readonly SignatureFact[],
  reasons: TrustAnswer['verdict']['reasons'],
  hasPolicy: boolean,
): TrustOutcome {
  if (reasons.length === 0) return 'trusted';
  const isMissing = reasons.every(({ code }) =>
    ['unsigned', 'no-demand', 'no-attestation'].includes(code),
  );
  if (signatures.length === 0 && isMissing) return 'unsigned';
  return hasPolicy ? 'not-trusted' : 'not-judged';
}

function policyOf(
  { policy }: TrustSetting,
  verdict: TrustAnswer['verdict'] | null,
): ImageTrust['policy'] {
  if (policy === null) return null;
  const { file } = policy;
  const rule = verdict?.rule ?? null;
  const mode = verdict?.mode ?? 'deny';
  return { file, revision: policy.policy.hash, rule, mode };
}

function signatureOf(fact: SignatureFact, trusted: boolean): JudgedSignature {
  const { signer, provenance } = fact;
  return {
    ...fact,
    trusted,
    reason: short(fact.reason),
    signer: signer === null ? null : shortTexts(signer),
    predicateType: fact.predicateType === null ? null : short(fact.predicateType),
    signedAt: fact.signedAt.slice(0, sentencesKept),
    provenance:
      provenance === null
        ? null
        : {
            ...shortTexts(provenance),
            sources: provenance.sources.slice(0, sentencesKept).map(short),
          },
  };
}

/** Every text of an object, shortened. */
function shortTexts<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [
    key,
    typeof one === 'string' ? short(one) : one,
  ]);
  return Object.fromEntries(entries) as T;
}

function short(text: string): string {
  return text.length > textKept ? `${text.slice(0, textKept)}…` : text;
}
