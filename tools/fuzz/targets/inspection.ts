// The inspectors that look into every file of an image: secrets and misconfiguration.
import { misconfigurationInspector } from '../../../src/inspect/misconfiguration/index.ts';
import {
  inspectSettings,
  redactSecrets,
  secretInspector,
} from '../../../src/inspect/secret/index.ts';
import type { Inspector, IssueFact } from '../../../src/model/inspection.ts';
import { seeded } from '../random.ts';
import { sample } from '../samples/files.ts';
import { type FuzzTarget, promise, promiseReason, promiseText, type Sample } from '../target.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Made here, so that no file of this repository holds anything that looks like a secret. */
function scrambled(length: number, alphabet: string = letters): string {
  const random = seeded(length);
  return Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join('');
}

const password = scrambled(27);
const secret = scrambled(40);
const upper = scrambled(16, letters.slice(0, 26));
const pem = ['RSA', 'OPENSSH', 'ENCRYPTED'].map((kind) => {
  const body = scrambled(64).repeat(4).match(/.{64}/g) ?? [];
  return `-----BEGIN ${kind} PRIVATE KEY-----\n${body.join('\n')}\n-----END ${kind} PRIVATE KEY-----\n`;
});

const settings = `import os
aws_access_key_id = "AKIA${upper}"
aws_secret_access_key = "${secret}"
database = "postgres://shop:${password}@db.internal:5432/shop"
password: "${password}"
token = 'ghp_${secret.slice(0, 36)}'
`;

const secretSamples: readonly Sample[] = [
  sample('app/settings.py', settings),
  sample('app/.env', `DB_PASSWORD=${password}\nexport API_KEY='${secret}'\n`),
  sample('root/.ssh/id_rsa', pem.join('')),
  sample('root/.npmrc', `//registry.example/:_authToken=${secret}\n`),
  sample('root/.git-credentials', `https://user:${password}@git.example\n`),
  sample('root/.pgpass', `db.example:5432:shop:shop:${password}\n`),
  sample(
    'root/.docker/config.json',
    JSON.stringify({ auths: { host: { auth: Buffer.from(`u:${password}`).toString('base64') } } }),
  ),
  sample('etc/shadow', `root:$6$abcdefgh$${scrambled(86)}:19000:0:99999:7:::\n`),
  sample('app/settings.txt', Buffer.from(`\ufeff${settings}`, 'utf16le')),
];

const settingSamples: readonly Sample[] = [
  sample('etc/sudoers', 'root ALL=(ALL:ALL) ALL\napp ALL=(ALL) NOPASSWD: ALL\n#includedir x\n'),
  sample('etc/ssh/sshd_config', 'PermitRootLogin yes\nPasswordAuthentication yes\nPort 22\n'),
  sample('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\ntoor::0:0::/:/bin/sh\n'),
  sample('etc/docker/daemon.json', '{"hosts":["tcp://0.0.0.0:2375"],"tlsverify":false}'),
  sample('etc/apt/sources.list', 'deb [trusted=yes] http://archive.example/debian bookworm main\n'),
  sample('etc/apt/apt.conf.d/99x', 'Acquire::AllowInsecureRepositories "true";\n'),
  sample('root/.ssh/authorized_keys', `ssh-ed25519 ${scrambled(68)} user@host\n`),
];

function promiseFacts(facts: readonly IssueFact[], input: Uint8Array): void {
  for (const { id, title, fix, line, evidence } of facts) {
    for (const text of [id, title, fix]) promiseReason(text);
    promise(line === undefined || (Number.isInteger(line) && line > 0), `line ${line}`);
    for (const value of Object.values(evidence)) {
      promise(['string', 'number', 'boolean'].includes(typeof value), 'evidence is no plain value');
      promise(String(value).length <= 4096, 'a word of evidence is endless');
    }
  }
  const told = JSON.stringify(facts);
  const text = Buffer.from(input).toString('latin1');
  for (const value of [password, secret]) {
    promise(!text.includes(value) || !told.includes(value), 'a finding tells the secret itself');
  }
}

function inspectWith(inspector: Inspector): FuzzTarget['run'] {
  return ({ path, bytes }) => {
    const read = (offset: number, length: number): Uint8Array =>
      bytes.subarray(offset, offset + length);
    const file = { path, size: bytes.length, mode: 0o4755, read };
    if (!inspector.wants(path, file.size, file.mode)) return;
    if (inspector.skips?.(path, bytes.subarray(0, 1024)) === true) return;
    promiseFacts(inspector.inspect(file, promiseReason), bytes);
  };
}

/** Instructions and labels of an image: no secret that is found may stay in what is shown. */
function runSettings({ bytes }: Sample): void {
  const text = new TextDecoder().decode(bytes);
  promiseText(redactSecrets(text), 'a redacted text');
  const [name = '', value = ''] = text.split('\n', 2);
  const found = inspectSettings([
    { where: 'ENV A', kind: 'environment', text: `${name}=${value}` },
    { where: 'history line 1', kind: 'history', text },
  ]);
  promiseFacts(
    found.map(({ fact }) => fact),
    bytes,
  );
}

const secretTokens = [
  'password',
  'secret',
  'token',
  '_KEY',
  ' = "',
  ': ',
  "'",
  'AKIA',
  'ghp_',
  'xoxb-',
  'sk_live_',
  '-----BEGIN ',
  ' PRIVATE KEY-----',
  '-----END ',
  'https://a:b@c',
  'eyJ',
  '.',
  'AIza',
  'glpat-',
  '\u0000',
  '=',
  'Bearer ',
] as const;

export const inspectionTargets: readonly FuzzTarget[] = [
  {
    name: 'secret',
    weight: 2,
    samples: secretSamples,
    tokens: secretTokens,
    run: inspectWith(secretInspector),
  },
  {
    name: 'secret-in-settings',
    weight: 1,
    samples: [sample('settings', settings), sample('settings', `DB_PASSWORD\n${password}\n`)],
    tokens: secretTokens,
    run: runSettings,
  },
  {
    name: 'misconfiguration',
    weight: 1,
    samples: settingSamples,
    tokens: ['NOPASSWD: ALL', '=(ALL)', 'yes', '::0:0:', 'tcp://', 'trusted=yes', 'ssh-rsa ', '#'],
    run: inspectWith(misconfigurationInspector),
  },
];
