// Certificates of our own: an authority and serving certificates under it (EC P-256, RFC 5280), made
// without any other program. Containers have no openssl.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';

/** A certificate and its key in PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** Clocks of a cluster differ a little. */
const backdatedMs = 3_600_000;
const dayMs = 86_400_000;

/** A new authority of this name, valid for `days`. */
export function makeAuthority(name: string, days: number, now: Date): CertifiedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = issued({
    subject: name,
    issuer: name,
    publicKey,
    signer: privateKey,
    signerPublic: publicKey,
    extensions: [
      extension(oids.basicConstraints, true, sequence(boolean(true), integer(Buffer.of(0)))),
      // keyCertSign and cRLSign
      extension(oids.keyUsage, true, tagged(0x03, Buffer.of(1, 0x06))),
    ],
    days,
    now,
  });
  return { certificate, key: privateKeyText(privateKey) };
}

export interface ServingOptions {
  /** DNS names of the server; the first is the common name as well. */
  readonly names: readonly [string, ...string[]];
  readonly days: number;
  readonly now: Date;
}

/** A new certificate for a server. Throws where `authority` is no certificate with its key. */
export function makeServing(authority: CertifiedKey, options: ServingOptions): CertifiedKey {
  const { names, days, now } = options;
  const issuer = new X509Certificate(authority.certificate);
  const signer = createPrivateKey(authority.key);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const altNames = names.map((name) => tagged(0x82, Buffer.from(name, 'ascii')));
  const certificate = issued({
    subject: names[0].slice(0, 64),
    issuer: /^CN=(.*)$/m.exec(issuer.subject)?.[1] ?? '',
    publicKey,
    signer,
    signerPublic: createPublicKey(signer),
    extensions: [
      extension(oids.basicConstraints, true, sequence()),
      // digitalSignature
      extension(oids.keyUsage, true, tagged(0x03, Buffer.of(7, 0x80))),
      extension(oids.extendedKeyUsage, false, sequence(objectId(oids.serverAuth))),
      extension(oids.subjectAltName, false, sequence(...altNames)),
    ],
    days,
    now,
  });
  return { certificate, key: privateKeyText(privateKey) };
}

/** When a certificate ends; null where the text is none. */
export function certificateEnd(pem: string): Date | null {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch {
    return null;
  }
}

function privateKeyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

interface Issue {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly signerPublic: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly days: number;
  readonly now: Date;
}

function issued(issue: Issue): string {
  const spki = issue.publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(objectId(oids.ecdsaWithSha256));
  const keyId = tagged(0x04, idOf(issue.publicKey));
  const authorityId = sequence(tagged(0x80, idOf(issue.signerPublic)));
  const from = new Date(issue.now.getTime() - backdatedMs);
  const to = new Date(issue.now.getTime() + issue.days * dayMs);
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(serialOf(spki)),
    algorithm,
    nameOf(issue.issuer),
    sequence(time(from), time(to)),
    nameOf(issue.subject),
    spki,
    tagged(
      0xa3,
      sequence(
        ...issue.extensions,
        extension(oids.subjectKeyIdentifier, false, keyId),
        extension(oids.authorityKeyIdentifier, false, authorityId),
      ),
    ),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, issue.signer)]));
  const der = sequence(body, algorithm, signature).toString('base64');
  const lines = der.replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function idOf(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

/** Keys are new each time, so that numbers made of them are as well; positive, 16 bytes. */
function serialOf(spki: Buffer): Buffer {
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function nameOf(commonName: string): Buffer {
  const value = tagged(0x0c, Buffer.from(commonName, 'utf8'));
  return sequence(tagged(0x31, sequence(objectId(oids.commonName), value)));
}

function extension(oid: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [boolean(true)] : [];
  return sequence(objectId(oid), ...critical, tagged(0x04, value));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80
      ? Buffer.of(length)
      : length < 0x100
        ? Buffer.of(0x81, length)
        : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.of(value ? 0xff : 0));
}

/** Base 128, first two arcs in one (X.690, 8.19). */
function objectId(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return tagged(0x06, Buffer.from(bytes));
}

/** GeneralizedTime is for years from 2050 on (RFC 5280, 4.1.2.5). */
function time(moment: Date): Buffer {
  const text = moment.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return moment.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(text.slice(2)))
    : tagged(0x18, Buffer.from(text));
}
