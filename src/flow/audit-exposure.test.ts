// The audit of exposed interfaces: servers that speak as the real ones do. Every verdict is seen, and no
// server is asked for more than it may be.
import type * as http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { answers, collect, endAll, running, verdict } from '../../test/exposure-audit.ts';
import { type RunningServer, startServer } from '../../test/http-server.ts';
import { makeAuthority, makeServing } from '../base/certificate.ts';
import { parseExposureTarget } from './audit-exposure.ts';

afterEach(endAll);

interface Page {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that knows some paths; it writes down what it was asked. */
async function pages(
  known: Readonly<Record<string, Page>>,
  tls?: 'tls' | 'client',
): Promise<RunningServer & { readonly asked: string[] }> {
  const asked: string[] = [];
  const listener: http.RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const page = new Map(Object.entries(known)).get(request.url ?? '');
    const guard = new Map(Object.entries(known)).get('host');
    const isForeign = request.headers.host?.includes('rebinding') === true;
    const chosen = isForeign && guard !== undefined ? guard : page;
    response.writeHead(chosen?.status ?? (chosen === undefined ? 404 : 200), chosen?.headers ?? {});
    response.end(chosen?.body ?? '');
  };
  const server = await startServer(listener, tls === undefined ? {} : { tls: certificates(tls) });
  running.push(server);
  return { ...server, asked };
}

function certificates(kind: 'tls' | 'client') {
  const today = new Date();
  const authority = makeAuthority('exposure test', 2, today);
  const { certificate, key } = makeServing(authority, {
    names: ['localhost'],
    days: 1,
    now: today,
  });
  const own = { cert: certificate, key };
  return kind === 'tls'
    ? own
    : { ...own, ca: authority.certificate, requestCert: true, rejectUnauthorized: true };
}

const dockerHeaders = { Server: 'Docker/27.0 (linux)', 'Api-Version': '1.46' };
const dockerPages = {
  '/_ping': { body: 'OK', headers: dockerHeaders },
  '/version': { body: '{"Version":"27.0.1","ApiVersion":"1.46"}', headers: dockerHeaders },
};
const refused = { status: 403, headers: dockerHeaders };
const podList = { body: '{"kind": "PodList", "items": []}' };
const etcdVersion = { body: '{"etcdserver":"3.5.9","etcdcluster":"3.5.0"}' };
const registryHeaders = { 'Docker-Distribution-Api-Version': 'registry/2.0' };
const kubeVersion = { body: '{"gitVersion":"v1.31.0","platform":"linux/amd64"}' };
const status = (reason: string) => `{"kind":"Status","message":"x","reason":"${reason}"}`;

/** A server, and what is said of it. */
const cases: readonly (readonly [
  what: string,
  known: Readonly<Record<string, Page>>,
  tls: 'tls' | 'client' | undefined,
  expected: Readonly<Record<string, string>>,
])[] = [
  [
    'Docker in plain text',
    dockerPages,
    undefined,
    { 'docker.open': 'fail critical', 'docker.rebinding': 'fail high' },
  ],
  [
    'Docker by TLS for everybody',
    dockerPages,
    'tls',
    { 'docker.open': 'fail critical', 'tls.sound': 'pass' },
  ],
  [
    'Docker behind a guard',
    { ...dockerPages, host: { status: 421 } },
    undefined,
    { 'docker.open': 'fail critical', 'docker.rebinding': 'pass' },
  ],
  [
    'Docker that refuses',
    { '/_ping': refused, '/version': refused },
    undefined,
    { 'docker.open': 'pass' },
  ],
  [
    'a kubelet that obeys everybody',
    { '/pods': podList, '/healthz': { body: 'ok' }, '/metrics': { body: 'kubelet_x 1\n' } },
    'tls',
    { 'kubelet.open': 'fail critical', 'kubelet.rebinding': 'fail high' },
  ],
  ['a read-only kubelet', { '/pods': podList }, undefined, { 'kubelet.open': 'fail high' }],
  [
    'a kubelet that takes anonymous',
    {
      '/pods': {
        status: 403,
        body: 'Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource=proxy)',
      },
    },
    'tls',
    { 'kubelet.open': 'fail medium', 'kubelet.rebinding': 'pass' },
  ],
  [
    'etcd in plain text',
    { '/version': etcdVersion, '/health': { body: '{"health":"true"}' } },
    undefined,
    { 'etcd.open': 'fail high', 'etcd.version': 'fail medium', 'etcd.keys': 'unknown' },
  ],
  [
    'etcd by TLS for everybody, mended',
    { '/version': { body: '{"etcdserver":"3.6.9"}' } },
    'tls',
    { 'etcd.open': 'fail high', 'etcd.version': 'pass' },
  ],
  [
    'a registry for everybody',
    {
      '/v2/': { body: '{}', headers: registryHeaders },
      '/v2/_catalog?n=1': { body: '{"repositories":["a"]}' },
    },
    undefined,
    { 'registry.read': 'fail low', 'registry.plain': 'pass' },
  ],
  [
    'a registry that asks',
    {
      '/v2/': {
        status: 401,
        headers: { ...registryHeaders, 'WWW-Authenticate': 'Basic realm="r"' },
      },
    },
    undefined,
    { 'registry.read': 'pass' },
  ],
  [
    'an API server without authentication',
    { '/version': kubeVersion, '/api': { body: '{"kind":"APIVersions"}' } },
    undefined,
    { 'api-server.insecure': 'fail critical', 'api-server.anonymous': 'fail medium' },
  ],
  [
    'an API server as it comes',
    { '/version': kubeVersion, '/api': { status: 403, body: status('Forbidden') } },
    'tls',
    { 'api-server.insecure': 'pass', 'api-server.anonymous': 'fail low' },
  ],
  [
    'an API server that knows no strangers',
    {
      '/version': { status: 401, body: status('Unauthorized') },
      '/api': { status: 401, body: status('Unauthorized') },
    },
    'tls',
    { 'api-server.insecure': 'pass', 'api-server.anonymous': 'pass' },
  ],
  [
    'a dashboard whose login is skipped',
    {
      '/api/v1/login/status': { body: '{"tokenPresent":false,"httpsMode":true}' },
      '/api/v1/login/skippable': { body: '{"skippable":true}' },
    },
    'tls',
    { 'dashboard.open': 'fail critical' },
  ],
  [
    'a dashboard without https',
    { '/api/v1/login/status': { body: '{"tokenPresent":false,"httpsMode":false}' } },
    undefined,
    { 'dashboard.open': 'fail medium' },
  ],
  [
    'a dashboard as it should be',
    {
      '/': { body: '<title>Kubernetes Dashboard</title>' },
      '/api/v1/login/status': { body: '{"httpsMode":true}' },
    },
    'tls',
    { 'dashboard.open': 'pass' },
  ],
  [
    'cAdvisor',
    { '/metrics': { body: '# HELP x\ncontainer_cpu_usage_seconds_total 1\n' } },
    undefined,
    { 'metrics.open': 'fail low' },
  ],
  [
    'Portainer',
    { '/api/status': { body: '{"Version":"2.19","InstanceID":"x"}' } },
    undefined,
    { 'portainer.reachable': 'pass' },
  ],
  [
    'a web page',
    { '/': { body: '<title>Shop</title>' } },
    undefined,
    { 'docker.open': 'not-applicable', 'tls.sound': 'not-applicable' },
  ],
  [
    'a page that names everything',
    { '/': { body: 'Docker kubelet etcd PodList' } },
    undefined,
    { 'docker.open': 'not-applicable', 'etcd.open': 'not-applicable' },
  ],
];

test.each(cases)('%s', async (_, known, tls, expected) => {
  const server = await pages(known, tls);
  const results = await answers([server.host]);
  const said = Object.fromEntries(Object.keys(expected).map((id) => [id, verdict(results, id)]));
  expect(said).toEqual(expected);
  expect(server.asked.every((line) => line.startsWith('GET '))).toBe(true);
});

test('a key of etcd is asked for only with consent', async () => {
  const open = await pages({ '/version': etcdVersion, '/v3/kv/range': { body: '{"kvs":[]}' } });
  expect(verdict(await answers([open.host]), 'etcd.keys')).toBe('unknown');
  expect(open.asked).not.toContain('POST /v3/kv/range');
  expect(verdict(await answers([open.host], true), 'etcd.keys')).toBe('fail critical');
  const shut = await pages({ '/version': etcdVersion, '/v3/kv/range': { status: 401 } });
  expect(verdict(await answers([shut.host], true), 'etcd.keys')).toBe('pass');
});

test('several hosts at once, and one that is not there', async () => {
  const docker = await pages(dockerPages);
  const kubelet = await pages({ '/pods': podList }, 'tls');
  const gone = await pages({});
  await gone.close();
  const { facts, summary } = await collect([docker.host, `localhost:${kubelet.port}`, gone.host]);
  expect(facts.ports.find(({ port }) => port === gone.port)?.state).not.toBe('open');
  expect(new Set(facts.ports.map(({ service }) => service))).toEqual(
    new Set(['docker', 'kubelet', null]),
  );
  expect(summary[0]).toEqual({
    sentence: '1 Docker API can be commanded by everybody who reaches it',
    details: [docker.host],
  });
});

test('strangers are not asked', async () => {
  await expect(collect(['192.0.2.1'])).rejects.toMatchObject({ code: 'usage' });
  await expect(collect(['127.0.0.1', '[2001:db8::1]:2375'])).rejects.toMatchObject({
    code: 'usage',
  });
  await expect(collect(['no-such-name.invalid'])).rejects.toMatchObject({ code: 'not-found' });
});

test.each([
  ['node1', { host: 'node1', port: null }],
  ['10.0.0.5:2375', { host: '10.0.0.5', port: 2375 }],
  ['[::1]:2375', { host: '::1', port: 2375 }],
  ['::1', { host: '::1', port: null }],
  ['[fe80::1]', { host: 'fe80::1', port: null }],
])('%s is a target', (text, target) => {
  expect(parseExposureTarget(text)).toEqual(target);
});

test.each(['', 'http://a', 'a:b', 'a:0', 'a:99999', 'a b', '10.0.0.0/8', 'a:1:2'])(
  '%j is none',
  (text) => {
    expect(() => parseExposureTarget(text)).toThrow('neither HOST nor HOST:PORT');
  },
);
