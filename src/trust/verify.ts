// The verdict about one piece of evidence: who signed it, when, and whether it speaks about this image.
import type { Digest } from '../model/image.ts';
import type { SignatureFact, Signer, TrustRefusal } from '../model/trust.ts';
import { type Evidence, type FoundLayer, readEvidence, type SignedContent } from './evidence.ts';
import { type TrustedKey, verifiesAsPss, verifiesWith } from './key.ts';
import { verifyKeyless, verifyLogOfKey } from './keyless.ts';
import { type Meaning, provenanceOf, readSimpleSigning, readStatement } from './statement.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** The image, as its reference resolved: the index first, if there is one. */
export interface ImageSubject {
  readonly digest: Digest;
  readonly role: 'index' | 'manifest';
  /** The manifest's bytes: what message signatures of bundles are made over. */
  readonly bytes: Uint8Array;
}

/** What signatures are verified with. */
export interface Anchors {
  readonly keys: readonly TrustedKey[];
  /** Null: keyless signatures are told as not verified. */
  readonly root: TrustedRoot | null;
}

export interface Verified {
  readonly fact: SignatureFact;
  /** Of attestations, once verified: for saving an SBOM. */
  readonly predicate: unknown;
}

/** Judges one layer against the image. Pure; never throws on content. */
export function verifyLayer(
  layer: FoundLayer,
  subjects: readonly ImageSubject[],
  anchors: Anchors,
): Verified {
  const evidence = readEvidence(layer);
  const base = baseFact(layer);
  if (evidence.kind === 'refused') return refused(base, evidence.refusal, evidence.reason);
  const { content } = evidence;
  const candidates = content.kind === 'message' && content.payload === null ? subjects : [null];
  let last: Verified | null = null;
  for (const subject of candidates) {
    const outcome = judge(base, { evidence, subject, subjects, anchors });
    if (outcome.fact.verified) return outcome;
    if (last === null || last.fact.refusal === 'bad-signature') last = outcome;
  }
  return last ?? refused(base, 'wrong-digest', 'there is no manifest that it could be about');
}

interface Case {
  readonly evidence: Extract<Evidence, { kind: 'signed' }>;
  /** The manifest that is the signed artifact; null: the payload is at hand. */
  readonly subject: ImageSubject | null;
  readonly subjects: readonly ImageSubject[];
  readonly anchors: Anchors;
}

function judge(base: SignatureFact, one: Case): Verified {
  const { evidence, subject, subjects, anchors } = one;
  const { content } = evidence;
  const artifact = content.kind === 'message' ? (content.payload ?? subject?.bytes ?? null) : null;
  const signed = artifact ?? (content.kind === 'envelope' ? preAuthentication(content) : null);
  if (signed === null) return refused(base, 'malformed', 'nothing says what was signed');
  const signature = signatureOf({ evidence, artifact, signed, anchors });
  if (!signature.ok) return refused(base, signature.refusal, signature.reason);
  const meaning = subject === null ? meaningOf(content) : aboutManifest(subject.digest);
  const known: SignatureFact = {
    ...base,
    signer: signature.signer,
    signedAt: signature.times.map((time) => time.toISOString()),
    logIndex: signature.logIndex,
  };
  if (!meaning.ok) return refused(known, 'malformed', meaning.reason);
  const { kind, predicateType, predicate } = meaning;
  const told = { ...known, kind, predicateType };
  const digest = meaning.digests.find((one_) => subjects.some((image) => image.digest === one_));
  if (digest === undefined) {
    const other = meaning.digests[0]?.slice(0, 80);
    const about = other === undefined ? 'no digest at all' : `another image (${other})`;
    return refused(told, 'wrong-digest', `it is a valid signature of ${about}`);
  }
  const provenance = provenanceOf(predicateType, predicate);
  const fact = { ...told, subject: digest, provenance, verified: true, refusal: null, reason: '' };
  return { fact, predicate };
}

function aboutManifest(digest: Digest): Meaning {
  return { ok: true, kind: 'signature', digests: [digest], predicateType: null, predicate: null };
}

function meaningOf(content: SignedContent): Meaning {
  if (content.kind === 'envelope') return readStatement(content.payloadType, content.payload);
  return readSimpleSigning(content.payload ?? new Uint8Array());
}

interface Proof {
  readonly evidence: Extract<Evidence, { kind: 'signed' }>;
  readonly artifact: Uint8Array | null;
  /** The bytes that the key signed. */
  readonly signed: Uint8Array;
  readonly anchors: Anchors;
}

type Outcome =
  | {
      readonly ok: true;
      readonly signer: Signer;
      readonly times: readonly Date[];
      readonly logIndex: string | null;
    }
  | { readonly ok: false; readonly refusal: TrustRefusal; readonly reason: string };

function signatureOf(proof: Proof): Outcome {
  const { evidence, artifact, anchors } = proof;
  const { certificate, bundle } = evidence;
  if (certificate === null || bundle === null) return signatureOfKey(proof);
  if (anchors.root === null) {
    const reason = 'it is keyless, and no trusted root is there to judge its certificate';
    return { ok: false, refusal: 'no-trusted-root', reason };
  }
  const verdict = verifyKeyless(bundle, { certificate, artifact }, anchors.root);
  if (verdict.ok || anchors.keys.length === 0) return verdict;
  // Somebody may certify a key of their own: the key is trusted then, not the certificate.
  const keyed = signatureOfKey(proof);
  return keyed.ok ? keyed : verdict;
}

function signatureOfKey({ evidence, artifact, signed, anchors }: Proof): Outcome {
  const { keys, root } = anchors;
  const { signature } = evidence.content;
  if (keys.length === 0) {
    const reason = 'it was made with a key, and no key was given to verify it';
    return { ok: false, refusal: 'unknown-key', reason };
  }
  const key = keys.find(({ publicKey }) => verifiesWith(publicKey, signed, signature));
  if (key === undefined) {
    const pss = keys.find(({ publicKey }) => verifiesAsPss(publicKey, signed, signature));
    const names = keys
      .map(({ name }) => name)
      .slice(0, 3)
      .join(', ');
    return pss === undefined
      ? { ok: false, refusal: 'bad-signature', reason: `it is not made by ${names}, or altered` }
      : {
          ok: false,
          refusal: 'unsupported',
          reason: `it is made by ${pss.name} with RSA-PSS, where PKCS#1 v1.5 is expected`,
        };
  }
  const { name, fingerprint } = key;
  const signer = { kind: 'key', name, fingerprint } as const;
  const der = key.publicKey.export({ format: 'der', type: 'spki' });
  const log =
    evidence.bundle === null || root === null || evidence.certificate !== null
      ? null
      : verifyLogOfKey(evidence.bundle, { fingerprint, artifact, key: der }, root);
  if (typeof log === 'string') return { ok: false, refusal: 'bad-log', reason: log };
  return { ok: true, signer, times: log?.times ?? [], logIndex: log?.logIndex ?? null };
}

/** The bytes that a DSSE signature is made over (DSSE protocol v1, PAE). */
export function preAuthentication(content: {
  readonly payloadType: string;
  readonly payload: Uint8Array;
}): Uint8Array {
  const type = Buffer.from(content.payloadType);
  const head = `DSSEv1 ${type.length} ${content.payloadType} ${content.payload.length} `;
  return Buffer.concat([Buffer.from(head), content.payload]);
}

function baseFact(layer: FoundLayer): SignatureFact {
  const { shape, storedIn, mediaType } = layer;
  const isAttestation = shape === 'attestation-tag' || mediaType === 'application/vnd.in-toto+json';
  return {
    kind: isAttestation ? 'attestation' : 'signature',
    shape,
    storedIn,
    subject: null,
    verified: false,
    refusal: null,
    reason: '',
    signer: null,
    signedAt: [],
    logIndex: null,
    predicateType: null,
    provenance: null,
  };
}

function refused(fact: SignatureFact, refusal: TrustRefusal, reason: string): Verified {
  return { fact: { ...fact, verified: false, refusal, reason }, predicate: null };
}
