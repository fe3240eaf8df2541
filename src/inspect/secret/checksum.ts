// Checks that token formats carry: a token whose check fits is real beyond doubt.
import { crc32 } from 'node:zlib';

const base62Digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Tokens of GitHub and npm: the last six characters are the CRC-32 of the characters between prefix and
 * check, in base62 (github.blog, "Behind GitHub's new authentication token formats").
 */
export function fitsBase62Crc(body: string): boolean {
  const check = body.slice(-6);
  let rest = crc32(body.slice(0, -6));
  let digits = '';
  while (rest > 0) {
    digits = `${base62Digits[rest % 62]}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits.padStart(6, '0') === check;
}

const bech32Digits = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const bech32Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

/** Bech32 (BIP 173) of at most 100 characters, as age writes its keys. */
export function fitsBech32(text: string): boolean {
  const lower = text.toLowerCase();
  const split = lower.lastIndexOf('1');
  if (split < 1 || lower.length > 100) return false;
  let sum = 1;
  const feed = (value: number): void => {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of bech32Generator.entries()) {
      if (((top >>> bit) & 1) === 1) sum ^= generator;
    }
  };
  for (let at = 0; at < split; at += 1) feed(lower.charCodeAt(at) >>> 5);
  feed(0);
  for (let at = 0; at < split; at += 1) feed(lower.charCodeAt(at) & 31);
  for (const character of lower.slice(split + 1)) {
    const value = bech32Digits.indexOf(character);
    if (value === -1) return false;
    feed(value);
  }
  return sum === 1;
}

/**
 * The AWS account in an access key id made since 2019: 40 bits of it, base32 behind the prefix, hold the
 * account shifted by seven. Null for older keys.
 */
export function awsAccountOf(keyId: string): string | null {
  const body = keyId.slice(4);
  if (body.length < 10 || (body[0] as string) < 'Q') return null;
  let bits = 0n;
  for (const character of body.slice(0, 10)) {
    const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character);
    if (value === -1) return null;
    bits = (bits << 5n) | BigInt(value);
  }
  const account = ((bits >> 2n) & 0x7f_ffff_ffff_80n) >> 7n;
  return account === 0n ? null : account.toString().padStart(12, '0');
}
