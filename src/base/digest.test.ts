import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from './digest.ts';

const byOpenSsl = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('hex');

test('what OpenSSL says, of any bytes and texts', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' })),
      (value) => {
        expect(sha256Hex(value)).toBe(byOpenSsl(value));
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

test.each([0, 55, 56, 63, 64, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 1_000_000])(
  'of %i bytes',
  (length) => {
    const bytes = Buffer.alloc(length, 'seaworthy');
    expect(sha256Hex(bytes)).toBe(byOpenSsl(bytes));
    expect(sha256Hex(new Uint8Array(bytes.subarray(1)))).toBe(byOpenSsl(bytes.subarray(1)));
  },
);
