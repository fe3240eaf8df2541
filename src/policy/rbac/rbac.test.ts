import { describe, expect, test } from 'vitest';
import { stringField } from '../../base/json.ts';
import { subjectsOf } from '../subject.ts';
import { rbacControls, rbacInquiry, rightsOf } from './index.ts';

const inquiry = rbacInquiry(['hardening']);

describe.each(rbacControls.map((control) => [control.id, control] as const))('%s', (_, control) => {
  const found = (object: Readonly<Record<string, unknown>>) =>
    control.check(rightsOf(object, stringField(object, 'kind') ?? 'ClusterRole', 'r'));

  test.each(control.fails)('fails %j', (object) => {
    expect(found(object).length).toBeGreaterThan(0);
  });

  test.each(control.passes)('passes %j', (object) => {
    expect(found(object)).toEqual([]);
  });
});

test('a role is judged as an object, with the place of its rule', () => {
  const [subject] = subjectsOf({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'r' },
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['list'] },
    ],
  })!;
  const { isAsked, objections } = inquiry(subject!, null);
  expect(isAsked).toBe(true);
  expect(objections.map(({ about, mode, fault }) => [about.id, mode, fault.path])).toEqual([
    ['rbac-secrets', 'deny', ['rules', 1]],
  ]);
});

test('strange roles are no trouble', () => {
  for (const rules of [null, 7, [null, 3, { verbs: 'x', resources: [1, {}] }]]) {
    const [subject] = subjectsOf({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      rules,
    })!;
    expect(inquiry(subject!, null).objections).toEqual([]);
  }
});

test('kinds of other groups are not ours', () => {
  const [subject] = subjectsOf({ apiVersion: 'iam.example/v1', kind: 'Role' })!;
  expect(inquiry(subject!, null).isAsked).toBe(false);
});
