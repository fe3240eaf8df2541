// Private keys in their text forms. A key must decode: headers alone stand in many manuals and sources.

import { fitsBech32 } from '../checksum.ts';
import { type Hit, type SecretDetector, type Sight, textOf } from '../detector.ts';

/** A PEM block with its lines; RSA keys of 16,384 bits have 12,700 characters. */
const longestPem = 16 * 1024;
const leastKeyBytes = 48;

const pem: SecretDetector = {
  id: 'private-key',
  title: 'Private key',
  severity: 'critical',
  issuer: 'you',
  hint: 'nothing',
  variants: ['encrypted-private-key', 'ssh-host-key', 'google-service-account-key'],
  anchors: ['PRIVATE KEY-----', 'PRIVATE KEY BLOCK-----'],
  find(sight) {
    const { bytes, at, anchor } = sight;
    const head = /-----BEGIN ([A-Z0-9 ]{0,30})$/.exec(textOf(bytes, at - 50, at));
    if (head === null) return null;
    const start = at - head[0].length;
    const from = at + anchor.length;
    const end = dashes(bytes, from);
    // The value is the body: a redaction leaves the header standing.
    const value = textOf(bytes, from, end);
    const judged = judgePem(`${head[1]}PRIVATE KEY`, unescaped(value));
    return judged === null ? null : withOwner(sight, { start, end, value, ...judged });
  },
};

/** Where the next line of dashes begins: the end of the key, or the next one's begin. */
function dashes(bytes: Uint8Array, from: number): number {
  const limit = Math.min(bytes.length, from + longestPem);
  for (let at = from; at + 4 < limit; at += 1) {
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d && bytes[at + 4] === 0x2d) return at;
  }
  return limit;
}

type Judged = Pick<Hit, 'id' | 'severity' | 'title' | 'evidence'>;

/** Line ends and quotes as they stand in JSON, YAML, shell and source code, taken out. */
function unescaped(body: string): string {
  return body
    .replaceAll(/\\{1,4}[nrt]/g, '\n')
    .replaceAll(/["'][ \t]{0,8}\+?[ \t]{0,8}$/gm, '')
    .replaceAll(/["',]|\\$/gm, '');
}

function judgePem(label: string, body: string): Judged | null {
  const name = label.replace(/ ?PRIVATE KEY$/, '');
  const [headers, content] = splitHeaders(body);
  const bytes = decoded(content);
  if (bytes === null || bytes.length < leastKeyBytes || looksMadeUp(bytes)) return null;
  const sealed = name === 'ENCRYPTED' || name.startsWith('ENCRYPTED ') || /ENCRYPTED/.test(headers);
  if (sealed) return encryptedKey(name);
  if (name === 'OPENSSH') return judgeOpenSsh(bytes);
  if (name === 'PGP') return { title: 'PGP private key', evidence: { algorithm: 'PGP' } };
  // PKCS#1, SEC 1 and PKCS#8 are all a DER sequence.
  if (bytes[0] !== 0x30) return null;
  const evidence = { algorithm: name === '' ? 'PKCS#8' : name, bytes: bytes.length };
  return { title: `${name === '' ? '' : `${name} `}private key`.replace(/^p/, 'P'), evidence };
}

function encryptedKey(name: string): Judged {
  const algorithm = name.replace('ENCRYPTED', '').trim();
  return {
    id: 'encrypted-private-key',
    title: 'Encrypted private key',
    severity: 'low',
    evidence: { encrypted: true, ...(algorithm === '' ? {} : { algorithm }) },
  };
}

/** RFC 1421 headers end with a blank line; PGP armour has them too. */
function splitHeaders(body: string): readonly [string, string] {
  const lines = body.split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => line !== '');
  if (first === -1 || !/^[\w-]+: /.test(lines[first] as string)) return ['', lines.join('')];
  const blank = lines.indexOf('', first);
  const cut = blank === -1 ? first + 1 : blank;
  return [lines.slice(0, cut).join('\n'), lines.slice(cut).join('')];
}

/** Base64 without a checksum line of PGP; null when anything else stands there. */
function decoded(text: string): Buffer | null {
  const bare = text.replaceAll(/\s+/g, '').replace(/=[A-Za-z0-9+/]{4}$/, '');
  if (bare.length < 64 || !/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) return null;
  return Buffer.from(bare, 'base64');
}

/** Real keys hold nearly every byte value once they are long; `AAAA...` does not. */
function looksMadeUp(bytes: Uint8Array): boolean {
  return new Set(bytes).size < Math.min(24, bytes.length / 3);
}

/** PROTOCOL.key of OpenSSH: magic, cipher name, ... */
function judgeOpenSsh(bytes: Buffer): Judged | null {
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return null;
  const length = bytes.length >= magic.length + 4 ? bytes.readUInt32BE(magic.length) : 0;
  const cipher = bytes.toString(
    'latin1',
    magic.length + 4,
    magic.length + 4 + Math.min(length, 64),
  );
  if (cipher !== 'none') return encryptedKey('OPENSSH');
  return { title: 'OpenSSH private key', evidence: { algorithm: 'OpenSSH' } };
}

/** Keys whose place says what they are for. */
function withOwner({ path, bytes }: Sight, hit: Hit): Hit {
  if (/(?:^|\/)ssh_host_\w+_key$/.test(path)) {
    const title = 'SSH host key, the same in every container of this image';
    return { ...hit, id: 'ssh-host-key', title, severity: 'medium' };
  }
  const around = textOf(bytes, hit.start - 600, hit.end + 600);
  if (/"type"\s*:\s*"service_account"/.test(around)) {
    const title = 'Google Cloud service account key';
    return { ...hit, id: 'google-service-account-key', title };
  }
  return hit;
}

const sigstore: SecretDetector = {
  id: 'signing-key',
  title: 'Encrypted signing key (cosign, minisign, signify)',
  severity: 'low',
  issuer: 'you',
  hint: 'nothing',
  costly: true,
  anchors: ['minisign encrypted secret key', 'minisign secret key', 'signify secret key'],
  find({ bytes, at, anchor }) {
    const rest = textOf(bytes, at + anchor.length, at + anchor.length + 400);
    const value = /\n([A-Za-z0-9+/]{100,300}={0,2})\s/.exec(`${rest}\n`)?.[1];
    if (value === undefined) return null;
    const start = at + anchor.length + rest.indexOf(value);
    return { start, end: start + value.length, value };
  },
};

const putty: SecretDetector = {
  id: 'putty-key',
  title: 'PuTTY private key',
  severity: 'critical',
  issuer: 'you',
  hint: 'nothing',
  costly: true,
  anchors: ['PuTTY-User-Key-File-'],
  find({ bytes, at }) {
    const text = textOf(bytes, at, at + longestPem);
    const cipher = /\nEncryption: ([\w-]{1,40})/.exec(text)?.[1];
    const lines = text.indexOf('Private-Lines: ');
    if (cipher === undefined || lines === -1) return null;
    const from = text.indexOf('\n', lines) + 1;
    const stop = text.indexOf('Private-MAC', from);
    const value = text.slice(from, stop === -1 ? from + 2048 : stop).trim();
    if (from === 0 || value.length < 32) return null;
    const hit = { start: at + from, end: at + from + value.length, value };
    return cipher === 'none'
      ? hit
      : {
          ...hit,
          severity: 'low',
          title: 'Encrypted PuTTY private key',
          evidence: { encrypted: true },
        };
  },
};

const age: SecretDetector = {
  id: 'age-key',
  title: 'age identity (decrypts files and SOPS secrets)',
  severity: 'critical',
  issuer: 'you',
  hint: 'nothing',
  anchors: ['AGE-SECRET-KEY-1'],
  find({ bytes, at, anchor }) {
    const end = at + anchor.length + 58;
    const value = textOf(bytes, at, end);
    return fitsBech32(value) ? { start: at, end, value } : null;
  },
};

const wireguard: SecretDetector = {
  id: 'wireguard-key',
  title: 'WireGuard private key',
  severity: 'critical',
  issuer: 'you',
  hint: 'nothing',
  anchors: ['PrivateKey', 'PresharedKey'],
  find({ bytes, at, anchor }) {
    const from = at + anchor.length;
    // 32 bytes in base64, alone on its line: the last character holds two bits of padding.
    const match = /^\s{0,4}=\s{0,4}([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\s/.exec(
      `${textOf(bytes, from, from + 56)}\n`,
    );
    const value = match?.[1];
    if (value === undefined) return null;
    const start = from + (match as RegExpExecArray)[0].indexOf(value);
    return { start, end: start + value.length, value };
  },
};

export const privateKeys: readonly SecretDetector[] = [pem, sigstore, putty, age, wireguard];
