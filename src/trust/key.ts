// Public keys that a user trusts, and signatures made with them. Which algorithm a key may be used
// with is decided by the key, never by what a signature says of itself.
import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { SeaworthyError } from '../base/error.ts';

export interface TrustedKey {
  readonly name: string;
  /** `sha256:` and hex of the SubjectPublicKeyInfo. */
  readonly fingerprint: string;
  /** Plain words: `EC P-256`, `RSA 3072`, `Ed25519`. */
  readonly algorithm: string;
  readonly publicKey: KeyObject;
}

const smallestRsaBits = 2048;
const largestRsaBits = 16_384;

/** Digests that signers use with each curve: cosign signs with SHA-256 whatever the curve. */
const curveDigests: ReadonlyMap<string, readonly string[]> = new Map([
  ['prime256v1', ['sha256']],
  ['secp384r1', ['sha256', 'sha384']],
  ['secp521r1', ['sha256', 'sha512']],
]);

const curveNames: Readonly<Record<string, string>> = {
  prime256v1: 'EC P-256',
  secp384r1: 'EC P-384',
  secp521r1: 'EC P-521',
};

/**
 * Reads a public key: PEM (`cosign.pub`, SubjectPublicKeyInfo, PKCS#1). Throws `SeaworthyError`:
 * `malformed` when it is none or a private one, `unsupported` when too weak or of an odd kind.
 */
export function readPublicKey(text: string, name: string): TrustedKey {
  if (text.includes('PRIVATE KEY')) {
    throw new SeaworthyError('malformed', `${name} is a private key`, {
      advice: 'verification needs the public one: do not spread the private key',
    });
  }
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(text);
  } catch (cause) {
    throw new SeaworthyError('malformed', `${name} is no public key in PEM form`, { cause });
  }
  return trustedKey(publicKey, name);
}

/** A key with its name and fingerprint. Throws `unsupported` as `readPublicKey`. */
export function trustedKey(publicKey: KeyObject, name: string): TrustedKey {
  const problem = keyProblem(publicKey);
  if (problem !== null) {
    throw new SeaworthyError('unsupported', `${name} ${problem}`, {
      advice: 'use EC P-256, Ed25519, or RSA of at least 2048 bits',
    });
  }
  return {
    name,
    fingerprint: fingerprintOf(publicKey),
    algorithm: algorithmOf(publicKey),
    publicKey,
  };
}

/** `sha256:` and the hex digest of the key's SubjectPublicKeyInfo. */
export function fingerprintOf(publicKey: KeyObject): string {
  const bytes = publicKey.export({ format: 'der', type: 'spki' });
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Why a key is not used at all, as the end of a sentence; null when it is fine. */
export function keyProblem(key: KeyObject): string | null {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return null;
  if (type === 'ec') {
    const curve = details?.namedCurve ?? '';
    return curveDigests.has(curve) ? null : `is on the curve ${curve}, which is not accepted`;
  }
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    if (bits < smallestRsaBits) return `is an RSA key of ${bits} bits, which is too weak`;
    return bits > largestRsaBits ? `is an RSA key of ${bits} bits, which is too slow` : null;
  }
  return `is of the kind ${type ?? 'unknown'}, which is not accepted`;
}

function algorithmOf(key: KeyObject): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return 'Ed25519';
  if (type === 'rsa') return `RSA ${details?.modulusLength ?? 0}`;
  return curveNames[details?.namedCurve ?? ''] ?? 'EC';
}

/** Is this the key's signature over `data`? RSA means PKCS#1 v1.5 with SHA-256, as cosign's. */
export function verifiesWith(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType === 'ed25519') return check(null, data, { key, signature });
  if (key.asymmetricKeyType === 'rsa') return check('sha256', data, { key, signature });
  const digests = curveDigests.get(key.asymmetricKeyDetails?.namedCurve ?? '') ?? [];
  return digests.some((digest) => check(digest, data, { key, signature }));
}

/** For the reason only: RSA-PSS signatures exist, and are not what a key in this place stands for. */
export function verifiesAsPss(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType !== 'rsa') return false;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  try {
    return verify('sha256', data, { key, padding }, signature);
  } catch {
    return false;
  }
}

interface Made {
  readonly key: KeyObject;
  readonly signature: Uint8Array;
}

function check(digest: string | null, data: Uint8Array, { key, signature }: Made): boolean {
  try {
    return verify(digest, data, key, signature);
  } catch {
    return false;
  }
}
