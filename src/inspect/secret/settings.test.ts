import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleSecrets } from '../../../test/sample-secrets.ts';
import { checkedToken } from '../../../test/scrambled.ts';
import { maskedHint } from './mask.ts';
import { isRealPassword, namesCredential } from './placeholder.ts';
import { inspectSettings, redactSecrets } from './settings.ts';

const token = checkedToken('ghp_', 'settings');

describe('inspectSettings', () => {
  test('the same secret in environment and history is one finding with both places', () => {
    const found = inspectSettings([
      { where: 'ENV GH_TOKEN', kind: 'environment', text: `GH_TOKEN=${token}` },
      {
        where: 'history line 2',
        kind: 'history',
        text: `/bin/sh -c #(nop)  ENV GH_TOKEN=${token}`,
      },
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]?.where).toEqual(['ENV GH_TOKEN', 'history line 2']);
    expect(found[0]?.fact.id).toBe('github-personal-token');
    expect(JSON.stringify(found)).not.toContain(token);
  });

  test.each([
    ['DB_PASSWORD=Tr0ub4dor', 'DB_PASSWORD'],
    ['RUN |2 VERSION=1 NPM_TOKEN=qwerty12-34 /bin/sh -c npm ci', 'NPM_TOKEN'],
    ['ENV API_KEY abc-123-def-456', 'API_KEY'],
    ['RUN export SECRET="two words 42" && run', 'SECRET'],
  ])('%s', (text, name) => {
    const [found] = inspectSettings([{ where: 'history line 1', kind: 'history', text }]);
    expect(found?.fact).toMatchObject({
      id: 'image-setting-credential',
      evidence: { name, hint: '***' },
    });
  });

  test.each([
    'PATH=/usr/local/sbin:/usr/bin',
    'GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D',
    'PYTHON_SHA256=5c1a2b3c4d5e',
    'DB_PASSWORD_FILE=/run/secrets/db',
    'DB_PASSWORD=',
    'API_TOKEN=$TOKEN',
    'REQUIRE_AUTH=true',
    'RUN apt-get install -y passwd sudo',
    'HTTP_TOKEN_TTL=36000000',
  ])('nothing in %s', (text) => {
    expect(inspectSettings([{ where: 'x', kind: 'history', text }])).toEqual([]);
  });
});

describe('redactSecrets', () => {
  test('keeps the rest of the text', () => {
    expect(redactSecrets(`RUN git clone https://bob:${token}@github.com/a/b && make`)).toBe(
      `RUN git clone https://bob:ghp_…${token.slice(-4)}@github.com/a/b && make`,
    );
    expect(redactSecrets('ENV DB_PASSWORD=Tr0ub4dor PORT=80')).toBe('ENV DB_PASSWORD=*** PORT=80');
    expect(redactSecrets('CMD ["node", "größe.js"]')).toBe('CMD ["node", "größe.js"]');
  });

  test('no sample survives', () => {
    for (const { text, value, path } of sampleSecrets()) {
      // Files known by name hold passwords that nothing in a line announces.
      if (path !== 'app/settings.py' && path !== 'app/settings.yaml') continue;
      expect(redactSecrets(`RUN echo ${text}`)).not.toContain(value);
    }
  });

  test('never throws, and leaves texts without anchors alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(typeof redactSecrets(text)).toBe('string');
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(redactSecrets('RUN apt-get update')).toBe('RUN apt-get update');
  });
});

describe('maskedHint', () => {
  test('shows at most eight characters, and none of short values', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (value) => {
        const hint = maskedHint(value, 'ends');
        if (value.length < 20) expect(hint).toBe('***');
        else expect(hint.length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 200, seed: 11 },
    );
    expect(maskedHint('a'.repeat(100), 'nothing')).toBe('***');
  });
});

describe('words', () => {
  test.each([
    'DB_PASSWORD',
    'dbPassword',
    'API_KEY',
    'apiKey',
    'token',
    'AWS_SECRET_ACCESS_KEY',
    'client-secret',
    'PGPASSWORD_1',
  ])('%s names a credential', (name) => expect(namesCredential(name)).toBe(true));
  test.each([
    'PASSWORD_FILE',
    'TOKEN_URL',
    'KEYBOARD',
    'PRIMARY_KEY',
    'SECRET_NAME',
    'AUTHOR',
    'COMPASS',
    'PUBLIC_KEY',
  ])('%s does not', (name) => expect(namesCredential(name)).toBe(false));
  test.each(['hunter2!', 'Tr0ub4dor', 'correct horse battery'])('%s is a password', (value) =>
    expect(isRealPassword(value)).toBe(true),
  );
  test.each([
    '',
    'changeme',
    'password',
    '${X}',
    '/run/secrets/x',
    'aaaaaaaa',
    'your-password',
    '<secret>',
    '{{ x }}',
  ])('%s is none', (value) => expect(isRealPassword(value)).toBe(false));
});
