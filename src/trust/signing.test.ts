import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from '../base/error.ts';
import { generateKey, readPublicKey, readSigningKey } from './index.ts';
import { verifiesWith } from './key.ts';

const data = Buffer.from('signed bytes');

describe('signing keys', () => {
  test.each([
    ['with a password', 'correct horse'],
    ['without', null],
  ])('%s', (_, password) => {
    const { privatePem, publicPem } = generateKey(password, randomBytes);
    const key = readSigningKey(privatePem, 'k', password);
    const { publicKey, fingerprint } = readPublicKey(publicPem, 'k');
    expect(key.publicKey.fingerprint).toBe(fingerprint);
    expect(verifiesWith(publicKey, data, key.sign(data))).toBe(true);
    expect(privatePem.includes('ENCRYPTED SIGSTORE PRIVATE KEY')).toBe(password !== null);
  });

  test('locked ones need their password', () => {
    const { privatePem } = generateKey('right', randomBytes);
    const locked = generateKeyPairSync('ed25519').privateKey.export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'right',
    });
    for (const pem of [privatePem, locked]) {
      expect(() => readSigningKey(pem, 'k', null)).toThrow(/locked/);
      expect(() => readSigningKey(pem, 'k', 'wrong')).toThrow(/password is wrong/);
      expect(readSigningKey(pem, 'k', 'right').sign(data).length).toBeGreaterThan(60);
    }
  });

  test.each([
    ['text', 'hello'],
    ['a public key', generateKey(null, randomBytes).publicPem],
    [
      'a broken one',
      '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\ne30=\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----',
    ],
    [
      'one that would need all memory',
      `-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n${Buffer.from(
        '{"kdf":{"name":"scrypt","params":{"N":1073741824,"r":8,"p":1},"salt":"AAAA"},"cipher":{"name":"nacl/secretbox","nonce":"AAAA"},"ciphertext":"AAAA"}',
      ).toString('base64')}\n-----END ENCRYPTED COSIGN PRIVATE KEY-----`,
    ],
  ])('%s is refused', (_, text) => {
    const run = () => readSigningKey(text, 'k', 'p');
    expect(run).toThrow(SeaworthyError);
  });
});
