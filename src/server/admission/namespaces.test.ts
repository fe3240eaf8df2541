// Reviews whose policies ask for labels of the namespace: known, not known, and never asked.
import { request } from 'node:https';
import { afterAll, expect, test } from 'vitest';
import { makeAuthority, makeServing } from '../../base/certificate.ts';
import { needsNamespaces, policyWith, readGatePolicy } from '../../flow/gate-policy.ts';
import { newestMinor, noWaivers } from '../../policy/index.ts';
import { type AdmissionNamespaces, type AdmissionServer, startAdmission } from './index.ts';

const today = new Date();
const authority = makeAuthority('test', 1, today);
const serving = makeServing(authority, { names: ['localhost'], days: 1, now: today });

const policyText = (spec: string): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  ${spec}
`;
const selector = policyText(`matchConstraints:
    namespaceSelector: {matchLabels: {env: prod}}
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}]
  validations: [{expression: 'false', message: not in production}]`);
const expression = policyText(`matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}]
  matchConditions: [{name: prod, expression: "namespaceObject.metadata.labels.env == 'prod'"}]
  validations: [{expression: 'false', message: not in production}]`);
const byName = policyText(`matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
  validations: [{expression: 'true'}]`);

const running: AdmissionServer[] = [];
afterAll(async () => {
  for (const one of running) await one.close();
});

const asked: string[] = [];
const cluster: AdmissionNamespaces = {
  find: async (name) => {
    asked.push(name);
    if (name === 'lost') return { kind: 'unknown', reason: 'the API server is away' };
    const labels = { env: name === 'shop' ? 'prod' : 'test' };
    return { kind: 'known', namespace: { metadata: { name, labels } } };
  },
};

async function serve(text: string, namespaces: AdmissionNamespaces | null) {
  const gate = readGatePolicy([{ file: 'p.yaml', text }], today);
  const defaults = {
    profiles: [],
    minor: newestMinor,
    onUnknown: 'deny',
    waivers: noWaivers,
  } as const;
  const server = await startAdmission({
    host: '127.0.0.1',
    port: 0,
    certificate: serving.certificate,
    key: serving.key,
    policy: (known) => policyWith(gate, defaults, { known, now: today }),
    images: null,
    asksImages: () => false,
    namespaces,
    asksNamespaces: () => needsNamespaces(gate),
    pins: false,
    failMode: 'Fail',
    exempt: new Set(),
    deadlineMs: 1000,
    recordFile: null,
    certificateEnd: () => null,
    now: () => today,
    clockMs: () => performance.now(),
    warn: () => undefined,
  });
  running.push(server);
  return server;
}

function call({ port }: AdmissionServer, path: string, body: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const one = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.certificate,
        port,
        path,
        method: body === null ? 'GET' : 'POST',
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(text));
      },
    );
    one.on('error', reject);
    one.end(body ?? undefined);
  });
}

interface Reply {
  readonly allowed: boolean;
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

async function review(server: AdmissionServer, namespace: string): Promise<Reply> {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace },
    spec: { containers: [{ name: 'a', image: 'a:1' }] },
  };
  const body = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace,
      object,
    },
  };
  const text = await call(server, '/validate', JSON.stringify(body));
  return (JSON.parse(text) as { response: Reply }).response;
}

test.each([
  ['a selector', selector],
  ['an expression', expression],
])('%s asks for labels of the namespace', async (_, text) => {
  const server = await serve(text, cluster);
  expect(await review(server, 'shop')).toMatchObject({ allowed: false });
  expect(await review(server, 'play')).toMatchObject({ allowed: true });
});

test('what is not known selects, is said and is counted', async () => {
  const server = await serve(selector, cluster);
  const lost = await review(server, 'lost');
  expect(lost.allowed).toBe(false);
  expect(lost.auditAnnotations['namespace-unknown']).toBe('the API server is away');
  expect(await call(server, '/metrics', null)).toContain('seaworthy_gate_namespaces_unknown 1');
});

test('without the cluster it says so', async () => {
  const server = await serve(selector, null);
  const answer = await review(server, 'play');
  expect(answer.allowed).toBe(false);
  expect(answer.auditAnnotations['namespace-unknown']).toContain('--namespaces');
});

test('policies that ask for the name alone ask nobody', async () => {
  asked.length = 0;
  const server = await serve(byName, cluster);
  const answer = await review(server, 'play');
  expect(answer.allowed).toBe(true);
  expect(answer.auditAnnotations['namespace-unknown']).toBeUndefined();
  expect(asked).toEqual([]);
});
