import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleSecrets } from '../../../test/sample-secrets.ts';
import { alphabets, armoured, checkedToken, scrambled } from '../../../test/scrambled.ts';
import type { IssueFact } from '../../model/inspection.ts';
import { secretInspector } from './inspector.ts';
import { detectors, files } from './registry.ts';

function inspect(path: string, content: string | Uint8Array): readonly IssueFact[] {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  if (!secretInspector.wants(path, bytes.length, 0o644)) return [];
  const told: string[] = [];
  const facts = secretInspector.inspect({ path, size: bytes.length, mode: 0o644, read }, (reason) =>
    told.push(reason),
  );
  return told.length === 0
    ? facts
    : [...facts, ...told.map((reason) => ({ ...nothing, title: reason }))];
}

const nothing: IssueFact = {
  id: 'told',
  title: '',
  severity: 'unknown',
  evidence: {},
  fix: '',
  lesson: '',
};

const samples = sampleSecrets();

describe('true positives', () => {
  test.each(samples.map((one) => [one.id, one] as const))('%s', (id, { path, text, value }) => {
    const facts = inspect(path, text);
    expect(facts.map((fact) => fact.id)).toContain(id);
    expect(JSON.stringify(facts)).not.toContain(value);
  });

  test('every detector and every variant has a sample', () => {
    const known = new Set(samples.map(({ id }) => id));
    const ids = [...detectors, ...files].flatMap(({ id, variants }) => [id, ...(variants ?? [])]);
    expect(ids.filter((id) => !known.has(id))).toEqual([]);
  });

  test('ids are unique', () => {
    const ids = [...detectors, ...files].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

const token = checkedToken('ghp_', 'tests');
const assigned = `token = "${token}"\n`;

describe('what is no secret', () => {
  const { hex, base32, base62, base64 } = alphabets;
  const cases: readonly (readonly [why: string, path: string, text: string])[] = [
    ['the sample key of AWS manuals', 'app/a.txt', ['key: AKIAIOSF', 'ODNN7EXAMPLE'].join('')],
    ['letters repeated', 'app/a.txt', `token: ghp_${'x'.repeat(36)}`],
    ['a stand-in', 'app/a.txt', `token: glpat-your-token-goes-here`],
    ['in the middle of a word', 'app/a.txt', `a${token}`],
    ['longer than the format', 'app/a.txt', `AKIA${scrambled(base32, 17)}`],
    ['shorter than the format', 'app/a.txt', `AKIA${scrambled(base32, 15)}`],
    ['a hash under the name of a service', 'app/a.txt', `heroku_commit = "${scrambled(hex, 40)}"`],
    ['a secret key that is a hash', 'app/a.txt', `aws_secret_access_key = "${scrambled(hex, 40)}"`],
    ['a variable', 'app/.env', 'DB_PASSWORD=${POSTGRES_PASSWORD}\nAPI_TOKEN=$TOKEN\n'],
    ['a place', 'app/.env', 'DB_PASSWORD_FILE=/run/secrets/db\nSECRET_KEY=/etc/keys/app.key\n'],
    ['a switch', 'app/.env', 'REQUIRE_PASSWORD=true\nAUTH_TOKEN=\nSESSION_TOKEN=null\n'],
    ['a template of a file', 'app/.env.example', 'DB_PASSWORD=Xk29fj20Zq\n'],
    ['an address without password', 'app/a.txt', 'https://registry.acme.dev/path@v1:2'],
    ['an address with a stand-in', 'app/a.txt', 'postgres://user:password@localhost:5432/db'],
    ['an address with variables', 'app/a.txt', 'amqp://${USER}:${PASS}@mq and http://%s:%s@host'],
    ['an address of a manual', 'app/a.txt', `https://bob:${scrambled(base62, 12)}@example.com/`],
    ['a mail address in a path', 'app/a.txt', 'git+ssh://git@github.com:acme/shop.git'],
    ['the sample token of jwt.io', 'app/a.txt', jwt({ sub: '1234567890', name: 'John Doe' })],
    ['a key header in a manual', 'app/a.txt', armoured('RSA', '...\n')],
    ['a key that is cut short', 'app/a.txt', armoured('RSA', 'MIIEow\n')],
    ['a key of one letter', 'app/a.txt', armoured('RSA', `${'A'.repeat(64)}\n`.repeat(10))],
    ['a certificate', 'app/a.txt', `-----BEGIN CERTIFICATE-----\n${scrambled(base64, 600)}\n`],
    ['a public key', 'root/.ssh/id_rsa.pub', `ssh-rsa AAAA${scrambled(base64, 300)} bob`],
    ['a locked account', 'etc/shadow', 'root:*:19000:0:99999:7:::\ndaemon:!:19000::::::\n'],
    ['a Docker configuration without login', 'root/.docker/config.json', '{"auths":{"a":{}}}'],
    ['a package lock', 'app/package-lock.json', `"integrity": "sha512-${scrambled(base64, 86)}=="`],
    ['a digest', 'app/a.txt', `FROM debian@sha256:${scrambled(hex, 64)}`],
    ['documentation of the system', 'usr/share/doc/a/README', assigned],
    ['a compiled file', 'app/a.pyc', assigned],
    ['example data of a package', 'app/node_modules/a/test/key.pem', assigned],
    ['a readme of a package', 'app/node_modules/a/README.md', assigned],
    [
      'an address in a package',
      'app/node_modules/a/i.js',
      `https://b:${scrambled(base62, 12)}@c.dev`,
    ],
    [
      'the snakeoil key',
      'etc/ssl/private/ssl-cert-snakeoil.key',
      samples.find(({ id }) => id === 'private-key')?.text ?? '',
    ],
    [
      'a sample in a comment',
      'etc/maven/settings.xml',
      '<a><!-- <password>Xk29fj20Zq</password> --></a>',
    ],
    ['test keys of Python', 'opt/conda/lib/python3.11/test/a.pem', assigned],
    [
      'credentials that others publish',
      'app/node_modules/a/.npmrc',
      '_authToken=aaaabbbbccccdddd1234',
    ],
    ['a binary', 'app/data', `\0\0\0${assigned}`],
  ];
  test.each(cases)('%s', (_why, path, text) => {
    expect(inspect(path, text)).toEqual([]);
  });

  function jwt(body: object): string {
    const encode = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    return `token: ${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(body)}.${scrambled(base64, 43).replaceAll(/[+/]/g, 'a')}`;
  }
});

describe('what is told', () => {
  test('kind, line, hint and whether the checksum fits', () => {
    const [fact] = inspect('app/a.txt', `one\ntwo\n${assigned}`);
    expect(fact).toMatchObject({
      id: 'github-personal-token',
      severity: 'critical',
      line: 3,
      evidence: { checksum: 'fits', hint: `ghp_…${token.slice(-4)}` },
      lesson: 'leaked-secret',
    });
  });

  test('a checksum that does not fit makes it less certain', () => {
    const [fact] = inspect('app/a.txt', `ghp_${scrambled(alphabets.base62, 36, 'wrong')}`);
    expect(fact).toMatchObject({ id: 'github-personal-token', severity: 'medium' });
  });

  test('the account of an AWS key', () => {
    // 40 bits: the account shifted by seven, behind the five bits that the letter Y begins with.
    const [fact] = inspect(
      'app/a.txt',
      `AKIA${scrambled(alphabets.base32, 15, 'Q').replace(/^/, 'Y')}`,
    );
    expect(fact?.evidence['awsAccount']).toMatch(/^\d{12}$/);
  });

  test('the beginning of a file says whether the rest is worth holding', () => {
    const skips = (path: string, head: string) =>
      secretInspector.skips?.(path, Buffer.from(head, 'latin1'));
    expect(skips('app/data', 'ab\0c')).toBe(true);
    expect(skips('app/data', 'text')).toBe(false);
    expect(skips('app/data', '\xff\xfea\0')).toBe(false);
    expect(skips('app/tls/server.p12', '0\x82\0\0')).toBe(false);
  });

  test('the same value many times is one fact with its count', () => {
    const facts = inspect('app/a.log', assigned.repeat(50));
    expect(facts).toHaveLength(1);
    expect(facts[0]).toMatchObject({ line: 1, evidence: { occurrences: 50 } });
  });

  test('a dump of keys is bounded', () => {
    const dump = Array.from({ length: 500 }, (_, index) => checkedToken('ghp_', `${index}`)).join(
      '\n',
    );
    const found = inspect('app/dump.txt', dump);
    expect(found.filter(({ id }) => id !== 'told')).toHaveLength(100);
    expect(found.filter(({ id }) => id === 'told').map(({ title }) => title)).toEqual([
      'holds more secrets than are listed of one file',
      'holds 400 secrets, of which 100 are listed',
    ]);
  });

  test.each([
    ['JSON', (key: string) => JSON.stringify({ key })],
    ['a YAML block', (key: string) => `key: |\n${key.replaceAll(/^/gm, '    ')}`],
    ['source code', (key: string) => `k = '${key.trim().replaceAll('\n', "\\n' +\n  '")}';`],
    ['a shell variable', (key: string) => `KEY='${key}'`],
    ['escaped twice', (key: string) => `"{\\"k\\":\\"${key.replaceAll('\n', '\\\\n')}\\"}"`],
  ])('a key inside %s', (_where, wrap) => {
    for (const { id, text } of samples.filter((one) => one.path.startsWith('app/tls/'))) {
      if (id === 'key-store') continue;
      expect(inspect('app/a.txt', wrap(text)).map((fact) => fact.id)).toEqual([id]);
    }
  });

  test('of two detectors the more telling one', () => {
    const url = `https://bob:${token}@github.com/acme/shop.git`;
    expect(inspect('app/a.txt', url).map(({ id }) => id)).toEqual(['github-personal-token']);
  });

  test.each([
    ['an escaped line end', `"a\\n${token}"`],
    ['a percent escape', `q=a%3D${token}`],
    ['the start of the file', token],
    ['the end of the file', `a ${token}`],
  ])('found behind or at %s', (_where, text) => {
    expect(inspect('app/a.txt', text).map(({ id }) => id)).toEqual(['github-personal-token']);
  });

  test('tokens that need a sign in front are found at the start of a file too', () => {
    const value = `SG.${scrambled(alphabets.base62, 22, 's')}.${scrambled(alphabets.base62, 43, 's')}`;
    expect(inspect('run/secrets/mail', value).map(({ id }) => id)).toEqual(['sendgrid-key']);
  });

  test('UTF-16 in both orders', () => {
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(assigned, 'utf16le')]);
    const big = Buffer.from(little).swap16();
    for (const bytes of [little, big]) {
      expect(inspect('app/a.txt', bytes).map(({ id }) => id)).toEqual(['github-personal-token']);
    }
  });

  test('across the border of two windows, at the right line', () => {
    const mebibyte = 1024 * 1024;
    for (const shift of [-80, -40, -20, -1, 0, 1]) {
      const before = `${'a'.repeat(99)}\n`
        .repeat(Math.ceil(mebibyte / 100))
        .slice(0, mebibyte + shift);
      const facts = inspect('app/large.txt', `${before} ${assigned}${'b '.repeat(mebibyte)}`);
      expect(facts).toHaveLength(1);
      expect(facts[0]?.line).toBe(before.split('\n').length);
      expect(facts[0]?.evidence['occurrences']).toBeUndefined();
    }
  });
});

describe('hostile content', () => {
  const mebibyte = 1024 * 1024;
  test('a mebibyte of anchors of every kind is answered, and what was left out is told', () => {
    const anchors = [...new Set(detectors.flatMap((detector) => detector.anchors))];
    for (const anchor of anchors) {
      for (const glue of ['', ' ', '="']) {
        const unit = anchor + glue;
        const text = unit.repeat(Math.ceil(mebibyte / 64 / unit.length));
        for (const { id, title } of inspect('app/a.txt', text)) {
          if (id === 'told') expect(title).toMatch(/^holds more candidates/);
        }
      }
    }
    const line = anchors.join('').repeat(100).slice(0, mebibyte);
    expect(inspect('app/one-line.txt', line).length).toBeLessThan(200);
  });

  test('files known by name, of the same words again and again', () => {
    const words = [
      ' ',
      '\n',
      'a',
      ':',
      '"',
      '=',
      '\\',
      '\\n',
      '-',
      'password ',
      '"auth" : "',
      'key = "',
      'export ',
    ];
    for (const { path } of samples.filter(({ id }) => files.some((file) => file.id === id))) {
      for (const unit of [...words, words.join('')]) {
        const found = inspect(path, unit.repeat(mebibyte / 4 / unit.length));
        expect(found.length).toBeLessThan(200);
      }
    }
  });

  test('keys without an end', () => {
    const head = `-----BEGIN RSA ${['PRIVATE', 'KEY'].join(' ')}-----`;
    for (const unit of ['', 'A', '\\', '\n', '"', 'Proc-Type: 4\n', '=', '-', "'+"]) {
      const found = inspect('app/a.pem', `${head}${unit.repeat(20_000)}`.repeat(20));
      expect(found.filter(({ id }) => id !== 'told')).toEqual([]);
    }
  });

  test('more candidates than are looked at are told', () => {
    const text = 'PuTTY-User-Key-File-2 '.repeat(2000);
    expect(inspect('app/a.txt', text)).toMatchObject([
      { title: 'holds more candidates for putty-key than are looked at in one file' },
    ]);
  });

  test('any bytes: no throw, and no value in the answer', () => {
    const anchors = detectors.flatMap((detector) => detector.anchors);
    const piece = fc.oneof(
      fc.constantFrom(...anchors, '="', '\n', ':', '@', '-----', '.', '\\n'),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(...samples.map(({ value }) => value)),
    );
    const path = fc.constantFrom('app/a.txt', ...samples.map((one) => one.path));
    fc.assert(
      fc.property(path, fc.array(piece, { maxLength: 30 }), (where, pieces) => {
        const kept = JSON.stringify(inspect(where, pieces.join('')));
        for (const { value } of samples) expect(kept.includes(value)).toBe(false);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
