import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPatch } from '../../test/json-patch.ts';
import {
  type Answer,
  judge,
  newestMinor,
  noWaivers,
  type Policy,
  profileIds,
  readManifest,
  subjectsOf,
} from './index.ts';

const policy: Policy = {
  profiles: ['restricted', 'hardening'],
  minor: newestMinor,
  waivers: noWaivers,
  onUnknown: 'deny',
};

function answersTo(text: string, more: Partial<Policy> = {}): Answer[] {
  return readManifest(text).flatMap((document) => {
    if (document.kind === 'unreadable') throw new Error(document.reason);
    return (subjectsOf(document.value) ?? []).map((subject) =>
      judge(subject, { ...policy, ...more }, document.lineAt),
    );
  });
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            privileged: true
      initContainers:
        - name: init
          image: init:1
          securityContext: {capabilities: {add: [SYS_TIME]}}
`;

test('a reason has its exact place, line, value, message and patch', () => {
  const [answer] = answersTo(deployment, { profiles: ['baseline'] });
  expect(answer?.decision).toBe('deny');
  expect(answer?.subject).toMatchObject({ kind: 'Deployment', name: 'shop', line: 1 });
  expect(answer?.reasons).toMatchObject([
    {
      control: 'privileged',
      severity: 'critical',
      path: 'spec.template.spec.containers[0].securityContext.privileged',
      line: 12,
      value: true,
      message: 'container "web" must not set securityContext.privileged=true',
      patch: [
        {
          op: 'replace',
          path: '/spec/template/spec/containers/0/securityContext/privileged',
          value: false,
        },
      ],
      container: 'web',
      image: 'web:1',
    },
    {
      control: 'capabilities_baseline',
      path: 'spec.template.spec.initContainers[0].securityContext.capabilities.add[0]',
      line: 16,
      value: 'SYS_TIME',
    },
  ]);
});

test('the patch of a list leads to its items', () => {
  const list = `apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap}
  - {apiVersion: v1, kind: Pod, spec: {hostPID: true, containers: [{name: a, image: a}]}}
`;
  const [document] = readManifest(list);
  const [, answer] = answersTo(list, { profiles: ['baseline'] });
  expect(answer?.reasons[0]?.path).toBe('items[1].spec.hostPID');
  const value = document?.kind === 'read' ? document.value : null;
  const patched = JSON.stringify(applyPatch(value, answer?.patch ?? []));
  expect(answersTo(patched, { profiles: ['baseline'] }).map(({ decision }) => decision)).toEqual([
    'allow',
    'allow',
  ]);
});

test('what is of the wrong type is told and decided, not passed', () => {
  const text = `apiVersion: v1
kind: Pod
spec:
  hostNetwork: "maybe"
  containers:
    - {name: a, image: a, securityContext: {privileged: {}}}
`;
  const [answer] = answersTo(text, { profiles: ['baseline'] });
  expect(answer?.decision).toBe('deny');
  expect(answer?.reasons).toEqual([]);
  expect(answer?.unknowns.map(({ path, line }) => [path, line])).toEqual([
    ['spec.hostNetwork', 4],
    ['spec.containers[0].securityContext.privileged', 6],
  ]);
  expect(answersTo(text, { profiles: ['baseline'], onUnknown: 'warn' })[0]?.decision).toBe('warn');
});

test('a credential is not told', () => {
  const text =
    'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: a, env: [{name: TOKEN, value: s3cr3t-value}]}]}';
  const answers = answersTo(text);
  expect(answers[0]?.reasons.map(({ control }) => control)).toContain('environment-secret');
  expect(JSON.stringify(answers)).not.toContain('s3cr3t');
});

describe('modes', () => {
  const modest = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: "a:1"}]}
`;
  test.each([
    ['baseline', 'allow'],
    ['recommended', 'warn'],
    ['restricted', 'deny'],
    ['hardening', 'warn'],
  ] as const)('%s: a Pod that says nothing is answered with %s', (profile, decision) => {
    expect(answersTo(modest, { profiles: [profile] })[0]?.decision).toBe(decision);
  });

  test('of several profiles the strictest counts', () => {
    const [answer] = answersTo(modest, { profiles: ['recommended', 'restricted'] });
    expect(answer?.decision).toBe('deny');
  });
});

describe('hostile objects', () => {
  test('ten thousand containers: bounded, decided, counted', () => {
    const containers = Array.from({ length: 20_000 }, () => ({ image: 'a' }));
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec: { containers } });
    const [answer] = answersTo(text);
    expect(answer?.decision).toBe('deny');
    expect(answer?.reasons.length).toBeLessThanOrEqual(500);
    expect(answer?.moreReasons).toBeGreaterThan(10_000);
    expect(answer?.unknowns[0]?.reason).toContain('20000 items');
  });

  test('a name of a megabyte, repeated by aliases, is cut', () => {
    const item = '- {name: *n, image: *n}\n';
    const text = `apiVersion: v1\nkind: Pod\nx: &n ${'n'.repeat(1e6)}\nspec:\n  containers:\n  ${item.repeat(200).trim().replaceAll('\n', '\n  ')}\n`;
    expect(JSON.stringify(answersTo(text)).length).toBeLessThan(5e6);
  });

  test('keys of objects are no members of prototypes', () => {
    const spec = '{"containers":[{"name":"a","image":"a"}],"__proto__":{"hostPID":true}}';
    const text = `{"apiVersion":"v1","kind":"Pod","spec":${spec}}`;
    expect(answersTo(text, { profiles: ['baseline'] })[0]?.decision).toBe('allow');
    expect(answersTo('{"apiVersion":"v1","kind":"constructor"}')[0]?.passedOver).toContain(
      'no con',
    );
  });

  const names = ['securityContext', 'containers', 'name', 'image', 'env', 'ports', 'privileged'];
  const more = ['capabilities', 'add', 'volumes', 'hostPath', 'sysctls', 'items', 'os', 'template'];
  const key = fc.oneof(
    fc.constantFrom(...names, ...more, 'spec', 'metadata', 'annotations'),
    fc.string(),
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(null, true, false, 0, -1, 1.5, '', 'yes', 'ALL', '/etc', 'Unconfined'),
      fc.string(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    ),
  })).value;

  test('random objects never throw; a Pod that cannot be read is never allowed', () => {
    const kinds = fc.constantFrom('Pod', 'Deployment', 'CronJob', 'List', 'Widget');
    fc.assert(
      fc.property(kinds, anything, anything, (kind, spec, other) => {
        const object = {
          apiVersion: 'v1',
          kind,
          spec,
          metadata: other,
          items: other,
          template: spec,
        };
        for (const profile of profileIds) {
          for (const subject of subjectsOf(object) ?? []) {
            const answer = judge(subject, { ...policy, profiles: [profile] }, () => null);
            JSON.stringify(answer);
            if (answer.unknowns.length > 0) expect(answer.decision).toBe('deny');
            applyPatch(object, answer.patch);
          }
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  test('random fields of a container never throw, and patches always fit', () => {
    fc.assert(
      fc.property(anything, anything, anything, (container, securityContext, volume) => {
        const spec = {
          securityContext,
          volumes: [volume],
          containers: [container, { name: 'a', image: 'a', securityContext }],
        };
        const object = { apiVersion: 'v1', kind: 'Pod', spec };
        for (const subject of subjectsOf(object) ?? []) {
          applyPatch(object, judge(subject, policy, () => null).patch);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
