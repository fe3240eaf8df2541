import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { catalog, fixture, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { composerLock, installedPackages } from './catalog.ts';
import { composer } from './index.ts';

const lock = fixture(import.meta.url, 'composer.lock');
const installed = fixture(import.meta.url, 'installed.v2.json');

function readLock(content: string | Uint8Array, path = 'app/composer.lock') {
  return catalog(composerLock, { path, content });
}

function readInstalled(content: string | Uint8Array) {
  return catalog(installedPackages, { path: 'app/vendor/composer/installed.json', content });
}

describe.each([
  ['composer.lock', readLock(lock)],
  ['installed.json of Composer 2', readInstalled(installed)],
])('%s', (name, result) => {
  test('packages, scopes, licences, origin', () => {
    expect(result.unknowns).toEqual([]);
    expect(identities(result)).toEqual([
      'acme/dev-tool@dev-main',
      'acme/one@v1.2.0',
      'acme/two@2.0.1',
    ]);
    expect(found(result, 'acme/one@v1.2.0')).toEqual({
      type: 'composer',
      namespace: 'acme',
      name: 'one',
      version: 'v1.2.0',
      licences: ['MIT'],
      origin: 'registry',
      scope: 'runtime',
      dependsOn: ['acme/two'],
      line: name === 'composer.lock' ? 10 : 24,
    });
    expect(found(result, 'acme/two@2.0.1').licences).toHaveLength(2);
    expect(found(result, 'acme/dev-tool@dev-main')).toMatchObject({
      scope: 'development',
      origin: 'local',
    });
  });
});

test('installed.json of Composer 1 is an array and does not tell scopes', () => {
  const { packages } = JSON.parse(Buffer.from(installed).toString()) as { packages: unknown[] };
  const result = readInstalled(JSON.stringify(packages));
  expect(identities(result)).toHaveLength(3);
  expect(result.packages.map((one) => one.scope)).toEqual([undefined, undefined, undefined]);
});

test('a lock file that a package ships does not count', () => {
  expect(readLock(lock, 'app/vendor/acme/one/composer.lock')).toEqual({
    packages: [],
    unknowns: [],
  });
});

test.each(['', '[]', '{}', '{"packages":{}}', 'null', '[[[', '"x"'])('%j is refused', (content) => {
  expect(readLock(content).unknowns).toHaveLength(1);
});

test('entries without an identity are counted', () => {
  const result = readLock(
    JSON.stringify({
      packages: [
        null,
        1,
        { name: 'php', version: '8.0' },
        { name: 'a/b/c', version: '1' },
        { name: 'a/b' },
        { name: '__proto__/constructor', version: '1.0.0' },
        { name: 'Upper/Case', version: '1.0.0', license: 'MIT' },
      ],
    }),
  );
  expect(identities(result)).toEqual(['__proto__/constructor@1.0.0', 'upper/case@1.0.0']);
  expect(result.unknowns).toEqual([{ reason: '5 entries without a usable name or version' }]);
});

test.each([
  ['composer.lock', lock, readLock],
  ['installed.json', installed, readInstalled],
] as const)('never throws on a damaged %s', (_, original, read) => {
  for (const damaged of damagedCopies(original, { seed: 21, copies: 300 })) {
    for (const one of read(damaged).packages) expect(one.namespace).not.toBe('');
  }
});

test('versions with and without v are one; branches have no place in the order', () => {
  expect(composer.versions.compare('v1.2.0', '1.2.0')).toBe(0);
  expect(composer.versions.isValid('v1.2.0')).toBe(true);
  expect(composer.versions.isValid('dev-main')).toBe(false);
  expect(composer.advisoryName({ namespace: 'Acme', name: 'One' })).toBe('acme/one');
});

const scratch = mkdtempSync(join(tmpdir(), 'seaworthy-composer-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function composerCommand(...args: readonly string[]): string {
  return execFileSync('composer', [...args, '--no-interaction'], {
    cwd: scratch,
    encoding: 'utf8',
    stdio: 'pipe',
    env: {
      ...process.env,
      COMPOSER_ALLOW_SUPERUSER: '1',
      COMPOSER_DISABLE_NETWORK: '1',
      COMPOSER_HOME: join(scratch, 'home'),
    },
  });
}

function hasComposer(): boolean {
  try {
    execFileSync('composer', ['--version', '--no-interaction'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

function repository(url: string) {
  return { type: 'path', url, options: { symlink: false } };
}

test.skipIf(!hasComposer())(
  "the same packages as Composer's own list; skipped without composer",
  () => {
    for (const [name, version] of [
      ['one', 'v1.0.0'],
      ['two', '2.1.0-beta1'],
    ] as const) {
      mkdirSync(join(scratch, name));
      writeFileSync(
        join(scratch, name, 'composer.json'),
        JSON.stringify({ name: `acme/${name}`, version }),
      );
    }
    writeFileSync(
      join(scratch, 'composer.json'),
      JSON.stringify({
        repositories: [repository('one'), repository('two'), { 'packagist.org': false }],
        require: { 'acme/one': '*' },
        'require-dev': { 'acme/two': '*' },
        'minimum-stability': 'dev',
      }),
    );
    composerCommand('install', '--quiet');
    const shown = JSON.parse(composerCommand('show', '--format=json')) as {
      installed: { name: string; version: string }[];
    };
    const expected = shown.installed.map(({ name, version }) => `${name}@${version}`).sort();
    expect(expected).toHaveLength(2);
    expect(identities(readLock(readFileSync(join(scratch, 'composer.lock'))))).toEqual(expected);
    const record = readFileSync(join(scratch, 'vendor/composer/installed.json'));
    expect(identities(readInstalled(record))).toEqual(expected);
  },
);
