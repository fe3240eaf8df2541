// Keys made anew in each run, and keys put together from parts.
import { generateKeyPairSync } from 'node:crypto';
import type { SampleSecret } from './sample-secrets.ts';
import { alphabets, armoured, scrambled } from './scrambled.ts';

const { base64 } = alphabets;

function make(id: string, path: string, text: string): SampleSecret {
  // A line of the key itself.
  return { id, path, text, value: text.split(/\n|\\n/)[2] ?? '' };
}

/** Keys are made anew in each run. */
export function sampleKeys(): SampleSecret[] {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { privateKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const sealed = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const openSsh = openSshKey('none');
  return [
    make('private-key', 'app/tls/server.key', privateKey.export({ type: 'pkcs1', format: 'pem' })),
    make('private-key', 'app/tls/curve.key', curve.export({ type: 'sec1', format: 'pem' })),
    make('private-key', 'app/env.sh', `KEY="${pkcs8.replaceAll('\n', '\\n')}"\n`),
    make('private-key', 'root/.ssh/id_ed25519', openSsh),
    make('ssh-host-key', 'etc/ssh/ssh_host_ed25519_key', openSsh),
    make('encrypted-private-key', 'root/.ssh/id_rsa', openSshKey('aes256-ctr')),
    make('encrypted-private-key', 'app/tls/sealed.key', sealed),
    make(
      'google-service-account-key',
      'app/key.json',
      JSON.stringify({ type: 'service_account', private_key: pkcs8 }, null, 2),
    ),
  ];
}

function openSshKey(cipher: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(cipher.length);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    length,
    Buffer.from(cipher),
    Buffer.from(scrambled(base64, 300), 'base64'),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return armoured('OPENSSH', `${lines.join('\n')}\n`);
}

/** BIP 173. @param data 5-bit groups as characters of the alphabet */
export function bech32(prefix: string, data: string): string {
  const digits = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  const codes = Array.from(prefix, (one) => one.charCodeAt(0));
  const values = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  let sum = 1;
  for (const value of [
    ...values,
    ...Array.from(data, (one) => digits.indexOf(one)),
    0,
    0,
    0,
    0,
    0,
    0,
  ]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, one] of generator.entries()) if ((top >>> bit) & 1) sum ^= one;
  }
  sum ^= 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => digits[(sum >>> shift) & 31]).join('');
  return `${prefix}1${data}${check}`.toUpperCase();
}
