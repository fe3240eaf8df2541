// The verdict of a trust policy about one image: pure, from the facts alone, with its reasons.
import { type SignatureFact, type Signer, signerWords, type TrustFacts } from '../model/trust.ts';
import type { AttestationDemand, Authority, TrustMode, TrustPolicy, TrustRule } from './policy.ts';
import { bareSource, isOfType } from './statement.ts';

export type TrustReasonCode =
  | 'no-rule'
  | 'no-demand'
  | 'refused-registry'
  | 'unsigned'
  | 'not-enough-signatures'
  | 'wrong-subject'
  | 'no-attestation'
  | 'attestation-differs';

export interface TrustReason {
  readonly code: TrustReasonCode;
  /** A plain sentence without full stop. */
  readonly message: string;
}

export interface TrustVerdict {
  readonly decision: 'allow' | 'warn' | 'deny';
  /** Of the rule: `audit` allows and tells. */
  readonly mode: TrustMode | 'allow';
  /** The rule's patterns and line; null when none named the image. */
  readonly rule: { readonly patterns: readonly string[]; readonly line: number } | null;
  /** Why it is not trusted; empty when it is. */
  readonly reasons: readonly TrustReason[];
  /** What was proved, in words. */
  readonly proved: readonly string[];
  /** The signatures and attestations that the rule's authorities made about this image. */
  readonly trusted: readonly SignatureFact[];
}

/** Judges one image; the first rule with a fitting pattern decides. */
export function judgeTrust(facts: TrustFacts, policy: TrustPolicy): TrustVerdict {
  const { name } = facts;
  const rule = policy.rules.find(({ patterns }) =>
    patterns.some(({ matches, text }) => (name === null ? text === '**' : matches(name))),
  );
  if (rule === undefined) {
    const mode = policy.otherwise;
    const message = `no rule of the policy names ${name ?? 'images in files'}`;
    const reasons = mode === 'allow' ? [] : [{ code: 'no-rule', message } as const];
    return {
      decision: decisionOf(mode, reasons),
      mode,
      rule: null,
      reasons,
      proved: [],
      trusted: [],
    };
  }
  const { reasons, proved } = byRule(facts, rule);
  const told = { patterns: rule.patterns.map(({ text }) => text), line: rule.line };
  const trusted = facts.signatures.filter(
    (one) =>
      one.verified &&
      isAboutSubject(one, facts, rule.subject) &&
      rule.authorities.some((authority) => fits(authority, one)),
  );
  const decision = decisionOf(rule.mode, reasons);
  return { decision, mode: rule.mode, rule: told, reasons, proved, trusted };
}

function decisionOf(
  mode: TrustMode | 'allow',
  reasons: readonly TrustReason[],
): TrustVerdict['decision'] {
  if (reasons.length === 0 || mode === 'audit' || mode === 'allow') return 'allow';
  return mode;
}

interface Outcome {
  readonly reasons: readonly TrustReason[];
  readonly proved: readonly string[];
}

function byRule(facts: TrustFacts, rule: TrustRule): Outcome {
  if (rule.verdict === 'trusted') {
    return { reasons: [], proved: ['the policy trusts this place without signatures'] };
  }
  if (rule.verdict === 'refused') {
    const message = `the policy refuses images of ${facts.name ?? 'files'}`;
    return { reasons: [{ code: 'refused-registry', message }], proved: [] };
  }
  if (rule.authorities.length === 0) {
    const message =
      facts.signatures.length === 0
        ? 'no signature was found, and nobody was named whose signature counts'
        : 'nobody was named whose signature counts';
    return { reasons: [{ code: 'no-demand', message }], proved: [] };
  }
  const verified = facts.signatures.filter((one) => one.verified);
  const aboutIt = verified.filter((one) => isAboutSubject(one, facts, rule.subject));
  const signatures = signatureOutcome(facts, rule, { verified, aboutIt });
  const demands = rule.attestations.map((demand) => attestationOutcome(demand, rule, aboutIt));
  return {
    reasons: [signatures, ...demands].flatMap((one) => one.reasons),
    proved: [signatures, ...demands].flatMap((one) => one.proved),
  };
}

/** An image without index has one digest only, which is asked for whatever the rule prefers. */
function isAboutSubject(
  { subject }: SignatureFact,
  { subjects }: TrustFacts,
  wanted: TrustRule['subject'],
): boolean {
  if (wanted === 'either' || subjects.length < 2) return subject !== null;
  return subjects.some(({ digest, role }) => digest === subject && role === wanted);
}

interface Found {
  readonly verified: readonly SignatureFact[];
  readonly aboutIt: readonly SignatureFact[];
}

function signatureOutcome(facts: TrustFacts, rule: TrustRule, found: Found): Outcome {
  const { authorities, threshold } = rule;
  if (threshold === 0) return { reasons: [], proved: [] };
  const signatures = found.aboutIt.filter(({ kind }) => kind === 'signature');
  // Two authorities may fit one signature, but one signature proves one authority only.
  const met = matched(authorities, signatures);
  const proved = met.map(([authority, fact]) => `signed by ${authority.name}${whenOf(fact)}`);
  if (met.length >= threshold) return { reasons: [], proved };
  const missing = authorities
    .filter((authority) => !met.some(([one]) => one === authority))
    .map(({ name }) => name)
    .join(', ');
  const elsewhere = found.verified.some(
    (one) => one.kind === 'signature' && authorities.some((authority) => fits(authority, one)),
  );
  if (met.length === 0 && elsewhere && signatures.length === 0) {
    const message = `the ${rule.subject} itself is not signed, only the other digest of the image`;
    return { reasons: [{ code: 'wrong-subject', message }], proved };
  }
  if (met.length > 0) {
    const message = `${met.length} of ${threshold} wanted authorities signed; missing: ${missing}`;
    return { reasons: [{ code: 'not-enough-signatures', message }], proved };
  }
  const message = `it is not signed by ${missing}${instead(facts)}`;
  return { reasons: [{ code: 'unsigned', message }], proved };
}

/** Pairs of authority and signature, each used once (augmenting paths: a maximum matching). */
function matched(
  authorities: readonly Authority[],
  signatures: readonly SignatureFact[],
): [Authority, SignatureFact][] {
  const signers = [...Map.groupBy(signatures, (one) => signerKey(one.signer)).values()].map(
    ([first]) => first as SignatureFact,
  );
  const taken = new Map<SignatureFact, Authority>();
  const assign = (authority: Authority, seen: Set<SignatureFact>): boolean => {
    for (const fact of signers) {
      if (
        seen.has(fact) ||
        !signatures.some((one) => sameSigner(one, fact) && fits(authority, one))
      )
        continue;
      seen.add(fact);
      const owner = taken.get(fact);
      if (owner === undefined || assign(owner, seen)) {
        taken.set(fact, authority);
        return true;
      }
    }
    return false;
  };
  for (const authority of authorities) assign(authority, new Set());
  return [...taken].map(([fact, authority]) => [authority, fact]);
}

function sameSigner(one: SignatureFact, other: SignatureFact): boolean {
  return signerKey(one.signer) === signerKey(other.signer);
}

function signerKey(signer: Signer | null): string {
  if (signer === null) return '';
  return signer.kind === 'key' ? signer.fingerprint : `${signer.issuer} ${signer.subject}`;
}

/** Did this authority make it? */
function fits(authority: Authority, { signer, logIndex }: SignatureFact): boolean {
  if (signer === null) return false;
  if (authority.kind === 'key') {
    if (signer.kind !== 'key' || signer.fingerprint !== authority.fingerprint) return false;
    return !authority.log || logIndex !== null;
  }
  if (signer.kind !== 'certificate') return false;
  const { sourceRepository: repository, sourceRef: ref } = authority;
  return (
    authority.issuer.matches(signer.issuer) &&
    authority.subject.matches(signer.subject) &&
    (repository === null || repository.matches(signer.sourceRepository ?? '')) &&
    (ref === null || ref.matches(signer.sourceRef ?? ''))
  );
}

function attestationOutcome(
  demand: AttestationDemand,
  { authorities }: TrustRule,
  facts: readonly SignatureFact[],
): Outcome {
  const ofType = facts.filter(
    ({ kind, predicateType }) =>
      kind === 'attestation' && predicateType !== null && isOfType(predicateType, demand.types),
  );
  const own = ofType.filter((one) => authorities.some((authority) => fits(authority, one)));
  const [nearest] = own;
  if (nearest === undefined) {
    const others = ofType.length > 0 ? ', only one of somebody else' : '';
    const message = `there is no ${demand.type} attestation of a trusted signer${others}`;
    return { reasons: [{ code: 'no-attestation', message }], proved: [] };
  }
  const good = own.find((one) => difference(demand, one) === null);
  if (good === undefined) {
    const message = `the ${demand.type} attestation ${difference(demand, nearest) ?? ''}`;
    return { reasons: [{ code: 'attestation-differs', message }], proved: [] };
  }
  const builder = good.provenance?.builder;
  const by = builder === undefined || builder === null ? '' : `, built by ${builder}`;
  return { reasons: [], proved: [`${demand.type} attestation${by}${whenOf(good)}`] };
}

/** What the provenance says that the policy does not want; null when it fits. */
function difference(demand: AttestationDemand, { provenance }: SignatureFact): string | null {
  const { builder, source, ref, buildType } = demand;
  if (builder === null && source === null && ref === null && buildType === null) return null;
  if (provenance === null) return 'is no provenance that could name a builder or a source';
  if (builder !== null && !builder.matches(provenance.builder ?? '')) {
    return differs('builder', builder.text, provenance.builder);
  }
  if (buildType !== null && !buildType.matches(provenance.buildType ?? '')) {
    return differs('build type', buildType.text, provenance.buildType);
  }
  // The first source is what was built; others are what it needed.
  const [first] = provenance.sources;
  if (source !== null && (first === undefined || !sourceFits(source, first))) {
    return differs('source', source.text, first);
  }
  if (ref !== null && !ref.matches(provenance.sourceRef ?? '')) {
    return differs('ref', ref.text, provenance.sourceRef);
  }
  return null;
}

function differs(what: string, wanted: string, found: string | null | undefined): string {
  return `names the ${what} ${found ?? 'nowhere'}, not ${wanted}`;
}

function sourceFits(test: AttestationDemand['source'] & {}, uri: string): boolean {
  return test.matches(uri) || test.matches(bareSource(uri));
}

function whenOf({ signedAt }: SignatureFact): string {
  return signedAt[0] === undefined ? '' : `, ${signedAt[0].slice(0, 10)}`;
}

/** What there was instead of a good signature: the most telling thing first. */
function instead({ signatures }: TrustFacts): string {
  const all = signatures.filter(({ kind }) => kind === 'signature');
  const stranger = all.find(({ verified }) => verified);
  if (stranger !== undefined) return `, but by ${signerWords(stranger.signer)}`;
  const refused = all[0];
  return refused === undefined ? '; no signature was found' : `: ${refused.reason}`;
}
