// NaCl's secretbox (XSalsa20 and Poly1305, D. J. Bernstein), which cosign locks its private keys with
// and node:crypto lacks. For keys of a few hundred bytes: plain, not fast.
import { timingSafeEqual } from 'node:crypto';

const sigma = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const tagBytes = 16;

/** Locks `message` with a key of 32 bytes and a nonce of 24 that is used once: tag, then ciphertext. */
export function seal(message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  const { oneTimeKey, cipher } = passed(message, nonce, key);
  return Buffer.concat([poly1305(cipher, oneTimeKey), cipher]);
}

/** The message, or null when key, nonce or box are not those that belong together. */
export function unseal(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (box.length < tagBytes || nonce.length !== 24 || key.length !== 32) return null;
  const cipher = box.subarray(tagBytes);
  const { oneTimeKey, cipher: message } = passed(cipher, nonce, key);
  return timingSafeEqual(poly1305(cipher, oneTimeKey), box.subarray(0, tagBytes)) ? message : null;
}

/** `bytes` with the key stream over them, and the key of the tag, which the stream begins with. */
function passed(bytes: Uint8Array, nonce: Uint8Array, key: Uint8Array) {
  const subkey = hsalsa20(key, nonce.subarray(0, 16));
  const stream = salsa20(subkey, nonce.subarray(16, 24), 32 + bytes.length);
  const cipher = bytes.map((byte, index) => byte ^ (stream[32 + index] ?? 0));
  return { oneTimeKey: stream.subarray(0, 32), cipher };
}

function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

function bytesOf(words: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word >>> 0, true);
  return new Uint8Array(view.buffer);
}

/** Key and input in the order of Salsa20's matrix. */
function matrix(key: readonly number[], input: readonly number[]): number[] {
  return [sigma[0], ...key.slice(0, 4), sigma[1], ...input, sigma[2], ...key.slice(4, 8), sigma[3]];
}

/** Of each quarter round: the word that is changed, and the two whose sum is turned into it. */
const quarters = [
  [4, 0, 12, 7],
  [8, 4, 0, 9],
  [12, 8, 4, 13],
  [0, 12, 8, 18],
] as const;

function rounds(start: readonly number[]): number[] {
  const x = [...start];
  const mix = (place: (index: number) => number): void => {
    for (const [target, left, right, turn] of quarters) {
      const sum = ((x[place(left)] ?? 0) + (x[place(right)] ?? 0)) >>> 0;
      const at = place(target);
      x[at] = ((x[at] ?? 0) ^ ((sum << turn) | (sum >>> (32 - turn)))) >>> 0;
    }
  };
  for (let round = 0; round < 10; round += 1) {
    // Columns, each beginning on the diagonal; then rows, which are columns of the mirrored matrix.
    for (let i = 0; i < 4; i += 1) mix((index) => (index + i * 5) % 16);
    for (let i = 0; i < 4; i += 1) mix((index) => i * 4 + ((index / 4 + i) % 4));
  }
  return x;
}

function hsalsa20(key: Uint8Array, input: Uint8Array): Uint8Array {
  const x = rounds(matrix(wordsOf(key), wordsOf(input)));
  return bytesOf([0, 5, 10, 15, 6, 7, 8, 9].map((index) => x[index] ?? 0));
}

function salsa20(key: Uint8Array, nonce: Uint8Array, length: number): Uint8Array {
  const stream = new Uint8Array(Math.ceil(length / 64) * 64);
  for (let block = 0; block * 64 < length; block += 1) {
    const start = matrix(wordsOf(key), [...wordsOf(nonce), block, 0]);
    const x = rounds(start).map((word, index) => (word + (start[index] ?? 0)) >>> 0);
    stream.set(bytesOf(x), block * 64);
  }
  return stream.subarray(0, length);
}

const prime = (1n << 130n) - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

function poly1305(message: Uint8Array, key: Uint8Array): Uint8Array {
  const r = numberOf(key.subarray(0, 16)) & clamp;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = ((sum + numberOf(block) + (1n << BigInt(block.length * 8))) * r) % prime;
  }
  const tag = (sum + numberOf(key.subarray(16, 32))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

function numberOf(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}
