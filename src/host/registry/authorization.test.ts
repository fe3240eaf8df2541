// Challenges, tokens and credentials against a registry that may be hostile: loops end, tokens are
// shared and renewed, and no secret goes where it does not belong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../test/http-server.ts';
import {
  bareEnvironment,
  collect,
  operatingError,
  type TestPace,
  testPace,
} from '../../../test/registry-client.ts';
import {
  putImage,
  type ScriptedRegistry,
  startScriptedRegistry,
} from '../../../test/scripted-registry.ts';
import type { RegistryOptions } from './options.ts';
import { parseReference } from './reference.ts';
import { createRegistry, type Registry } from './registry.ts';

const password = 'hunter2-very-secret';
const credentials = { username: 'me', password };
const basic = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;

let registry: ScriptedRegistry;
let pace: TestPace;
const others: RunningServer[] = [];

beforeEach(async () => {
  registry = await startScriptedRegistry();
  pace = testPace();
});

afterEach(async () => {
  await registry.server.close();
  for (const server of others.splice(0)) await server.close();
});

function client(options: RegistryOptions = {}): Registry {
  return createRegistry({
    environment: bareEnvironment,
    pace,
    platform: 'linux/amd64',
    ...options,
  });
}

function open(options: RegistryOptions = {}): ReturnType<Registry['openImage']> {
  return client(options).openImage(parseReference(registry.name('team/app:1')));
}

function challenge(response: ServerResponse, header: string): void {
  response.writeHead(401, { 'www-authenticate': header, 'content-type': 'application/json' });
  response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
}

type TokenHandler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** Starts a token server; the registry then wants its tokens. */
async function withTokens(
  handler: TokenHandler,
  accepts: (authorization: string) => boolean,
): Promise<RunningServer> {
  const server = await startServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  others.push(server);
  registry.intercept((request, response) => {
    if (accepts(request.headers.authorization ?? '')) return false;
    const scope = 'repository:team/app:pull';
    challenge(response, `Bearer realm="${server.origin}/token",service="reg",scope="${scope}"`);
    return true;
  });
  return server;
}

/** Everything a person or a log could see of an error, its causes included. */
function everythingOf(error: unknown): string {
  const { message, advice, stack } = error as { message: string; advice?: string; stack?: string };
  return [inspect(error, { depth: 12, showHidden: true }), message, advice, stack].join('\n');
}

function expectNoSecret(error: unknown, ...secrets: readonly string[]): void {
  const text = everythingOf(error);
  for (const secret of [password, basic.slice(6), encodeURIComponent(password), ...secrets]) {
    expect(text).not.toContain(secret);
  }
}

describe('basic', () => {
  test('credentials only after the challenge, then with every request', async () => {
    registry.intercept((request, response) => {
      if (request.headers.authorization === basic) return false;
      challenge(response, 'Basic realm="reg"');
      return true;
    });
    putImage(registry, { tag: '1' });
    const image = await open({ credentials });
    await image.readConfig();
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      basic,
      basic,
    ]);
  });

  test('a loop of 401 ends, and the error keeps the password', async () => {
    registry.intercept((request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="reg"' });
      const message = `you sent ${request.headers.authorization ?? 'nothing'} ${password}`;
      response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message }] }));
      return true;
    });
    const error = await operatingError(open({ credentials }));
    expect(error.code).toBe('denied');
    expect(error.advice).toContain(`docker login ${registry.server.host}`);
    expect(registry.seen).toHaveLength(2);
    expectNoSecret(error);
  });

  test('without credentials there is one try and an advice', async () => {
    registry.intercept((_request, response) => {
      challenge(response, 'Basic realm="reg"');
      return true;
    });
    const error = await operatingError(open());
    expect(error).toMatchObject({ code: 'denied' });
    expect(error.message).toContain('(UNAUTHORIZED: authentication required)');
    expect(error.advice).toContain('log in first');
    expect(registry.seen).toHaveLength(1);
  });

  test.each(['Negotiate', '', 'Bearer'])('a challenge we cannot meet: %j', async (header) => {
    registry.intercept((_request, response) => {
      challenge(response, header);
      return true;
    });
    expect((await operatingError(open({ credentials }))).code).toBe('denied');
    expect(registry.seen).toHaveLength(1);
  });
});

describe('tokens', () => {
  test('one anonymous token serves parallel reads', async () => {
    const asked: string[] = [];
    await withTokens(
      (request, response) => {
        asked.push(`${request.url} ${request.headers.authorization}`);
        setTimeout(() => response.end('{"token":"good","expires_in":300}'), 20);
      },
      (authorization) => authorization === 'Bearer good',
    );
    const { layer } = putImage(registry, { tag: '1' });
    const image = await open();
    const descriptor = image.manifest.layers[0];
    expect(descriptor?.digest).toBe(layer.digest);
    if (descriptor === undefined) return;
    await Promise.all(Array.from({ length: 6 }, () => collect(image.openBlob(descriptor))));
    expect(asked).toEqual(['/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull undefined']);
  });

  test('credentials go to the token server, never to the registry', async () => {
    const asked: (string | undefined)[] = [];
    await withTokens(
      (request, response) => {
        asked.push(request.headers.authorization, request.url);
        response.end('{"access_token":"good"}');
      },
      (authorization) => authorization === 'Bearer good',
    );
    putImage(registry, { tag: '1' });
    await open({ credentials });
    expect(asked[0]).toBe(basic);
    expect(asked[1]).toContain('account=me');
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer good',
    ]);
  });

  test('a token that expires by the clock is renewed before use', async () => {
    let count = 0;
    await withTokens(
      (_request, response) => response.end(`{"token":"t${++count}","expires_in":100}`),
      (authorization) => authorization === `Bearer t${count}` && count > 0,
    );
    putImage(registry, { tag: '1' });
    const image = await open();
    pace.advance(60_000);
    await image.readConfig();
    expect(count).toBe(1);
    pace.advance(60_000);
    await image.readConfig();
    expect(count).toBe(2);
  });

  test('a token that the registry no longer takes is renewed once', async () => {
    let count = 0;
    await withTokens(
      (_request, response) => response.end(`{"token":"t${++count}","expires_in":9000}`),
      (authorization) => authorization === 'Bearer t1' && registry.seen.length < 3,
    );
    putImage(registry, { tag: '1' });
    const image = await open();
    const error = await operatingError(image.readConfig());
    expect(error.code).toBe('denied');
    expect(count).toBeLessThanOrEqual(3);
    expect(registry.seen.length).toBeLessThanOrEqual(6);
  });

  test('a loop of tokens that never suffice ends', async () => {
    let tokens = 0;
    await withTokens(
      (_request, response) => response.end(`{"token":"secret-token-${++tokens}"}`),
      () => false,
    );
    const error = await operatingError(open({ credentials }));
    expect(error.code).toBe('denied');
    expect(tokens).toBeLessThanOrEqual(2);
    expect(registry.seen.length).toBeLessThanOrEqual(3);
    expectNoSecret(error, 'secret-token-1', 'secret-token-2');
  });

  test.each([400, 401, 403, 404])('a token server that answers %d', async (status) => {
    await withTokens(
      (request, response) => {
        response.writeHead(status);
        response.end(
          JSON.stringify({ details: `bad ${request.headers.authorization} ${password}` }),
        );
      },
      () => false,
    );
    const error = await operatingError(open({ credentials }));
    expect(error.code).toBe('denied');
    expect(error.advice).toContain('log in again');
    expectNoSecret(error);
  });

  test.each([
    ['no token', '{}'],
    ['no JSON', '<html>'],
    ['an empty token', '{"token":""}'],
    ['a token with a line break', '{"token":"a\\r\\nX-Evil: 1"}'],
    ['a token that is a number', '{"token":7}'],
  ])('a token server that answers %s', async (_name, body) => {
    await withTokens(
      (_request, response) => response.end(body),
      () => false,
    );
    expect((await operatingError(open())).message).toContain('sent no token');
  });

  test('a token server that answers without end', async () => {
    await withTokens(
      (_request, response) => {
        const pump = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536))) continue;
        };
        response.on('drain', pump);
        pump();
      },
      () => false,
    );
    expect((await operatingError(open())).code).toBe('limit');
  });

  test('a token server that fails for a moment', async () => {
    let count = 0;
    await withTokens(
      (_request, response) => {
        response.writeHead(++count === 1 ? 503 : 200, { 'retry-after': '7' });
        response.end('{"token":"good"}');
      },
      (authorization) => authorization === 'Bearer good',
    );
    putImage(registry, { tag: '1' });
    await open();
    expect(pace.slept).toEqual([7_000]);
  });

  test('an identity token is posted, not put into an address', async () => {
    let posted = '';
    const server = await withTokens(
      (request, response, body) => {
        posted = `${request.method} ${request.url} ${body}`;
        response.end('{"access_token":"good"}');
      },
      (authorization) => authorization === 'Bearer good',
    );
    putImage(registry, { tag: '1' });
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-identity-'));
    const entry = { identitytoken: 'refresh-me' };
    const config = { auths: { [registry.server.host]: entry } };
    writeFileSync(`${folder}/config.json`, JSON.stringify(config));
    await open({ environment: { HOME: folder, DOCKER_CONFIG: folder } });
    rmSync(folder, { recursive: true });
    expect(server.port).toBeGreaterThan(0);
    expect(posted.startsWith('POST /token grant_type=refresh_token&')).toBe(true);
    expect(posted).toContain('refresh_token=refresh-me');
    expect(posted).toContain('scope=repository%3Ateam%2Fapp%3Apull');
  });

  test.each([
    ['plain http elsewhere', 'http://token.test/'],
    ['another scheme', 'ftp://token.test/'],
    ['no address', 'token'],
  ])('a token server at %s gets nothing', async (_name, realm) => {
    registry.intercept((_request, response) => {
      challenge(response, `Bearer realm="${realm}",service="reg"`);
      return true;
    });
    const error = await operatingError(open({ credentials }));
    expect(error.code).toBe('network');
    expect(error.message).not.toContain('host token.test is not known');
    expectNoSecret(error);
  });
});

/** A host that is not the registry, and the headers that reach it. */
async function otherHost(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly server: RunningServer; readonly seen: IncomingMessage['headers'][] }> {
  const seen: IncomingMessage['headers'][] = [];
  const server = await startServer((request, response) => {
    seen.push(request.headers);
    handler(request, response);
  });
  others.push(server);
  return { server, seen };
}

describe('credentials stay where they belong', () => {
  test('a blob on another host: no Authorization arrives there', async () => {
    const content = Buffer.from('layer elsewhere');
    const { server, seen } = await otherHost((_request, response) => response.end(content));
    registry.intercept((request, response) => {
      if (request.headers.authorization !== basic) {
        challenge(response, 'Basic realm="reg"');
        return true;
      }
      if (request.url?.includes('/blobs/') !== true) return false;
      response.writeHead(307, { location: `${server.origin}/signed?signature=x` });
      response.end();
      return true;
    });
    putImage(registry, { tag: '1', layer: content });
    const image = await open({ credentials });
    const layer = image.manifest.layers[0];
    expect(layer && (await collect(image.openBlob(layer)))).toEqual(content);
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toHaveProperty('authorization');
    expect(seen[0]).not.toHaveProperty('cookie');
  });

  test('a challenge of another host is not answered', async () => {
    const { server, seen } = await otherHost((_request, response) =>
      challenge(response, 'Basic realm="give me"'),
    );
    registry.intercept((_request, response) => {
      response.writeHead(307, { location: `${server.origin}/x?signature=s3cr3t` });
      response.end();
      return true;
    });
    const error = await operatingError(open({ credentials }));
    expect(error.code).toBe('denied');
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toHaveProperty('authorization');
    expectNoSecret(error, 's3cr3t');
  });

  test('a mirror does not get the credentials of the registry', async () => {
    const mirror = await startScriptedRegistry();
    others.push(mirror.server);
    mirror.intercept((_request, response) => {
      challenge(response, 'Basic realm="give me"');
      return true;
    });
    putImage(registry, { tag: '1' });
    const mirrors = [{ registry: registry.server.host, endpoints: [mirror.server.origin] }];
    await open({ credentials, mirrors });
    expect(mirror.seen.length).toBeGreaterThan(0);
    for (const { headers } of mirror.seen) expect(headers).not.toHaveProperty('authorization');
  });
});
