import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, makeServing } from '../../base/certificate.ts';
import { policyWith, readGatePolicy } from '../../flow/gate-policy.ts';
import { createVerdicts } from '../../flow/gate-verdicts.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import { newestMinor, noWaivers } from '../../policy/index.ts';
import { type AdmissionOptions, type AdmissionServer, startAdmission } from './index.ts';

const now = (): Date => new Date();
const authority = makeAuthority('test', 1, now());
const serving = makeServing(authority, { names: ['localhost'], days: 1, now: now() });
const agent = new Agent({ keepAlive: true, ca: authority.certificate });
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-admission-'));
const recordFile = join(folder, 'decisions.jsonl');
const digest = `sha256:${'a'.repeat(64)}`;

const facts: ImageFacts = {
  reference: '',
  digest,
  createdAt: null,
  user: '65532',
  sbom: true,
  signature: { kind: 'unsigned' },
  scan: { at: '2026-01-01', packages: 1, unknowns: 0, endOfLife: null, system: null, findings: [] },
};
let looks = 0;
const verdicts = createVerdicts({
  nowMs: () => 0,
  async look(reference) {
    looks += 1;
    if (reference.includes('stall')) await new Promise(() => undefined);
    if (reference.includes('broken')) throw new Error('no route');
    return facts;
  },
  resolve: (reference) =>
    Promise.resolve(reference.includes('stall') ? `sha256:${'b'.repeat(64)}` : digest),
  warn: () => undefined,
});
const gate = readGatePolicy(
  [
    {
      file: 'p.yaml',
      text: `apiVersion: seaworthy.dev/v1
kind: Policy
spec: {profiles: [baseline], images: {scanned: true}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-eve}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CONNECT], resources: [pods/exec]}]}
  validations: [{expression: "request.userInfo.username != 'eve'", message: not eve}]
`,
    },
  ],
  now(),
);

function optionsWith(more: Partial<AdmissionOptions>): AdmissionOptions {
  const defaults = {
    profiles: [],
    minor: newestMinor,
    onUnknown: 'deny',
    waivers: noWaivers,
  } as const;
  return {
    host: '127.0.0.1',
    port: 0,
    certificate: serving.certificate,
    key: serving.key,
    policy: (known) => policyWith(gate, defaults, { known, now: now() }),
    images: verdicts,
    asksImages: () => true,
    namespaces: null,
    asksNamespaces: () => false,
    pins: true,
    failMode: 'Fail',
    exempt: new Set(['kube-system']),
    deadlineMs: 50,
    recordFile,
    certificateEnd: () => null,
    now,
    clockMs: () => performance.now(),
    warn: () => undefined,
    ...more,
  };
}

let server: AdmissionServer;
beforeAll(async () => {
  server = await startAdmission(optionsWith({}));
});
afterAll(async () => {
  agent.destroy();
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Reply {
  readonly status: number;
  readonly text: string;
}

async function call(path: string, body: string | null, port = server.port): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const one = request(
      {
        agent,
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        path,
        method: body === null ? 'GET' : 'POST',
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    one.on('error', reject);
    one.end(body ?? undefined);
  });
}

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly message: string };
  readonly warnings?: readonly string[];
  readonly patch?: string;
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

async function review(request_: Record<string, unknown>, path = '/validate'): Promise<Response> {
  const text = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u-1', operation: 'CREATE', namespace: 'shop', name: 'web', ...request_ },
  });
  const reply = await call(path, text);
  expect(reply.status).toBe(200);
  return (JSON.parse(reply.text) as { response: Response }).response;
}

function pod(
  spec: Record<string, unknown>,
  image = 'registry.example/a:1',
): Record<string, unknown> {
  return {
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', uid: 'object-1' },
      spec: { containers: [{ name: 'web', image }], ...spec },
    },
  };
}

describe('reviews', () => {
  test('a good Pod is let through, with the uid of its review', async () => {
    expect(await review(pod({}))).toMatchObject({ uid: 'u-1', allowed: true });
  });

  test('a bad Pod is denied with the reason and the lesson', async () => {
    const { allowed, status, auditAnnotations } = await review(pod({ hostPID: true }));
    expect(allowed).toBe(false);
    expect(status?.message).toContain('hostNamespaces');
    expect(status?.message).toContain('Learn why: seaworthy learn');
    expect(auditAnnotations).toMatchObject({ decision: 'deny', controls: 'hostNamespaces' });
  });

  test('ephemeral containers are judged', async () => {
    const bad = {
      ephemeralContainers: [{ name: 'debug', image: 'a', securityContext: { privileged: true } }],
    };
    const good = pod({});
    const answer = await review({
      ...pod(bad),
      operation: 'UPDATE',
      subResource: 'ephemeralcontainers',
      oldObject: good['object'],
    });
    expect(answer.allowed).toBe(false);
  });

  test('what already runs can be labelled and deleted', async () => {
    const bad = pod({ hostPID: true });
    expect((await review({ ...bad, operation: 'UPDATE', oldObject: bad['object'] })).allowed).toBe(
      true,
    );
    const gone = { ...bad, operation: 'DELETE', object: null, oldObject: bad['object'] };
    expect((await review(gone)).allowed).toBe(true);
  });

  test('exec is judged by policies of users', async () => {
    const exec = (username: string) => ({
      operation: 'CONNECT',
      subResource: 'exec',
      userInfo: { username },
      kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      object: { apiVersion: 'v1', kind: 'PodExecOptions', command: ['sh'] },
    });
    expect((await review(exec('eve'))).status?.message).toContain('not eve');
    expect((await review(exec('ann'))).allowed).toBe(true);
  });

  test('exempt namespaces are let through', async () => {
    expect((await review({ ...pod({ hostPID: true }), namespace: 'kube-system' })).allowed).toBe(
      true,
    );
  });

  test('an image that cannot be looked at in time is told, not waited for', async () => {
    const { allowed, status } = await review(pod({}, 'registry.example/stall:1'));
    expect(allowed).toBe(false);
    expect(status?.message).toContain('never scanned');
  });

  test('one look for many reviews of one digest', async () => {
    const before = looks;
    await Promise.all(Array.from({ length: 20 }, () => review(pod({}))));
    expect(looks - before).toBeLessThanOrEqual(1);
  });

  test('pins the images of Pods, and of nothing else', async () => {
    const answer = await review(pod({}), '/mutate');
    const patch: unknown = JSON.parse(Buffer.from(answer.patch ?? '', 'base64').toString());
    expect(patch).toEqual([
      { op: 'replace', path: '/spec/containers/0/image', value: `registry.example/a:1@${digest}` },
    ]);
    const workload = { ...pod({}), kind: { group: 'apps', version: 'v1', kind: 'Deployment' } };
    expect((await review(workload, '/mutate')).patch).toBeUndefined();
  });
});

describe('what is malformed', () => {
  const uid = '"uid":"u-2"';
  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another kind', '{"apiVersion":"admission.k8s.io/v1","kind":"Pod"}'],
    [
      'another version',
      `{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{${uid}}}`,
    ],
    ['no request', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}'],
    ['no uid', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}'],
    [
      'a strange operation',
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{${uid},"operation":"EAT"}}`,
    ],
    [
      'no object',
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{${uid},"operation":"CREATE"}}`,
    ],
    [
      'a list as object',
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{${uid},"operation":"CREATE","object":[1]}}`,
    ],
    ['deep nesting', `{"request":{${uid}},"x":${'['.repeat(50_000)}`],
    ['17 MiB', `{"request":{${uid}},"x":"${'a'.repeat(17 * 1024 * 1024)}"}`],
  ])('%s is decided by the fail mode', async (_, body) => {
    const { status, text } = await call('/validate', body);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ response: { allowed: false } });
    if (body.includes(uid)) expect(text).toContain('"uid":"u-2"');
  });

  test('with the fail mode Ignore it passes, with a warning', async () => {
    const open = await startAdmission(optionsWith({ failMode: 'Ignore', recordFile: null }));
    try {
      const { text } = await call('/validate', '{', open.port);
      const { response } = JSON.parse(text) as { response: Response };
      expect(response.allowed).toBe(true);
      expect(response.warnings?.[0]).toContain('could not decide');
    } finally {
      await open.close();
    }
  });

  test('10 MB objects are decided', async () => {
    const containers = Array.from({ length: 60_000 }, (_, at) => ({
      name: `c${at}`,
      image: `registry.example/a:1`,
      env: [{ name: 'A', value: 'x'.repeat(80) }],
    }));
    const answer = await review(pod({ containers, hostPID: true }));
    expect(answer.allowed).toBe(false);
  });
});

test('health, metrics, other pages', async () => {
  expect((await call('/readyz', null)).status).toBe(200);
  expect((await call('/metrics', null)).text).toMatch(
    /seaworthy_gate_reviews_total\{decision="deny"\} \d+/,
  );
  expect((await call('/other', null)).status).toBe(404);
  expect((await call('/other', '{}')).status).toBe(404);
});

test('the certificate is renewed without a pause', async () => {
  const next = makeServing(authority, { names: ['localhost', 'next'], days: 1, now: now() });
  server.renew(next.certificate, next.key);
  const fresh = new Agent({ ca: authority.certificate });
  const names = await new Promise<string>((resolve, reject) => {
    const one = request(
      { agent: fresh, host: '127.0.0.1', servername: 'next', port: server.port, path: '/healthz' },
      (response) => {
        resolve(
          (
            response.socket as unknown as { getPeerCertificate(): { subjectaltname: string } }
          ).getPeerCertificate().subjectaltname,
        );
        response.resume();
      },
    );
    one.on('error', reject);
    one.end();
  });
  expect(names).toContain('DNS:next');
  fresh.destroy();
});

test('decisions are recorded', async () => {
  await review({ ...pod({}), uid: 'u-last' });
  await expect
    .poll(() =>
      readFileSync(recordFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    )
    .toContainEqual(
      expect.objectContaining({
        uid: 'u-last',
        objectUid: 'object-1',
        decision: 'allow',
        namespace: 'shop',
      }),
    );
});
