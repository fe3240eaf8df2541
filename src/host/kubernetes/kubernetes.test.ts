// Clusters that answer, refuse, stall and lie; kubeconfigs of all sorts; dumps as kubectl writes them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../test/http-server.ts';
import {
  hasOpenssl,
  makeCertificates,
  type TestCertificates,
} from '../../../test/tls-certificates.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import {
  clusterAccess,
  connectCluster,
  type Resource,
  readDump,
  readKubeconfig,
  resources,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pace: Pace = { ...realPace, sleep: async () => undefined };
const pods = resources.find(({ kind }) => kind === 'Pod') as Resource;

const kubeconfig = (cluster: object, user: object): string =>
  JSON.stringify({
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  });
const read = (text: string, context: string | null = null) =>
  readKubeconfig([{ path: '/home/x/config', text }], context);

describe('kubeconfig', () => {
  const server = 'https://10.0.0.1:6443';
  test.each([
    ['', 'no current context'],
    ['[]', 'no kubeconfig'],
    ['a: [', 'no kubeconfig'],
    ['current-context: b', 'no context b'],
    [kubeconfig({}, {}), 'no server address'],
    [kubeconfig({ server: 'file:///etc/passwd' }, {}), 'no server address'],
  ])('%s: %s', (text, reason) => {
    const answer = read(text);
    expect(answer.kind === 'failed' && answer.reason).toContain(reason);
  });

  test('data counts before files, which are beside the kubeconfig', () => {
    const data = Buffer.from('PEM').toString('base64');
    const answer = read(
      kubeconfig(
        { server, 'certificate-authority-data': data, 'certificate-authority': '/x' },
        { 'client-certificate': 'me.crt', 'client-key': '/k', tokenFile: 't' },
      ),
    );
    expect(answer).toMatchObject({
      kind: 'found',
      entry: {
        authority: { kind: 'text', text: 'PEM' },
        certificate: { kind: 'file', path: '/home/x/me.crt' },
        key: { kind: 'file', path: '/k' },
        token: { kind: 'file', path: '/home/x/t' },
        verify: true,
      },
    });
  });

  test('the first of several files wins', () => {
    const files = [server, 'https://other'].map((one, at) => ({
      path: `/${at}`,
      text: kubeconfig({ server: one }, {}),
    }));
    expect(readKubeconfig(files, null)).toMatchObject({ entry: { server } });
  });

  test('whatever it holds, it is an answer', () => {
    const key = fc.constantFrom(
      'clusters',
      'contexts',
      'users',
      'current-context',
      'name',
      'cluster',
      'context',
      'user',
      'exec',
      'server',
      '__proto__',
    );
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('a', 'https://x', 1, null, true),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(tree, (value) => {
        expect(['found', 'failed']).toContain(read(JSON.stringify(value) ?? '').kind);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('access', () => {
  const write = (cluster: object, user: object): string => {
    const path = join(folder, 'config');
    writeFileSync(path, kubeconfig(cluster, user));
    return path;
  };
  const access = (path: string, allowExec = false) =>
    clusterAccess({
      kubeconfig: path,
      context: null,
      allowExec,
      environment: { PATH: process.env['PATH'] },
    });
  const server = 'https://10.0.0.1';

  test('a program is run only where that is allowed', async () => {
    const marker = join(folder, 'ran');
    const script = `touch ${marker}; echo '{"status":{"token":"t0"}}'`;
    const path = write(
      { server },
      { exec: { command: 'sh', args: ['-c', script], apiVersion: 'v1' } },
    );
    await expect(access(path)).rejects.toThrow('wants to run sh');
    expect(await access(path, true)).toMatchObject({ authorization: 'Bearer t0' });
  });

  test.each([
    [{ command: '/no/such/program' }, 'cannot be run'],
    [{ command: 'sh', args: ['-c', 'echo secret; exit 3'] }, 'ended with code 3'],
    [{ command: 'echo', args: ['{}'] }, 'answered no credential'],
  ])('%j: %s', async (exec, reason) => {
    const error = await access(write({ server }, { exec }), true).catch((one: unknown) => one);
    expect(String(error)).toContain(reason);
    expect(String(error)).not.toContain('secret');
  });

  test('a credential is not sent in plain, proxies and old providers are told', async () => {
    await expect(access(write({ server: 'http://10.0.0.1' }, { token: 't' }))).rejects.toThrow(
      'without TLS',
    );
    await expect(access(write({ server, 'proxy-url': 'http://p' }, {}))).rejects.toThrow('proxy');
    await expect(access(write({ server }, { 'auth-provider': { name: 'gcp' } }))).rejects.toThrow(
      'gcp',
    );
    await expect(access(write({ server }, { 'client-key': '/none' }))).rejects.toThrow(
      '/none cannot be read',
    );
    await expect(access(join(folder, 'absent'))).rejects.toThrow('cannot be read');
  });
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const page = (names: readonly string[], more = ''): string =>
  JSON.stringify({
    metadata: { continue: more },
    items: names.map((name) => ({ metadata: { name, managedFields: [1] } })),
  });

describe('lists', () => {
  let running: RunningServer | null = null;
  afterEach(async () => {
    await running?.close();
    running = null;
  });
  const list = async (handler: Handler, idleMs = 2000) => {
    running = await startServer(handler);
    const api = connectCluster(
      {
        server: new URL(running.origin),
        authority: null,
        serverName: null,
        verify: true,
        certificate: null,
        key: null,
        authorization: 'Bearer t',
      },
      { pace, idleMs, pageSize: 2 },
    );
    try {
      return await api.list(pods);
    } finally {
      api.close();
    }
  };
  const names = (answer: Awaited<ReturnType<typeof list>>): unknown =>
    answer.kind === 'known' ? answer.objects : answer.reason;

  test('pages are joined, notes of the server are dropped', async () => {
    const asked: string[] = [];
    const answer = await list(({ url = '', headers }, response) => {
      asked.push(url);
      expect(headers.authorization).toBe('Bearer t');
      response.end(url.includes('continue') ? page(['c']) : page(['a', 'b'], 'x/+='));
    });
    expect(names(answer)).toEqual(['a', 'b', 'c'].map((name) => ({ metadata: { name } })));
    expect(asked).toEqual(['/api/v1/pods?limit=2', '/api/v1/pods?limit=2&continue=x%2F%2B%3D']);
  });

  test.each([
    [403, 'may not list pods'],
    [401, 'answers 401'],
    [302, 'answers 302'],
    [500, 'answers 500'],
  ])('%i: %s', async (status, reason) => {
    const answer = await list((_, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' });
      response.end('{}');
    });
    expect(names(answer)).toContain(reason);
  });

  test('a kind that is not served has no objects', async () => {
    expect(await list((_, response) => response.writeHead(404).end())).toEqual({
      kind: 'known',
      objects: [],
    });
  });

  test('a list that grew too old is read anew, once', async () => {
    let asked = 0;
    const answer = await list(({ url = '' }, response) => {
      asked += 1;
      if (url.includes('continue') && asked === 2) response.writeHead(410).end();
      else response.end(url.includes('continue') ? page(['b']) : page(['a'], 'more'));
    });
    expect(names(answer)).toHaveLength(2);
  });

  test.each<[string, Handler]>([
    ['does not go on', (_, response) => response.end(page(['a'], 'same'))],
    ['has no items', (_, response) => response.end('{"items":{}}')],
    ['pods', (_, response) => response.end('<html>')],
    ['no answer for', () => undefined],
  ])('%s', async (reason, handler) => {
    expect(names(await list(handler, 200))).toContain(reason);
  });

  test('patience: 429 and 503 are asked again', async () => {
    let asked = 0;
    const answer = await list((_, response) => {
      asked += 1;
      if (asked < 3) response.writeHead(asked === 1 ? 429 : 503, { 'retry-after': '1' }).end();
      else response.end(page(['a']));
    });
    expect(names(answer)).toHaveLength(1);
  });

  test('hostile items are kept as they are', async () => {
    const answer = await list((_, response) =>
      response.end('{"items":[null,1,{"metadata":7},{"__proto__":{}}]}'),
    );
    expect(names(answer)).toHaveLength(4);
  });
});

describe.skipIf(!hasOpenssl && process.env['SEAWORTHY_CI'] !== '1')('TLS (needs openssl)', () => {
  let certificates: TestCertificates;
  let running: RunningServer;
  beforeAll(async () => {
    certificates = makeCertificates(folder);
    const tls = {
      ...certificates.server,
      ca: certificates.ca,
      requestCert: true,
      rejectUnauthorized: false,
    };
    running = await startServer(
      (request, response) => {
        const { authorized } = request.socket as unknown as { authorized: boolean };
        response.writeHead(authorized ? 200 : 401);
        response.end('{"gitVersion":"v1.35.2"}');
      },
      { tls },
    );
  });
  afterAll(() => running.close());
  const ask = async (more: object) => {
    const api = connectCluster(
      {
        server: new URL(running.origin),
        authority: certificates.ca,
        serverName: null,
        verify: true,
        certificate: null,
        key: null,
        authorization: null,
        ...more,
      },
      { pace },
    );
    try {
      return await api.version();
    } finally {
      api.close();
    }
  };

  test('a client certificate is shown', async () => {
    const { cert, key } = certificates.client;
    expect(await ask({ certificate: cert, key })).toBe('v1.35.2');
    await expect(ask({})).rejects.toThrow('refuses the credential');
  });

  test('only the authority of the cluster is believed, under the name that was asked for', async () => {
    await expect(ask({ authority: null })).rejects.toThrow('not of the authority');
    await expect(ask({ serverName: 'other.test' })).rejects.toThrow('another name');
    await expect(ask({ serverName: 'other.test', verify: false })).rejects.toThrow('refuses');
  });
});

describe('dumps', () => {
  const dump = (files: Readonly<Record<string, string>>) => {
    const place = mkdtempSync(join(folder, 'dump-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(place, name, '..'), { recursive: true });
      writeFileSync(join(place, name), text);
    }
    const only = Object.keys(files).length === 1 ? Object.keys(files)[0] : undefined;
    return readDump(only === undefined ? place : join(place, only));
  };
  const count = (answer: ReturnType<typeof dump>, kind: string): unknown => {
    const facts = answer.kinds.get(kind);
    return facts?.kind === 'known' ? facts.objects.length : facts?.kind;
  };
  const pod = '{"kind":"Pod","metadata":{"name":"a"}}';

  test('a list as YAML, item by item: one that is broken hides no other', () => {
    const text =
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n    note: |\n      - x\n      kind: y\n- kind: Pod\n  metadata: [\n- kind: Node\nkind: List\nmetadata:\n  resourceVersion: ""\n';
    const answer = dump({ 'all.yaml': text });
    expect([count(answer, 'Pod'), count(answer, 'Node'), count(answer, 'Role')]).toEqual([
      1,
      1,
      'unknown',
    ]);
    expect(answer.unknowns).toHaveLength(1);
  });

  test('a list as JSON, documents in YAML, a PodList without kinds', () => {
    expect(count(dump({ 'a.json': `{"kind":"List","items":[${pod}]}` }), 'Pod')).toBe(1);
    expect(count(dump({ 'a.yaml': 'kind: Pod\n---\nkind: Pod\n' }), 'Pod')).toBe(2);
    expect(count(dump({ 'a.json': '{"kind":"PodList","items":[{"metadata":{}}]}' }), 'Pod')).toBe(
      1,
    );
    expect(count(dump({ 'a.json': '{"kind":"PodList","items":null}' }), 'Pod')).toBe(0);
  });

  test('cluster-info dump: a folder, and a stream with logs in it', () => {
    const many = dump({
      'nodes.json': '{"kind":"NodeList","items":[{}]}',
      'shop/pods.json': `{"kind":"PodList","items":[${pod}]}`,
      'networkpolicies.json': '{"kind":"List","items":[]}',
      'version.json': '{"serverVersion":{"gitVersion":"v1.33.1"}}',
      'shop/web/logs.txt': 'kind: Pod',
    });
    expect([count(many, 'Node'), count(many, 'Pod'), count(many, 'NetworkPolicy')]).toEqual([
      1, 1, 0,
    ]);
    expect(many.version).toBe('v1.33.1');
    const list =
      '{\n    "kind": "PodList",\n    "items": [\n        {\n            "metadata": {}\n        }\n    ]\n}\n';
    const stream = `${list}==== START logs for container a of pod b ====\n{\n    "kind": "Node"\n}\n==== END logs for container a ====\n${list}`;
    const streamed = dump({ 'dump.json': stream });
    expect([count(streamed, 'Pod'), count(streamed, 'Node')]).toEqual([2, 'unknown']);
  });

  test('what is no dump is told', () => {
    expect(dump({ 'a.json': '{' }).unknowns).toHaveLength(1);
    expect(() => readDump(join(folder, 'absent'))).toThrow('is not there');
  });
});
