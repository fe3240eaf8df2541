// What an account may do, asked of a server that takes no other question than the API's own form.
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../test/http-server.ts';
import {
  hasOpenssl,
  makeCertificates,
  type TestCertificates,
} from '../../../test/tls-certificates.ts';
import { realPace } from '../../base/retry.ts';
import { connectCluster } from './index.ts';

const rulesPath = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const selfPath = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: { readonly namespace?: string };
}

/** As kube-apiserver refuses: a Status object. */
function refuse(response: ServerResponse, code: number, reason: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code }),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Checks method, credential, media type, group, version, kind and spec, each with the server's own code. */
async function apiServer(
  request: IncomingMessage,
  response: ServerResponse,
  answers: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = await bodyOf(request);
  const { method, url = '', headers } = request;
  if (headers.authorization !== 'Bearer t') return refuse(response, 401, 'Unauthorized');
  const kind = url === rulesPath ? 'SelfSubjectRulesReview' : 'SelfSubjectReview';
  if (url !== rulesPath && url !== selfPath) return refuse(response, 404, 'NotFound');
  if (method !== 'POST') return refuse(response, 405, 'MethodNotAllowed');
  if (headers['content-type'] !== 'application/json') {
    return refuse(response, 415, 'UnsupportedMediaType');
  }
  if (Number(headers['content-length']) !== Buffer.byteLength(text)) {
    return refuse(response, 400, 'BadRequest');
  }
  const review = JSON.parse(text) as Review;
  const group = url === rulesPath ? 'authorization.k8s.io/v1' : 'authentication.k8s.io/v1';
  if (review.apiVersion !== group || review.kind !== kind) {
    return refuse(response, 400, 'BadRequest');
  }
  const namespace = review.spec?.namespace ?? '';
  if (url === rulesPath && namespace === '') return refuse(response, 400, 'BadRequest');
  const status = answers[url === rulesPath ? namespace : 'self'];
  if (status === undefined) return refuse(response, 404, 'NotFound');
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ...review, metadata: {}, status }));
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-rights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasOpenssl && process.env['SEAWORTHY_CI'] !== '1')('TLS (needs openssl)', () => {
  let certificates: TestCertificates;
  let running: RunningServer | null = null;
  beforeAll(() => {
    certificates = makeCertificates(folder);
  });
  afterEach(async () => {
    await running?.close();
    running = null;
  });

  const ask = async (answers: Readonly<Record<string, unknown>>, token = 't') => {
    running = await startServer((request, response) => void apiServer(request, response, answers), {
      tls: certificates.server,
    });
    const api = connectCluster(
      {
        server: new URL(running.origin),
        authority: certificates.ca,
        serverName: null,
        verify: true,
        certificate: null,
        key: null,
        authorization: `Bearer ${token}`,
      },
      { pace: { ...realPace, sleep: async () => undefined } },
    );
    try {
      return await api.ownRights(['default', 'kube-system']);
    } finally {
      api.close();
    }
  };

  test('rules of each namespace, and who it is', async () => {
    const everything = {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      incomplete: false,
    };
    const nothing = { resourceRules: [], nonResourceRules: [], incomplete: true };
    const self = { userInfo: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins'] } };
    const rule = { resourceNames: [], nonResourceURLs: [] };
    expect(await ask({ default: everything, 'kube-system': nothing, self })).toEqual({
      kind: 'known',
      user: 'kubernetes-admin',
      groups: ['kubeadm:cluster-admins'],
      namespaces: [
        {
          namespace: 'default',
          incomplete: null,
          rules: [
            { ...rule, verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
            {
              ...rule,
              verbs: ['get'],
              apiGroups: [],
              resources: [],
              nonResourceURLs: ['/healthz'],
            },
          ],
        },
        {
          namespace: 'kube-system',
          incomplete: 'an authorizer of the server does not tell its rules',
          rules: [],
        },
      ],
    });
  });

  test('a server before 1.28 does not say who it is', async () => {
    const none = { resourceRules: [], nonResourceRules: [], incomplete: false };
    const answer = await ask({ default: none, 'kube-system': none });
    expect(answer).toMatchObject({ kind: 'known', user: null, groups: [] });
  });

  test.each([
    ['a refused credential', { default: {} }, 'no', 'answers 401'],
    ['a namespace that is refused', {}, 't', 'answers 404'],
  ])('%s is not known', async (_, answers, token, reason) => {
    const answer = await ask(answers, token);
    expect(answer.kind === 'unknown' && answer.reason).toContain(reason);
  });

  test('hostile answers are an answer', async () => {
    for (const status of [null, 7, [], { resourceRules: 'x' }, { resourceRules: [null, [], 1] }]) {
      const answer = await ask({ default: status, 'kube-system': status, self: { userInfo: 1 } });
      expect(['known', 'unknown']).toContain(answer.kind);
      await running?.close();
    }
  });
});
