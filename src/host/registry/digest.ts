// Digests of content: which ones we can check, and a running check over a stream (OCI image spec,
// descriptor.md, section Digests).
import { createHash } from 'node:crypto';
import { SeaworthyError } from '../../base/error.ts';
import type { Digest } from '../../model/image.ts';

/** Hex digits of each algorithm that we can compute. */
const algorithms: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** Why this digest cannot be used, as the end of a sentence; null when it can. */
export function digestProblem(digest: string): string | null {
  const colon = digest.indexOf(':');
  const algorithm = digest.slice(0, Math.max(0, colon));
  const length = algorithms.get(algorithm);
  if (length === undefined) {
    return /^[A-Za-z0-9+._-]{1,32}$/.test(algorithm)
      ? `has a digest of the unknown algorithm ${algorithm}`
      : 'has a digest that is not written as algorithm:hex';
  }
  const hex = digest.slice(colon + 1);
  return hex.length === length && /^[0-9a-f]+$/.test(hex)
    ? null
    : `has a ${algorithm} digest that is not ${length} lower-case hex digits`;
}

/** The digest of bytes in memory; `algorithm` is one of those of `digestProblem`. */
export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Checks bytes in memory. Errors: `digest-mismatch`; `what` names the content in the message. */
export function checkDigest(bytes: Uint8Array, expected: Digest, what: string): void {
  const actual = digestOf(bytes, algorithmOf(expected));
  if (actual !== expected) throw mismatch(what, { expected, actual });
}

export interface DigestCheck {
  update(bytes: Uint8Array): void;
  /** Errors: `digest-mismatch`. */
  finish(): void;
}

/** A check over a stream. */
export function startDigestCheck(expected: Digest, what: string): DigestCheck {
  const algorithm = algorithmOf(expected);
  const hash = createHash(algorithm);
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    finish: () => {
      const actual = `${algorithm}:${hash.digest('hex')}`;
      if (actual !== expected) throw mismatch(what, { expected, actual });
    },
  };
}

function algorithmOf(digest: Digest): string {
  const problem = digestProblem(digest);
  if (problem !== null) throw new SeaworthyError('unsupported', `the content ${problem}`);
  return digest.slice(0, digest.indexOf(':'));
}

function mismatch(
  what: string,
  digests: { readonly expected: Digest; readonly actual: Digest },
): SeaworthyError {
  return new SeaworthyError(
    'digest-mismatch',
    `${what} is not what was asked for: its digest is ${digests.actual}, not ${digests.expected}`,
    { advice: 'do not use it: the registry, a mirror or the network changed it' },
  );
}
