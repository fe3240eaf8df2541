// What is known about where an image comes from: signatures and attestations, each with its verdict.
// Written by the wing `trust`, asked by policies (`image.signatures`) and by reports.
import type { Digest } from './image.ts';

/** How a signature is stored beside its image (cosign's tags, OCI 1.1 referrers, an image layout). */
export type StorageShape =
  | 'signature-tag'
  | 'attestation-tag'
  | 'sbom-tag'
  | 'referrer'
  | 'fallback-tag'
  | 'index'
  | 'layout';

/** Why something that claims to be a signature proves nothing. */
export type TrustRefusal =
  | 'malformed'
  | 'wrong-digest'
  | 'bad-signature'
  | 'untrusted-certificate'
  | 'bad-log'
  | 'bad-timestamp'
  | 'weak-key'
  | 'unknown-key'
  | 'no-trusted-root'
  | 'unsupported'
  | 'unsigned'
  | 'limit';

export interface KeySigner {
  readonly kind: 'key';
  /** As the policy or the command line calls it. */
  readonly name: string;
  /** `sha256:` and the hex digest of its SubjectPublicKeyInfo. */
  readonly fingerprint: string;
}

/** What Fulcio wrote into the certificate (its OIDs 1.3.6.1.4.1.57264.1.*). */
export interface CertificateSigner {
  readonly kind: 'certificate';
  /** Who vouched for the identity: the OIDC issuer. */
  readonly issuer: string;
  /** The identity: an e-mail address or a URI. */
  readonly subject: string;
  readonly sourceRepository: string | null;
  readonly sourceRef: string | null;
  readonly sourceDigest: string | null;
  readonly buildSigner: string | null;
  readonly trigger: string | null;
}

export type Signer = KeySigner | CertificateSigner;

/** What a provenance attestation says of the build (SLSA v0.2 and v1). */
export interface Provenance {
  readonly builder: string | null;
  readonly buildType: string | null;
  /** As written: `git+https://...@refs/...`. */
  readonly sources: readonly string[];
  readonly sourceRef: string | null;
}

/** One signature or attestation that was found, and what came of it. */
export interface SignatureFact {
  readonly kind: 'signature' | 'attestation';
  readonly shape: StorageShape;
  /** Digest of the manifest that stores it. */
  readonly storedIn: Digest;
  /** The digest of the image (index or platform manifest) that it speaks about, once proven. */
  readonly subject: Digest | null;
  readonly verified: boolean;
  /** Null when verified. */
  readonly refusal: TrustRefusal | null;
  /** A plain sentence without full stop; empty when verified. */
  readonly reason: string;
  readonly signer: Signer | null;
  /** ISO times that a log or a timestamp authority vouches for, oldest first. */
  readonly signedAt: readonly string[];
  /** Index in the transparency log; null when none was verified. */
  readonly logIndex: string | null;
  /** Of attestations. */
  readonly predicateType: string | null;
  readonly provenance: Provenance | null;
}

export interface TrustSubject {
  readonly digest: Digest;
  readonly role: 'index' | 'manifest';
}

/** Everything that a trust policy may ask about one image. */
export interface TrustFacts {
  /** `registry/repository` in its one normal form; null for images that lie in files. */
  readonly name: string | null;
  /** As the user wrote it. */
  readonly reference: string;
  /** What the reference resolved to: the index first, if there is one. */
  readonly subjects: readonly TrustSubject[];
  readonly signatures: readonly SignatureFact[];
  /** What was not looked at, and why. */
  readonly unknowns: readonly string[];
}

/** A signer in words. */
export function signerWords(signer: Signer | null): string {
  if (signer === null) return 'nobody known';
  if (signer.kind === 'certificate') return `${signer.subject} (${signer.issuer})`;
  return `the key ${signer.name} (${signer.fingerprint.slice(0, 19)}…)`;
}
