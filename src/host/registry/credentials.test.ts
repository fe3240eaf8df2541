// Credentials out of Docker's and Podman's files and out of helpers, real child processes all.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askHelper } from './credential-program.ts';
import { type FoundCredentials, findCredentials } from './credentials.ts';

let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'seaworthy-login-'));
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function write(path: string, content: unknown): string {
  const whole = join(home, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, typeof content === 'string' ? content : JSON.stringify(content));
  return whole;
}

/** A helper that is found in PATH. */
function helper(name: string, script: string): void {
  chmodSync(write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

function find(
  registry: string,
  environment: Readonly<Record<string, string>> = {},
  repository = 'team/app',
): Promise<FoundCredentials> {
  const PATH = `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`;
  return findCredentials({
    registry,
    repository,
    environment: { HOME: home, PATH, ...environment },
  });
}

function auth(text: string): { readonly auth: string } {
  return { auth: Buffer.from(text).toString('base64') };
}

function basic(username: string, password: string): FoundCredentials {
  return { credentials: { kind: 'basic', username, password }, notes: [] };
}

const nothing: FoundCredentials = { credentials: null, notes: [] };

/** A config file that logs in to reg.test. */
function entryOf(username: string): object {
  return { auths: { 'reg.test': auth(`${username}:x`) } };
}

/** A helper's script that answers with these. */
function login(username: string, secret: string): string {
  const text = JSON.stringify({ ServerURL: 'x', Username: username, Secret: secret });
  return `cat > "$HOME/asked"; printf '%s' '${text}'`;
}

describe('files', () => {
  test('none at all', async () => {
    expect(await find('reg.test')).toEqual(nothing);
  });

  test.each([
    ['reg.test', 'reg.test', true],
    ['reg.test:5000', 'reg.test:5000', true],
    ['https://reg.test', 'reg.test', true],
    ['https://reg.test/v1/', 'reg.test', true],
    ['http://reg.test/v2', 'reg.test', true],
    ['https://index.docker.io/v1/', 'docker.io', true],
    ['index.docker.io', 'docker.io', true],
    ['docker.io', 'docker.io', true],
    ['reg.test/team', 'reg.test', true],
    ['reg.test/team/app', 'reg.test', true],
    ['reg.test/team/ap', 'reg.test', false],
    ['reg.test/other', 'reg.test', false],
    ['reg.test:5000', 'reg.test', false],
    ['reg.test', 'reg.test:5000', false],
    ['evil.test/reg.test', 'reg.test', false],
    ['https://index.docker.io/v1/', 'index.docker.io.evil.test', false],
    ['reg.test.evil.test', 'reg.test', false],
  ])('the key %s is for %s: %s', async (key, registry, fits) => {
    write('.docker/config.json', { auths: { [key]: auth('me:secret') } });
    expect(await find(registry)).toEqual(fits ? basic('me', 'secret') : nothing);
  });

  test('the longest path wins', async () => {
    const auths = {
      'reg.test/team/app': auth('app:1'),
      'reg.test': auth('host:2'),
      'reg.test/team': auth('team:3'),
    };
    write('.config/containers/auth.json', { auths });
    expect(await find('reg.test')).toEqual(basic('app', '1'));
    expect(await find('reg.test', {}, 'team/other')).toEqual(basic('team', '3'));
    expect(await find('reg.test', {}, 'alone')).toEqual(basic('host', '2'));
  });

  test('kinds of entries', async () => {
    const auths = {
      'colon.test': auth('me:pass:with:colons'),
      'padded.test': auth('me:secret\0\0'),
      'empty.test': auth('me:'),
      'identity.test': { ...auth('00000000:'), identitytoken: 'refresh' },
      'token.test': { registrytoken: 'bearer' },
      'plain.test': { username: 'me', password: 'secret' },
      'broken.test': { auth: '!!!' },
      'none.test': {},
      'null.test': null,
    };
    write('.docker/config.json', { auths });
    expect(await find('colon.test')).toEqual(basic('me', 'pass:with:colons'));
    expect(await find('padded.test')).toEqual(basic('me', 'secret'));
    expect(await find('empty.test')).toEqual(basic('me', ''));
    expect((await find('identity.test')).credentials).toEqual({
      kind: 'refresh',
      token: 'refresh',
    });
    expect((await find('token.test')).credentials).toEqual({ kind: 'bearer', token: 'bearer' });
    expect(await find('plain.test')).toEqual(basic('me', 'secret'));
    for (const host of ['broken.test', 'none.test', 'null.test']) {
      expect(await find(host)).toEqual(nothing);
    }
  });

  test('the order of the files', async () => {
    const runtime = join(home, 'run');
    const named = write('elsewhere/auth.json', entryOf('named'));
    const docker = write('docker/config.json', entryOf('docker-config'));
    write('.docker/config.json', entryOf('home'));
    write('run/containers/auth.json', entryOf('runtime'));
    write('.config/containers/auth.json', entryOf('config'));
    const environment = { XDG_RUNTIME_DIR: runtime };
    expect(await find('reg.test', environment)).toEqual(basic('home', 'x'));
    const chosen = { ...environment, DOCKER_CONFIG: dirname(docker) };
    expect(await find('reg.test', chosen)).toEqual(basic('docker-config', 'x'));
    const forced = { ...chosen, REGISTRY_AUTH_FILE: named };
    expect(await find('reg.test', forced)).toEqual(basic('named', 'x'));
    rmSync(join(home, '.docker'), { recursive: true });
    expect(await find('reg.test', environment)).toEqual(basic('runtime', 'x'));
    expect(await find('reg.test')).toEqual(basic('config', 'x'));
  });

  test('a broken file is noted, the next one is read', async () => {
    write('.docker/config.json', '{"auths": ');
    write('.config/containers/auth.json', { auths: { 'reg.test': auth('me:x') } });
    const found = await find('reg.test');
    expect(found.credentials).toMatchObject({ username: 'me' });
    expect(found.notes).toHaveLength(1);
    expect(found.notes[0]).toMatch(/config\.json is /);
  });
});

describe('helpers', () => {
  test('credHelpers before credsStore before auths', async () => {
    helper('one', login('one', 'a'));
    helper('two', login('two', 'b'));
    const auths = { 'reg.test': auth('file:c'), 'other.test': auth('file:c') };
    write('.docker/config.json', { auths, credsStore: 'two', credHelpers: { 'reg.test': 'one' } });
    expect(await find('reg.test')).toEqual(basic('one', 'a'));
    expect(await find('other.test')).toEqual(basic('two', 'b'));
  });

  test('Docker Hub is asked for by its old address', async () => {
    helper(
      'hub',
      `read server; [ "$server" = https://index.docker.io/v1/ ] && ${login('hub', 'a')}`,
    );
    write('.docker/config.json', { credsStore: 'hub' });
    // `read` fails without a newline at the end, yet sets the variable: the line above relies on it.
    expect(await find('docker.io')).toEqual(basic('hub', 'a'));
  });

  test('an identity token', async () => {
    helper('id', login('<token>', 'refresh'));
    write('.docker/config.json', { credsStore: 'id' });
    expect((await find('reg.test')).credentials).toEqual({ kind: 'refresh', token: 'refresh' });
  });

  test('nothing stored is the normal case, not a problem', async () => {
    helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    write('.docker/config.json', { credsStore: 'empty', auths: { 'reg.test': auth('file:c') } });
    expect(await find('reg.test')).toEqual(basic('file', 'c'));
    expect(await find('other.test')).toEqual(nothing);
  });

  test.each([
    ['absent', '', 'docker-credential-absent is not installed'],
    ['fails', 'echo "secret hunter2"; exit 3', 'docker-credential-fails failed with exit code 3'],
    ['babbles', 'echo hunter2', 'docker-credential-babbles answered something else'],
    ['floods', 'yes hunter2', 'docker-credential-floods printed more than'],
    ['../../evil', '', 'by a path'],
  ])('%s: told without its words', async (name, script, says) => {
    if (script !== '') helper(name, script);
    write('.docker/config.json', { credsStore: name });
    const { credentials, notes } = await find('reg.test');
    expect(credentials).toBeNull();
    expect(notes[0]).toContain(says);
    expect(notes.join('')).not.toContain('hunter2');
  });

  test('one that hangs, with a child that holds its pipe, is killed', async () => {
    helper('hangs', 'sleep 30 & echo $! > "$HOME/child"; wait');
    const environment = { HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` };
    const answer = await askHelper({ helper: 'hangs', server: 'reg.test', environment }, 1000);
    expect(answer).toEqual({
      kind: 'failed',
      reason: 'docker-credential-hangs took more than 1 s',
    });
    process.kill(Number(readFileSync(join(home, 'child'), 'utf8')));
  });

  test('one that does not read its input', async () => {
    helper('deaf', `exec 0<&-; printf '%s' '{"Username":"me","Secret":"x"}'`);
    write('.docker/config.json', { credsStore: 'deaf' });
    expect(await find('reg.test')).toEqual(basic('me', 'x'));
  });
});
