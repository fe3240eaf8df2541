// Workloads out of labels and namespaces: defaults, the user's mapping, and strange mappings.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContainerIdentity } from '../../model/container.ts';
import { parseWorkloadMapping, workloadOf } from './index.ts';
import { matchPattern, parsePattern } from './workload.ts';

function identityOf(
  labels: Readonly<Record<string, string>>,
  namespace: string | null = null,
): ContainerIdentity {
  return {
    id: 'a'.repeat(64),
    engine: 'docker',
    name: 'shop-api-1',
    image: { reference: 'registry.example/team-blue/api:1', id: null, digest: null },
    labels: new Map(Object.entries(labels)),
    mounts: [],
    capabilities: null,
    privileged: null,
    network: { mode: null, addresses: [], ports: [] },
    user: null,
    command: null,
    pidMode: null,
    pod: namespace === null ? null : { name: 'p', namespace, uid: null },
    createdAtNs: null,
  };
}

const nobody = { user: null, team: null, application: null, environment: null };

describe('defaults', () => {
  test.each([
    ['nothing', {}, null, nobody],
    ['Compose', { 'com.docker.compose.project': 'shop' }, null, { ...nobody, application: 'shop' }],
    [
      'Kubernetes',
      { 'app.kubernetes.io/part-of': 'shop', 'app.kubernetes.io/name': 'api', team: 'blue' },
      'shop-prod',
      { user: null, team: 'blue', application: 'shop', environment: 'production' },
    ],
    [
      'our own labels win',
      { app: 'x', 'seaworthy.application': 'y', owner: 'ann' },
      null,
      {
        ...nobody,
        user: 'ann',
        application: 'y',
      },
    ],
    ['a namespace that is an environment', {}, 'QA', { ...nobody, environment: 'test' }],
    ['a namespace that is none', {}, 'kube-system', nobody],
    ['blanks are nothing', { app: '  ', team: '' }, null, nobody],
    ['a text is no name', { app: 'x'.repeat(300) }, null, nobody],
    ['no inherited members', {}, 'constructor', nobody],
  ] as const)('%s', (_, labels, namespace, expected) => {
    expect(workloadOf(identityOf(labels, namespace))).toEqual(expected);
  });
});

test('a mapping of the user’s own', () => {
  const parsed = parseWorkloadMapping(`
workload:
  team:
    - namespace: "{value}-*"
    - image: "*/team-{value}/*"
  application:
    - label: name
      pattern: "svc.{value}"
    - defaults
  environment:
    - label: stage
      values:
        production: [prod, live]
        Test: test
    - value: lab
`);
  if (!parsed.ok) throw new Error(parsed.reason);
  const of = (labels: Readonly<Record<string, string>>, namespace: string | null = null) =>
    workloadOf(identityOf(labels, namespace), parsed.mapping);
  expect(of({ owner: 'ann', name: 'svc.cart', stage: 'LIVE' }, 'red-shop')).toEqual({
    user: 'ann',
    team: 'red',
    application: 'cart',
    environment: 'production',
  });
  expect(of({ name: 'cart', app: 'till', stage: 'moon' })).toEqual({
    user: null,
    team: 'blue',
    application: 'till',
    environment: 'lab',
  });
});

test.each([
  ['a: [', /./],
  ['team: [x]', /has no `workload:`/],
  ['workload: {squad: [x]}', /squad is none of/],
  ['workload: {team: [{colour: x}]}', /workload.team\[0\] needs one of/],
  ['workload: {team: [a, {label: x, patern: y}]}', /workload.team\[1\] has `patern`/],
  ['workload: {team: [{namespace: team}]}', /needs one \{value\} in "team"/],
  ['workload: {team: [{label: ""}]}', /needs a text for label/],
])('a mapping that cannot be used says where: %s', (text, reason) => {
  const parsed = parseWorkloadMapping(text);
  expect(parsed).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

describe('patterns', () => {
  test.each([
    ['{value}', 'shop', 'shop'],
    ['team-{value}', 'team-blue', 'blue'],
    ['team-{value}', 'blue', null],
    ['{value}-prod', 'shop-prod', 'shop'],
    ['{value}-prod', 'shop-test', null],
    ['{value}-*', 'a-b-c', 'a'],
    ['*-{value}', 'a-b-c', 'b-c'],
    ['*/{value}/*', 'host/team/app/x', 'team'],
    ['*/{value}/*.tgz', 'host/team/app', null],
    ['{value}*', 'shop', 'shop'],
    ['a{value}a', 'a', null],
    ['{value}-*-x', 'a-x', null],
  ])('%s on %s', (pattern, text, expected) => {
    const parsed = parsePattern(pattern);
    if (parsed === null) throw new Error('no pattern');
    expect(matchPattern(parsed, text)).toBe(expected);
  });

  test('never throw, and give a part of the text', () => {
    const pieces = fc.constantFrom('*', 'a', '-', '{value}', 'b');
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 8 }),
        fc.string({ maxLength: 40 }),
        (parts, text) => {
          const parsed = parsePattern(parts.join(''));
          const value = parsed === null ? null : matchPattern(parsed, text);
          if (value !== null) expect(text).toContain(value);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
