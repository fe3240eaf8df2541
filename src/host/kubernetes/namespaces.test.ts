// Namespaces listed and followed, against a server in the API's form that forgets, ends, stalls and refuses.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../test/http-server.ts';
import type { Pace } from '../../base/retry.ts';
import { type NamespaceWatch, watchNamespaces } from './index.ts';

const namespace = (name: string, env: string, version = '1') => ({
  metadata: { name, resourceVersion: version, labels: { env }, managedFields: [1] },
});

interface Plan {
  /** Of the next list. */
  objects: readonly object[];
  version: string;
  status: number;
  /** Of single questions. */
  readonly single: Map<string, object>;
}

let open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  open = [];
});

/** An API server; `send` writes to the watch that is open. */
async function cluster(first: readonly object[]) {
  const plan: Plan = { objects: first, version: '10', status: 200, single: new Map() };
  const asked: string[] = [];
  const tokens = new Set<string>();
  const watches = new Set<ServerResponse>();
  const serve = ({ url = '', headers }: IncomingMessage, response: ServerResponse): void => {
    asked.push(url);
    tokens.add(headers.authorization ?? '');
    const [path = '', query = ''] = url.split('?');
    const name = path.slice('/api/v1/namespaces/'.length);
    if (name !== '') {
      const object = plan.single.get(name);
      response.writeHead(object === undefined ? 404 : 200).end(JSON.stringify(object ?? {}));
    } else if (query.includes('watch=1')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      watches.add(response);
      response.on('close', () => watches.delete(response));
    } else {
      response.writeHead(plan.status);
      const metadata = { resourceVersion: plan.version };
      response.end(JSON.stringify({ kind: 'NamespaceList', metadata, items: plan.objects }));
    }
  };
  const server: RunningServer = await startServer(serve);
  open.push(server);
  const send = (type: string, object: object): void => {
    for (const one of watches) one.write(`${JSON.stringify({ type, object })}\n`);
  };
  const drop = (): void => {
    for (const one of watches) one.end();
  };
  return { server, plan, asked, tokens, watches, send, drop };
}

function follow(origin: string, more: { readonly pace?: Pace; readonly staleMs?: number } = {}) {
  let token = 0;
  const lines: string[] = [];
  const watch = watchNamespaces({
    access: () => {
      token += 1;
      return Promise.resolve({
        server: new URL(origin),
        authority: null,
        serverName: null,
        verify: true,
        certificate: null,
        key: null,
        authorization: `Bearer ${token}`,
      });
    },
    warn: (line) => lines.push(line),
    ...more,
  });
  open.push(watch);
  return { watch, lines };
}

const waitMs = 30_000;

async function labelOf(watch: NamespaceWatch, name: string): Promise<string> {
  const found = await watch.find(name, waitMs);
  if (found.kind === 'unknown') return `unknown: ${found.reason}`;
  return (found.namespace as ReturnType<typeof namespace>).metadata.labels.env;
}

/** Until it holds; fails after a generous while. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it never held');
    await sleep(20);
  }
}

describe('a cluster that answers', () => {
  test('labels are those of now', async () => {
    const { server, asked, watches, send } = await cluster([namespace('shop', 'prod')]);
    const { watch } = follow(server.origin);
    expect(await labelOf(watch, 'shop')).toBe('prod');
    await until(() => watches.size === 1);
    expect(asked[1]).toContain('resourceVersion=10');
    send('MODIFIED', namespace('shop', 'test', '11'));
    await until(async () => (await labelOf(watch, 'shop')) === 'test');
    send('ADDED', namespace('new', 'dev', '12'));
    await until(() => watch.count() === 2);
    expect(await labelOf(watch, 'new')).toBe('dev');
    send('DELETED', namespace('new', 'dev', '13'));
    await until(() => watch.count() === 1);
    expect(await labelOf(watch, 'new')).toBe('unknown: there is no new');
    const found = await watch.find('shop', waitMs);
    expect(JSON.stringify(found)).not.toContain('managedFields');
  });

  test('one that was made just now is asked for, once for all', async () => {
    const { server, plan, asked } = await cluster([]);
    plan.single.set('young', namespace('young', 'dev'));
    const { watch } = follow(server.origin);
    const all = await Promise.all(Array.from({ length: 20 }, () => labelOf(watch, 'young')));
    expect(new Set(all)).toEqual(new Set(['dev']));
    expect(asked.filter((url) => url.endsWith('/young'))).toHaveLength(1);
  });

  test('a watch that ends goes on where it was, with a new token', async () => {
    const { server, asked, tokens, watches, send, drop } = await cluster([namespace('a', 'x')]);
    const { watch } = follow(server.origin);
    await until(() => watches.size === 1);
    send('BOOKMARK', { metadata: { resourceVersion: '99' } });
    drop();
    await until(() => asked.some((url) => url.includes('resourceVersion=99')));
    expect(tokens.size).toBeGreaterThan(2);
    expect(await labelOf(watch, 'a')).toBe('x');
  });

  test('a server that forgot is listed anew', async () => {
    const { server, plan, watches, send } = await cluster([namespace('a', 'x')]);
    const { watch } = follow(server.origin);
    await until(() => watches.size === 1);
    plan.objects = [namespace('b', 'y')];
    send('ERROR', { kind: 'Status', code: 410, message: 'too old resource version' });
    await until(async () => (await labelOf(watch, 'b')) === 'y');
    expect(await labelOf(watch, 'a')).toBe('unknown: there is no a');
  });
});

describe('a cluster that does not', () => {
  test('a refused account and a missing server are told, within the deadline', async () => {
    const { server, plan } = await cluster([]);
    plan.status = 403;
    const refused = follow(server.origin);
    await until(() => refused.lines.length > 0);
    expect(await refused.watch.find('a', 50)).toEqual({
      kind: 'unknown',
      reason: 'the account may not read namespaces (403)',
    });
    expect(refused.lines).toEqual(['namespaces: the account may not read namespaces (403)']);
    const gone = await startServer(() => undefined);
    await gone.close();
    const missing = follow(gone.origin);
    expect(await missing.watch.find('a', 50)).toMatchObject({ kind: 'unknown' });
  });

  test('a server that never answers', async () => {
    const server = await startServer(() => undefined);
    open.push(server);
    const { watch } = follow(server.origin);
    expect(await watch.find('a', 50)).toEqual({
      kind: 'unknown',
      reason: 'the namespaces are not listed yet',
    });
  });

  test('what was heard too long ago counts no more', async () => {
    const { server, watches } = await cluster([namespace('a', 'x')]);
    let now = 0;
    const pace: Pace = {
      now: () => now,
      random: () => 0,
      sleep: (delayMs, signal) => sleep(delayMs, undefined, signal === undefined ? {} : { signal }),
    };
    const { watch } = follow(server.origin, { pace, staleMs: 1000 });
    await until(() => watches.size === 1);
    expect(await labelOf(watch, 'a')).toBe('x');
    now = 5000;
    expect(await labelOf(watch, 'a')).toContain('nothing of namespaces for 5 s');
  });

  test.each(['{', '{"type":"ADDED"}', '{"type":"ERROR","object":null}', '[]', '"x"'])(
    'hostile events: %s',
    async (line) => {
      const { server, plan, watches } = await cluster([namespace('a', 'x')]);
      const { watch } = follow(server.origin);
      await until(() => watches.size === 1);
      plan.objects = [namespace('a', 'y')];
      for (const one of watches) one.write(`${line}\n`);
      for (const one of watches)
        one.write(`${JSON.stringify({ type: 'MODIFIED', object: namespace('a', 'y') })}\n`);
      await until(async () => (await labelOf(watch, 'a')) === 'y');
      expect(watch.count()).toBeLessThanOrEqual(2);
    },
  );
});
