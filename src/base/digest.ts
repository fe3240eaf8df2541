// SHA-256 of whole values. Loading OpenSSL (`node:crypto`) takes 10 ms, a quarter of a bare start: what is
// as small as a manifest or a key is hashed without it.
import { createHash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';

/** Beyond it OpenSSL's speed is worth its loading. */
const smallBytes = 32 * 1024;

/** SHA-256 (FIPS 180-4) in lower-case hexadecimal digits; texts as UTF-8. */
export function sha256Hex(value: string | Uint8Array): string {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return bytes.length > smallBytes
    ? createHash('sha256').update(bytes).digest('hex')
    : Buffer.from(sha256(bytes)).toString('hex');
}
