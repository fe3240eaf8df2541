// AdmissionReview v1: reviews as an API server sends them, each broken at each of its places; every answer
// has the shape that the API server reads, and what cannot be decided is decided by the fail mode.
import { describe, expect, test } from 'vitest';
import { requestProblems, responseProblems } from '../../test/admission-schema.ts';
import { newestMinor, noWaivers, type Policy } from '../policy/index.ts';
import { policyWith, readGatePolicy } from './gate-policy.ts';
import {
  failAnswer,
  judgeRequest,
  pinPatch,
  readReview,
  responseText,
  reviewAnswer,
} from './gate-review.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Place = readonly (string | number)[];

const metadata = {
  name: 'web',
  namespace: 'shop',
  uid: '8b8a2d2e-0000-4000-8000-000000000001',
  creationTimestamp: null,
  labels: { app: 'web' },
};
const container = {
  name: 'web',
  image: 'registry.example/web:1',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  imagePullPolicy: 'IfNotPresent',
};
const pod = (spec: { readonly [key: string]: Json }): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [container], restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', ...spec },
  status: {},
});

/** As the API server writes it, all members included. */
function review(request: { readonly [key: string]: Json }): Json {
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      requestResource: { group: '', version: 'v1', resource: 'pods' },
      name: 'web',
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: { username: 'ann', uid: '1', groups: ['dev'], extra: { 'example/a': ['b'] } },
      object: pod({}),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...request,
    },
  };
}

const bad = pod({ hostPID: true });
const reviews: readonly (readonly [what: string, review: Json, allowed: boolean])[] = [
  ['create', review({}), true],
  ['create what is denied', review({ object: bad }), false],
  ['update', review({ operation: 'UPDATE', object: bad, oldObject: pod({}) }), false],
  ['a label', review({ operation: 'UPDATE', object: bad, oldObject: bad }), true],
  ['delete', review({ operation: 'DELETE', object: null, oldObject: bad, options: null }), true],
  [
    'an ephemeral container',
    review({
      operation: 'UPDATE',
      subResource: 'ephemeralcontainers',
      object: pod({
        ephemeralContainers: [{ ...container, name: 'd', securityContext: { privileged: true } }],
      }),
      oldObject: pod({}),
    }),
    false,
  ],
  [
    'exec',
    review({
      operation: 'CONNECT',
      subResource: 'exec',
      kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
      object: { apiVersion: 'v1', kind: 'PodExecOptions', command: ['sh'], stdin: true },
      options: null,
    }),
    true,
  ],
];

const policy: Policy = policyWith(
  readGatePolicy(
    [
      {
        file: 'p.yaml',
        text: `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-eve}
spec:
  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}]}
  auditAnnotations: [{key: who/asked, valueExpression: request.userInfo.username}]
  validations: [{expression: "request.userInfo.username != 'eve'", message: not eve}]
`,
      },
    ],
    new Date(0),
  ),
  { profiles: ['baseline'], minor: newestMinor, onUnknown: 'deny', waivers: noWaivers },
  { known: () => null, now: new Date(0) },
);

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
}

/** What the webhook does between the body and the answer. */
function answerTo(text: string, mode: 'Fail' | 'Ignore' = 'Fail'): Response {
  const read = readReview(text);
  const isRead = read.kind === 'request';
  const answer = isRead
    ? reviewAnswer(judgeRequest(read.request, policy))
    : failAnswer(mode, read.reason);
  const uid = isRead ? read.request.uid : read.uid;
  const document: unknown = JSON.parse(responseText(uid, answer));
  expect(responseProblems(document)).toEqual([]);
  return (document as { response: Response }).response;
}

describe.each(reviews)('%s', (_, whole, allowed) => {
  test('is a review of the API server, and gets its answer', () => {
    expect(requestProblems(whole)).toEqual([]);
    const { request } = whole as { request: { uid: string } };
    expect(answerTo(JSON.stringify(whole))).toMatchObject({ uid: request.uid, allowed });
  });

  test('broken at each place, it still gets an answer, and is never let through for it', () => {
    let answered = 0;
    for (const place of placesOf(whole)) {
      for (const value of [undefined, null, true, 0, -1.5, '', 'x', [], [null], {}, { x: {} }]) {
        const broken = replaced(whole, place, value);
        const response = answerTo(JSON.stringify(broken));
        answered += 1;
        // What was denied is denied still, save where the fault itself, or who judges it, was taken out.
        if (!allowed && response.allowed) expect(place.join('.')).toMatch(harmless);
      }
    }
    expect(answered).toBeGreaterThan(300);
  });
});

/** Places that hold the fault, say what kind of object it is, or what is done with it. */
const harmless =
  /^request\.(?:object(?:\.(?:kind|spec(?:\.(?:hostPID|ephemeralContainers(?:\.0(?:\.securityContext(?:\.privileged)?)?)?))?))?)?$|^request\.operation$/;

test('with the fail mode Ignore a broken review passes with a warning, in the right shape', () => {
  for (const text of ['', '{', '[]', 'null', '{"request":{"uid":"u"}}', '\u0000', '"a"']) {
    expect(answerTo(text, 'Ignore').allowed).toBe(true);
    expect(answerTo(text, 'Fail').allowed).toBe(false);
  }
});

test('cut anywhere, it is malformed and decided by the fail mode, with its uid where that is there', () => {
  const text = JSON.stringify(review({}));
  for (let length = 0; length < text.length; length += 7) {
    const { uid, allowed } = answerTo(text.slice(0, length));
    expect(allowed).toBe(false);
    if (length > 140) expect(uid).toBe('705ab4f5-6393-11e8-b7cc-42010a800002');
  }
});

test('pins are a patch in the right shape', () => {
  const read = readReview(JSON.stringify(review({})));
  if (read.kind !== 'request') throw new Error(read.reason);
  const patch = pinPatch(read.request, () => `sha256:${'a'.repeat(64)}`);
  const answer = { allowed: true, message: '', warnings: [], annotations: { pinned: '1' }, patch };
  expect(responseProblems(JSON.parse(responseText('u', answer)))).toEqual([]);
});

test('the schema is no rubber stamp', () => {
  const right = JSON.parse(responseText('u', failAnswer('Fail', 'x'))) as { response: object };
  const wrong: readonly object[] = [
    { ...right.response, allowed: 'false' },
    { ...right.response, warnings: ['x'.repeat(300)] },
    { ...right.response, auditAnnotations: { 'a/b': 'c' } },
    { ...right.response, patch: 'e30=' },
    { ...right.response, status: undefined },
    { ...right.response, why: 'x' },
  ];
  for (const response of wrong) {
    const document: unknown = JSON.parse(JSON.stringify({ ...right, response }));
    expect(responseProblems(document)).not.toEqual([]);
  }
  expect(
    requestProblems({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' }),
  ).not.toEqual([]);
});

function placesOf(value: Json, place: Place = []): readonly Place[] {
  const own: readonly Place[] = place.length === 0 ? [] : [place];
  if (value === null || typeof value !== 'object') return own;
  const entries = Array.isArray(value)
    ? value.map((one: Json, at): readonly [number, Json] => [at, one])
    : Object.entries(value as { readonly [key: string]: Json });
  return [...own, ...entries.flatMap(([key, one]) => placesOf(one, [...place, key]))];
}

/** A copy with another value at a place; undefined takes the member out. */
function replaced(value: Json, place: Place, other: Json | undefined): Json {
  const [key, ...rest] = place;
  if (key === undefined) return other ?? null;
  const copy: unknown = Array.isArray(value) ? [...value] : { ...(value as object) };
  const box = copy as Record<string | number, Json>;
  if (rest.length > 0) box[key] = replaced(box[key] ?? null, rest, other);
  else if (other !== undefined) box[key] = other;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete box[key];
  return copy as Json;
}
