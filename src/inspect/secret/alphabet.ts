// Sets of bytes that tokens are made of, as tables: one load a byte, and no pattern that could stall.

export interface Alphabet {
  /** Name for people: `hex`, `base62`, ... */
  readonly name: string;
  /** 1 for each byte of the set. */
  readonly has: Uint8Array;
  /** Shannon entropy in bits a character below which a value of it is made up by hand. */
  readonly leastEntropy: number;
}

const digitBytes = '0123456789';
const lowerBytes = 'abcdefghijklmnopqrstuvwxyz';
const upperBytes = lowerBytes.toUpperCase();

function alphabet(name: string, bytes: string, leastEntropy: number): Alphabet {
  const has = new Uint8Array(256);
  for (const character of bytes) has[character.charCodeAt(0)] = 1;
  return { name, has, leastEntropy };
}

export const digits = alphabet('digits', digitBytes, 1.5);
export const hex = alphabet('hex', `${digitBytes}abcdef`, 2.5);
export const anyHex = alphabet('hex', `${digitBytes}abcdefABCDEF`, 2.5);
export const uuidBytes = alphabet('uuid', `${digitBytes}abcdefABCDEF-`, 2.5);
export const letters = alphabet('letters', lowerBytes + upperBytes, 3);
export const lower36 = alphabet('lower case and digits', digitBytes + lowerBytes, 2.8);
export const upper36 = alphabet('upper case and digits', digitBytes + upperBytes, 2.8);
export const base32 = alphabet('base32', `${upperBytes}234567`, 2.8);
export const base62 = alphabet('base62', digitBytes + lowerBytes + upperBytes, 3);
export const word = alphabet('word', `${digitBytes + lowerBytes + upperBytes}_`, 3);
export const base64 = alphabet('base64', `${digitBytes + lowerBytes + upperBytes}+/`, 3);
export const padded64 = alphabet('base64', `${digitBytes + lowerBytes + upperBytes}+/=`, 3);
export const base64url = alphabet('base64url', `${digitBytes + lowerBytes + upperBytes}-_`, 3);
export const dotted64 = alphabet('dotted', `${digitBytes + lowerBytes + upperBytes}-_.`, 3);

/** Where the run of bytes of `has` that begins at `from` ends; at most `limit`. */
export function runEnd({ has }: Alphabet, bytes: Uint8Array, from: number, limit: number): number {
  const end = Math.min(bytes.length, limit);
  let at = from;
  while (at < end && has[bytes[at] as number] === 1) at += 1;
  return at;
}

/** Where the run of bytes of `has` that ends before `from` begins; at least `limit`. */
export function runStart(
  { has }: Alphabet,
  bytes: Uint8Array,
  from: number,
  limit: number,
): number {
  const start = Math.max(0, limit);
  let at = from;
  while (at > start && has[bytes[at - 1] as number] === 1) at -= 1;
  return at;
}

/** Shannon entropy in bits a character, 0 for the empty text. */
export function entropyOf(text: string): number {
  const counts = new Map<number, number>();
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
