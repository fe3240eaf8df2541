// The key inside a log entry must be the key that signed. @sigstore/verify compares the signature and
// the digest; the key completes the triple, so that an entry cannot stand for another signer.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { asArray, field, parseJson, stringField } from '../base/json.ts';
import { fromBase64 } from './document.ts';
import { fingerprintOf } from './key.ts';

/**
 * Fingerprint of the key (or of the certificate's key) that a Rekor entry records; null when it is
 * missing or unreadable. Kinds: hashedrekord, dsse, intoto; API 0.0.1 and 0.0.2.
 */
export function keyOfEntry(body: Uint8Array): string | null {
  const parsed = parseJson(Buffer.from(body).toString('utf8'));
  if (!parsed.ok) return null;
  const spec = field(parsed.value, 'spec');
  const listed = asArray(field(spec, 'signatures'))[0];
  const wrapped = asArray(field(field(field(spec, 'content'), 'envelope'), 'signatures'))[0];
  const texts = [
    stringField(field(field(spec, 'signature'), 'publicKey'), 'content'),
    stringField(listed, 'verifier'),
    stringField(wrapped, 'publicKey'),
  ];
  for (const text of texts) {
    const found = text === null ? null : fingerprintOfPem(fromBase64(text));
    if (found !== null) return found;
  }
  const second =
    field(field(field(spec, 'hashedRekordV002'), 'signature'), 'verifier') ??
    field(asArray(field(field(spec, 'dsseV002'), 'signatures'))[0], 'verifier');
  const certificate = fromBase64(stringField(field(second, 'x509Certificate'), 'rawBytes'));
  const key = fromBase64(stringField(field(second, 'publicKey'), 'rawBytes'));
  return fingerprintOfDer(certificate, key);
}

function fingerprintOfPem(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  let text = bytes.toString('utf8');
  // The intoto kind encodes twice.
  if (!text.includes('-----BEGIN')) text = fromBase64(text)?.toString('utf8') ?? '';
  try {
    return text.includes('CERTIFICATE')
      ? fingerprintOf(new X509Certificate(text).publicKey)
      : fingerprintOf(createPublicKey(text));
  } catch {
    return null;
  }
}

function fingerprintOfDer(certificate: Buffer | null, key: Buffer | null): string | null {
  try {
    if (certificate !== null) return fingerprintOf(new X509Certificate(certificate).publicKey);
    if (key === null) return null;
    return fingerprintOf(createPublicKey({ key, format: 'der', type: 'spki' }));
  } catch {
    return null;
  }
}
