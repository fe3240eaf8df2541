// Characters that look random and are the same in every run, so that no file of the repository holds a
// text that looks like a token.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digit = '0123456789';
export const alphabets = {
  digits: digit,
  hex: `${digit}abcdef`,
  lower36: digit + lower,
  upper36: digit + upper,
  base32: `${upper}234567`,
  letters: lower + upper,
  base62: digit + upper + lower,
  base64: `${digit + upper + lower}+/`,
  base64url: `${digit + upper + lower}-_`,
} as const;

/** Characters of `alphabet` that look random and are the same in every run. */
export function scrambled(alphabet: string, length: number, seed = ''): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    const bytes = createHash('sha256').update(`${seed} ${length} ${block}`).digest();
    for (const byte of bytes) text += alphabet[byte % alphabet.length] as string;
  }
  return text.slice(0, length);
}

/** A token of GitHub or npm whose checksum fits. */
export function checkedToken(prefix: string, seed = ''): string {
  const body = scrambled(alphabets.base62, 30, seed);
  let rest = crc32(body);
  let check = '';
  while (rest > 0) {
    check = (alphabets.base62[rest % 62] as string) + check;
    rest = Math.floor(rest / 62);
  }
  return prefix + body + check.padStart(6, '0');
}

/** The dashed lines around a key; whole ones would be found in the repository itself. */
export function armoured(label: string, body: string): string {
  const name = [label, 'PRIVATE', 'KEY'].filter((word) => word !== '').join(' ');
  return `-----BEGIN ${name}-----\n${body}-----END ${name}-----\n`;
}
