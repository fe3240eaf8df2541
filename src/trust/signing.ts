// A user's own signing key, and what is signed with it in cosign's forms. The private key never leaves
// this file in clear but as PEM that the user asked for without a password.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  scryptSync,
  sign,
} from 'node:crypto';
import { messageOf, SeaworthyError } from '../base/error.ts';
import { asNumber, field, stringField } from '../base/json.ts';
import type { Digest } from '../model/image.ts';
import { fromBase64, pemBlocks, strictJson } from './document.ts';
import { bundleType } from './evidence.ts';
import { type TrustedKey, trustedKey } from './key.ts';
import { seal, unseal } from './secretbox.ts';
import { signPredicateType } from './statement.ts';
import { preAuthentication } from './verify.ts';

export interface SigningKey {
  readonly publicKey: TrustedKey;
  /** Signs as the key's kind wants it: Ed25519 plainly, the others over SHA-256. */
  sign(bytes: Uint8Array): Buffer;
}

export interface KeyPair {
  readonly privatePem: string;
  readonly publicPem: string;
}

/** What cosign writes, and what it wrote before 2.0. */
const sealedLabels = ['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'];
/** Cosign's own parameters; scrypt needs 128 * N * r bytes. */
const usualScrypt = { N: 65_536, r: 8, p: 1 };
const scryptBytes = 512 * 1024 * 1024;
const keyTextLength = 64 * 1024;

/**
 * Makes an EC P-256 key. With a password the private one is locked as cosign does it (scrypt and
 * secretbox), so that cosign can use it too.
 */
export function generateKey(
  password: string | null,
  random: (bytes: number) => Uint8Array,
): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicPem = publicKey.export({ format: 'pem', type: 'spki' });
  if (password === null) {
    return { privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }), publicPem };
  }
  const salt = random(32);
  const nonce = random(24);
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const ciphertext = seal(der, nonce, passwordKey(password, salt, usualScrypt));
  const document = {
    kdf: { name: 'scrypt', params: usualScrypt, salt: base64(salt) },
    cipher: { name: 'nacl/secretbox', nonce: base64(nonce) },
    ciphertext: base64(ciphertext),
  };
  const text = base64(Buffer.from(JSON.stringify(document)));
  const lines = text.match(/.{1,64}/g) ?? [];
  const [label] = sealedLabels;
  const privatePem = `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
  return { privatePem, publicPem };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function passwordKey(password: string, salt: Uint8Array, params: typeof usualScrypt): Buffer {
  return scryptSync(password, salt, 32, { ...params, maxmem: scryptBytes });
}

/**
 * Reads a private key: PEM (PKCS#8, also encrypted, SEC 1, PKCS#1) or cosign's locked form. Throws
 * `SeaworthyError` `denied` for a missing or wrong password, `malformed`, `unsupported`.
 */
export function readSigningKey(text: string, name: string, password: string | null): SigningKey {
  if (text.length > keyTextLength) {
    throw new SeaworthyError('limit', `${name} is too large for a key`);
  }
  const privateKey = privateKeyOf(text, name, password);
  const publicKey = trustedKey(createPublicKey(privateKey), name);
  const isEd25519 = privateKey.asymmetricKeyType === 'ed25519';
  return { publicKey, sign: (bytes) => sign(isEd25519 ? null : 'sha256', bytes, privateKey) };
}

function privateKeyOf(text: string, name: string, password: string | null): KeyObject {
  const [sealed] = sealedLabels.flatMap((label) => pemBlocks(text, label, 1));
  const isLocked = sealed !== undefined || /ENCRYPTED/.test(text);
  if (isLocked && password === null) {
    throw new SeaworthyError('denied', `${name} is locked with a password`, {
      advice: 'set SEAWORTHY_KEY_PASSWORD (or COSIGN_PASSWORD)',
    });
  }
  try {
    if (sealed !== undefined) {
      const der = unlocked(sealed, password ?? '');
      return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
    }
    return createPrivateKey(isLocked ? { key: text, passphrase: password ?? '' } : text);
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    // Messages of OpenSSL name no secret, but help nobody either.
    const what = isLocked ? 'cannot be unlocked: the password is wrong' : 'is no private key';
    throw new SeaworthyError(isLocked ? 'denied' : 'malformed', `${name} ${what}`, {
      advice: isLocked ? 'check the password' : 'give a private key in PEM form',
      cause: new Error(messageOf(cause)),
    });
  }
}

function unlocked(sealed: Uint8Array, password: string): Uint8Array {
  const parsed = strictJson(sealed, 'the locked key');
  const value = parsed.ok ? parsed.value : null;
  const kdf = field(value, 'kdf');
  const cipher = field(value, 'cipher');
  const number = (key: string): number => asNumber(field(field(kdf, 'params'), key)) ?? 0;
  const params = { N: number('N'), r: number('r'), p: number('p') };
  const salt = fromBase64(stringField(kdf, 'salt'));
  const nonce = fromBase64(stringField(cipher, 'nonce'));
  const box = fromBase64(stringField(value, 'ciphertext'));
  const isKnown =
    stringField(kdf, 'name') === 'scrypt' && stringField(cipher, 'name') === 'nacl/secretbox';
  if (!isKnown || salt === null || nonce === null || box === null || params.p > 16) {
    throw new SeaworthyError('unsupported', 'the key is locked in an unknown way');
  }
  const key = passwordKey(password, salt, params);
  const message = unseal(box, nonce, key);
  if (message === null) throw new Error('the password is wrong');
  return message;
}

/** Cosign's payload about an image (simple signing). */
export function simplePayload(name: string, digest: Digest): Uint8Array {
  const critical = {
    identity: { 'docker-reference': name },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

export interface Claim {
  readonly name: string;
  readonly digest: Digest;
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** An in-toto statement about an image; without predicate type it is its signature. */
export function statementOf(claim: Claim): Uint8Array {
  const colon = claim.digest.indexOf(':');
  const digest = { [claim.digest.slice(0, colon)]: claim.digest.slice(colon + 1) };
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: claim.name, digest }],
      predicateType: claim.predicateType,
      predicate: claim.predicate,
    }),
  );
}

/** The claim "I signed this image" of cosign's new format. */
export function signatureClaim(name: string, digest: Digest): Claim {
  return { name, digest, predicateType: signPredicateType, predicate: {} };
}

export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string; readonly keyid?: string }[];
}

/** A DSSE envelope around a statement. */
export function envelopeOf(key: SigningKey, payload: Uint8Array): Envelope {
  const payloadType = 'application/vnd.in-toto+json';
  const sig = key.sign(preAuthentication({ payloadType, payload })).toString('base64');
  return { payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ sig }] };
}

/** A bundle of version 0.3 around an envelope; its hint is the key's fingerprint, as cosign's is. */
export function bundleOf(key: SigningKey, envelope: Envelope): Uint8Array {
  const [, hex = ''] = key.publicKey.fingerprint.split(':');
  return Buffer.from(
    JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint: Buffer.from(hex, 'hex').toString('base64') } },
      dsseEnvelope: envelope,
    }),
  );
}
