// Secrets of our own making (tokens, names that nobody can guess) and how they are kept: as hashes.
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits of chance behind a prefix that tells scanners of secrets whose it is: `swe_...`. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** A name that no other has: 128 bits of chance, hexadecimal. */
export function newName(): string {
  return randomBytes(16).toString('hex');
}

/**
 * What is stored of a secret of `newSecret`. SHA-256 is enough here: there are no weak secrets to be
 * guessed, each has 256 bits.
 */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
