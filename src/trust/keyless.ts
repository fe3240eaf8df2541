// Keyless signatures: certificate of Fulcio, entry of Rekor, timestamps, all judged by a trusted root
// through @sigstore/verify. Whom the certificate names is matched by our own policy, never by the
// library, which takes a plain identity for an unanchored expression.
import { createPublicKey } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { messageOf } from '../base/error.ts';
import type { CertificateSigner, TrustRefusal } from '../model/trust.ts';
import { certificateProblem, signerOf } from './certificate.ts';
import { fingerprintOf } from './key.ts';
import { keyOfEntry } from './log-entry.ts';
import {
  isValidAt,
  type TrustedAuthority,
  type TrustedLog,
  type TrustedRoot,
} from './trusted-root.ts';

type Material = ReturnType<typeof toTrustMaterial>;
type RootOfLibrary = Parameters<typeof toTrustMaterial>[0];

export type KeylessVerdict =
  | {
      readonly ok: true;
      readonly signer: CertificateSigner;
      /** Oldest first. */
      readonly times: readonly Date[];
      readonly logIndex: string | null;
    }
  | { readonly ok: false; readonly refusal: TrustRefusal; readonly reason: string };

/** Material of a root in the library's form, made once. */
const materials = new WeakMap<TrustedRoot, Material>();

function materialOf(root: TrustedRoot): Material {
  let material = materials.get(root);
  if (material === undefined) {
    material = toTrustMaterial(libraryRoot(root));
    materials.set(root, material);
  }
  return material;
}

/**
 * Verifies a bundle with a certificate. `artifact` are the signed bytes (not needed for envelopes).
 * Never throws on content.
 */
export function verifyKeyless(
  bundle: Bundle,
  signed: { readonly certificate: Uint8Array; readonly artifact: Uint8Array | null },
  root: TrustedRoot,
): KeylessVerdict {
  const problem = certificateProblem(signed.certificate);
  if (problem !== null) return refused('untrusted-certificate', `its certificate ${problem}`);
  if (root.authorities.length === 0) {
    return refused('no-trusted-root', `${root.name} holds no certificate authority`);
  }
  const artifact = signed.artifact === null ? undefined : Buffer.from(signed.artifact);
  try {
    const entity = toSignedEntity(bundle, artifact);
    const verifier = new Verifier(materialOf(root), {
      tlogThreshold: 1,
      ctlogThreshold: 1,
      timestampThreshold: 1,
    });
    const { key, identity } = verifier.verify(entity);
    const signer = signerOf(
      identity?.subjectAlternativeName,
      (identity?.oids ?? []).map(({ oid, value }) => ({ oid: oid?.id.join('.') ?? '', value })),
    );
    if (signer === null) {
      return refused('untrusted-certificate', 'its certificate names no issuer or no identity');
    }
    const times = timesOf(entity);
    const entries = entriesProblem(bundle, { root, times, fingerprint: fingerprintOf(key) });
    if (entries !== null) return refused('bad-log', entries);
    const logIndex = bundle.verificationMaterial.tlogEntries[0]?.logIndex ?? null;
    return { ok: true, signer, times, logIndex };
  } catch (error) {
    return refusalOf(error);
  }
}

/** Times that the verified entity stands on. */
function timesOf({ timestamps }: ReturnType<typeof toSignedEntity>): Date[] {
  const times = timestamps.flatMap((one) => {
    if (one.$case === 'timestamp-authority') return [one.timestamp.signingTime];
    // Without its promise the time of an entry is nobody's word.
    const { inclusionPromise, integratedTime } = one.tlogEntry;
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)];
  });
  return times.toSorted((a, b) => a.getTime() - b.getTime());
}

interface Entries {
  readonly root: TrustedRoot;
  readonly times: readonly Date[];
  readonly fingerprint: string;
}

/** What the library leaves out: the key of an entry, and the validity of logs that only prove inclusion. */
function entriesProblem(bundle: Bundle, { root, times, fingerprint }: Entries): string | null {
  for (const entry of bundle.verificationMaterial.tlogEntries) {
    const id = entry.logId.keyId;
    const known = root.logs.filter(({ logId }) => logId.equals(id));
    if (!known.some(({ validFor }) => times.every((time) => isValidAt(validFor, time)))) {
      return 'the key of its transparency log was not valid when it was signed';
    }
    if (keyOfEntry(entry.canonicalizedBody) !== fingerprint) {
      return 'its log entry records another key than the one that signed';
    }
  }
  return null;
}

/**
 * Verifies the log entries of a signature that a bare key made: the times, or the reason why not.
 * Null when no log of the root is concerned.
 */
export function verifyLogOfKey(
  bundle: Bundle,
  signed: {
    readonly fingerprint: string;
    readonly artifact: Uint8Array | null;
    readonly key: Buffer;
  },
  root: TrustedRoot,
): { readonly times: readonly Date[]; readonly logIndex: string | null } | string | null {
  const entries = bundle.verificationMaterial.tlogEntries;
  const concerned = entries.some(({ logId }) =>
    root.logs.some((log) => log.logId.equals(logId?.keyId ?? Buffer.alloc(0))),
  );
  if (!concerned) return null;
  const artifact = signed.artifact === null ? undefined : Buffer.from(signed.artifact);
  try {
    const entity = toSignedEntity(bundle, artifact);
    const keyed = toTrustMaterial(libraryRoot(root), () => ({
      publicKey: keyObject(signed.key),
      validFor: () => true,
    }));
    const options = { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 };
    new Verifier(keyed, options).verify(entity);
    const times = timesOf(entity);
    const { fingerprint } = signed;
    const problem = entriesProblem(bundle, { root, times, fingerprint });
    return problem ?? { times, logIndex: entries[0]?.logIndex ?? null };
  } catch (error) {
    const refusal = refusalOf(error);
    return refusal.ok ? null : refusal.reason;
  }
}

function keyObject(der: Buffer) {
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

function libraryRoot(root: TrustedRoot): RootOfLibrary {
  // Its types need the enums of a package that is not ours: the numbers below are theirs.
  const plain: unknown = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: root.logs.map(libraryLog),
    ctlogs: root.certificateLogs.map(libraryLog),
    certificateAuthorities: root.authorities.map(libraryAuthority),
    timestampAuthorities: root.timestampAuthorities.map(libraryAuthority),
  };
  return plain as RootOfLibrary;
}

function libraryLog({ baseUrl, logId, publicKey, validFor }: TrustedLog) {
  return {
    baseUrl,
    hashAlgorithm: 1,
    // Any kind but the PKCS#1 ones: we hand over SubjectPublicKeyInfo.
    publicKey: {
      rawBytes: publicKey.export({ format: 'der', type: 'spki' }),
      keyDetails: 0,
      validFor,
    },
    logId: { keyId: logId },
    checkpointKeyId: undefined,
    operator: '',
  };
}

function libraryAuthority({ uri, certificates, validFor }: TrustedAuthority) {
  return {
    subject: undefined,
    uri,
    certChain: { certificates: certificates.map((rawBytes) => ({ rawBytes })) },
    validFor,
    operator: '',
  };
}

const words: Readonly<Record<string, readonly [TrustRefusal, string]>> = {
  TIMESTAMP_ERROR: ['bad-timestamp', 'no timestamp or log entry proves when it was signed'],
  CERTIFICATE_ERROR: ['untrusted-certificate', 'its certificate is not trusted'],
  SIGNATURE_ERROR: ['bad-signature', 'the signature does not fit the signed bytes'],
  PUBLIC_KEY_ERROR: ['unknown-key', 'its key is not known'],
};

function refusalOf(error: unknown): KeylessVerdict & { readonly ok: false } {
  if (!(error instanceof VerificationError)) {
    return refused('malformed', `it cannot be read (${messageOf(error).slice(0, 200)})`);
  }
  const [refusal, sentence] = words[error.code] ?? [
    'bad-log',
    'its entry of the transparency log does not verify',
  ];
  return refused(refusal, `${sentence} (${messageOf(error).slice(0, 200)})`);
}

function refused(refusal: TrustRefusal, reason: string): KeylessVerdict & { readonly ok: false } {
  return { ok: false, refusal, reason };
}
