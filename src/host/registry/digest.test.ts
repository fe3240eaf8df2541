// Digests: which are accepted, and that one wrong bit is found.
import { describe, expect, test } from 'vitest';
import { checkDigest, digestOf, digestProblem, startDigestCheck } from './digest.ts';

const bytes = Buffer.from('hello');
const sha256 = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

describe('digests', () => {
  test.each([
    [sha256, /^fine$/],
    [`sha512:${'0'.repeat(128)}`, /^fine$/],
    [`sha384:${'0'.repeat(96)}`, /^fine$/],
    [`sha256:${'0'.repeat(63)}`, /not 64/],
    [`sha256:${'A'.repeat(64)}`, /lower-case/],
    [`sha1:${'0'.repeat(40)}`, /unknown algorithm sha1/],
    ['sha256', /not written/],
    ['', /not written/],
    [`:${'0'.repeat(64)}`, /not written/],
    [`\u001b[31m:${'0'.repeat(64)}`, /not written/],
    [`sha256:${'0'.repeat(64)}/../../x`, /not 64/],
  ])('%j', (digest, problem) => {
    expect(digestProblem(digest) ?? 'fine').toMatch(problem);
  });

  test('of known bytes', () => {
    expect(digestOf(bytes)).toBe(sha256);
    expect(() => checkDigest(bytes, sha256, 'x')).not.toThrow();
    expect(() => checkDigest(bytes, digestOf(bytes, 'sha512'), 'x')).not.toThrow();
  });

  test('a stream in parts, and a wrong one', () => {
    const check = startDigestCheck(sha256, 'the blob');
    check.update(bytes.subarray(0, 2));
    check.update(bytes.subarray(2));
    expect(() => check.finish()).not.toThrow();
    const wrong = startDigestCheck(sha256, 'the blob');
    wrong.update(Buffer.from('hellp'));
    expect(() => wrong.finish()).toThrow(expect.objectContaining({ code: 'digest-mismatch' }));
  });

  test('an algorithm we cannot compute is not passed over', () => {
    expect(() => checkDigest(bytes, 'blake3:00', 'x')).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });
});
