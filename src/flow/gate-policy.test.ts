import { describe, expect, test } from 'vitest';
import { compilerFor, meterOf, policyCost, toCel } from '../policy/cel/index.ts';
import { type ImageFacts, imageControls } from '../policy/image/index.ts';
import { newestMinor, noWaivers, readWaivers } from '../policy/index.ts';
import { type GateAnswer, gateSource } from './gate.ts';
import { baselineText } from './gate-baseline.ts';
import { exemptNamespaces, gateManifests } from './gate-manifests.ts';
import { needsImages, policyWith, readGatePolicy } from './gate-policy.ts';
import { readRecord, unrecorded } from './gate-record.ts';
import { runGateTests } from './gate-test.ts';

const now = new Date('2026-11-22T00:00:00Z');
const defaults = {
  profiles: ['baseline'],
  minor: newestMinor,
  onUnknown: 'deny',
  waivers: noWaivers,
} as const;

function policyText(spec: string): string {
  return `apiVersion: seaworthy.dev/v1\nkind: Policy\nspec: ${spec}\n`;
}

function answers(
  spec: string,
  image: string,
  facts: Partial<ImageFacts> | null = null,
): readonly GateAnswer[] {
  const gate = readGatePolicy([{ file: 'p.yaml', text: policyText(spec) }], now);
  const known = (): ImageFacts | null =>
    facts === null ? null : { ...whole, reference: image, ...facts };
  const policy = policyWith(gate, defaults, { known, now });
  const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: web\n      image: "${image}"\n`;
  return gateSource({ file: 'a.yaml', text, reason: null, isNamed: true }, policy);
}

const whole: ImageFacts = {
  reference: '',
  digest: null,
  createdAt: '2026-11-01T00:00:00Z',
  user: 'app',
  sbom: true,
  signature: { kind: 'verified', by: ['ci'] },
  scan: {
    at: '2026-11-21T00:00:00Z',
    packages: 3,
    unknowns: 0,
    endOfLife: null,
    system: 'x',
    findings: [],
  },
};
const critical = {
  id: 'CVE-1',
  severity: 'critical',
  package: 'p',
  fixed: true,
  exploited: true,
} as const;

describe('requirements of images', () => {
  const scanned = { ...whole.scan!, findings: [critical] };
  test.each<[string, string, Partial<ImageFacts> | null, string]>([
    ['{images: {trusted: [registry.example/**]}}', 'docker.io/a', null, 'image-registry'],
    ['{images: {trusted: [registry.example/**]}}', 'registry.example//a', null, 'image-registry'],
    [
      '{images: {trusted: [registry.example/**]}}',
      'registry.example.evil/a',
      null,
      'image-registry',
    ],
    ['{images: {pinned: true}}', 'a:1', null, 'image-pinned'],
    ['{images: {signed: true}}', 'a:1', { signature: { kind: 'unsigned' } }, 'image-signed'],
    [
      '{images: {signed: true}}',
      'a:1',
      { signature: { kind: 'refused', reason: 'x' } },
      'image-signed',
    ],
    ['{images: {maxSeverity: high}}', 'a:1', { scan: scanned }, 'image-findings'],
    ['{images: {noExploited: true}}', 'a:1', { scan: scanned }, 'image-exploited'],
    ['{images: {maxAgeDays: 10}}', 'a:1', {}, 'image-age'],
    ['{images: {scanned: true}}', 'a:1', null, 'image-scanned'],
    ['{images: {notRoot: true}}', 'a:1', { user: '0:0' }, 'image-root'],
    [
      '{images: {supportedBase: true}}',
      'a:1',
      { scan: { ...scanned, endOfLife: '2025-01-01' } },
      'image-base',
    ],
    ['{images: {sbom: true}}', 'a:1', { sbom: false }, 'image-sbom'],
  ])('%s: %s is refused', (spec, image, facts, control) => {
    const [answer] = answers(spec, image, facts);
    expect(answer?.decision).toBe('deny');
    expect(answer?.reasons).toContainEqual(
      expect.objectContaining({ control, path: 'spec.containers[0].image', line: 7 }),
    );
    expect(imageControls.map(({ id }) => id)).toContain(control);
  });

  test.each([
    [
      '{images: {trusted: [registry.example/**], pinned: true, signed: true, maxSeverity: high, noExploited: true, maxAgeDays: 30, scanned: true, notRoot: true, supportedBase: true, sbom: true}}',
    ],
    ['{images: {maxSeverity: high, exempt: ["registry.example/**"]}}'],
  ])('%s: a good image passes', (spec) => {
    expect(answers(spec, 'registry.example/a@sha256:1', {})[0]?.decision).toBe('allow');
  });

  test.each([
    '{images: {maxSeverity: high}}',
    '{images: {signed: true}}',
    '{images: {notRoot: true}}',
    '{images: {maxAgeDays: 3}}',
  ])('%s: what is not known is an unknown', (spec) => {
    const [answer] = answers(spec, 'a:1');
    expect(answer).toMatchObject({ decision: 'deny', reasons: [] });
    expect(answer?.unknowns).toHaveLength(1);
    expect(answers(spec.replace('{', '{onUnknown: warn, '), 'a:1')[0]?.decision).toBe('warn');
  });

  test('who has to look is known beforehand', () => {
    const asks = (spec: string): boolean =>
      needsImages(readGatePolicy([{ file: 'p', text: policyText(spec) }], now));
    expect(asks('{images: {pinned: true, trusted: [a]}}')).toBe(false);
    expect(asks('{images: {maxSeverity: low}}')).toBe(true);
  });
});

describe('policies that are refused', () => {
  test.each([
    ['{profile: [baseline]}', 'has no "profile"'],
    ['{profiles: [strict]}', 'profiles knows recommended'],
    ['{images: {signd: true}}', 'has no "signd"'],
    ['{images: {signed: yes please}}', 'signed is true or false'],
    ['{images: {maxSeverity: awful}}', 'images knows critical'],
    ['{images: {maxAgeDays: soon}}', 'number of days'],
    ['{onUnknown: maybe}', 'onUnknown knows'],
    ['{waivers: [{control: a}]}', 'a waiver needs reason'],
    ['{kubernetesVersion: 2.0}', '2 is not a version'],
  ])('%s', (spec, message) => {
    expect(() => readGatePolicy([{ file: 'p.yaml', text: policyText(spec) }], now)).toThrow(
      message,
    );
  });

  test.each([
    ['', 'holds no policy'],
    ['a: [', 'p.yaml'],
    [policyText('{}') + '---\n' + policyText('{}'), 'a second Policy'],
    ['apiVersion: v1\nkind: ConfigMap\n', 'holds no policy'],
  ])('%j', (text, message) => {
    expect(() => readGatePolicy([{ file: 'p.yaml', text }], now)).toThrow(message);
  });
});

test('a baseline waives exactly what is wrong', () => {
  const spec = '{profiles: [restricted], images: {pinned: true}}';
  const before = answers(spec, 'registry.example/a:1');
  const text = baselineText(before, { owner: 'me', expires: '2027-01-01', reason: 'old' }) ?? '';
  const gate = readGatePolicy([{ file: 'p.yaml', text: policyText(spec) }], now);
  const waivers = readWaivers(text, 'w.yaml', now);
  const policy = policyWith(gate, { ...defaults, waivers }, { known: () => null, now });
  const pod = (image: string, more = ''): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {${more}containers: [{name: web, image: "${image}"}]}\n`;
  const judged = (text_: string) =>
    gateSource({ file: 'a', text: text_, reason: null, isNamed: true }, policy)[0];
  expect(judged(pod('registry.example/a:2'))).toMatchObject({ decision: 'allow', reasons: [] });
  expect(judged(pod('registry.example/a:2', 'hostPID: true, '))?.decision).toBe('deny');
  expect(baselineText([], { owner: '', expires: '', reason: '' })).toBeNull();
});

describe('tests of policies', () => {
  const run = (test_: string) =>
    runGateTests(
      'suite.yaml',
      `kind: PolicyTest\napiVersion: seaworthy.dev/v1\npolicy: p.yaml\ntests:\n  - ${test_}\n`,
      {
        policyTexts: () => [
          {
            file: 'p.yaml',
            text: policyText('{profiles: [baseline], images: {maxSeverity: high}}'),
          },
        ],
        objectText: () => '',
        now,
      },
    );
  const object =
    'object: {apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: "a:1"}]}}';
  const images = 'images: {"a:1": {findings: []}}';

  test.each([
    [`{name: t, ${object}, ${images}, expect: allow}`, []],
    [`{name: t, ${object}, ${images}, expect: deny}`, ['expected deny, got allow']],
    [`{name: t, ${object}, expect: deny, message: never scanned}`, []],
    [
      `{name: t, ${object}, images: {"a:1": {findings: [{id: C, severity: critical}]}}, expect: deny, controls: [image-findings], not: [privileged]}`,
      [],
    ],
    [
      `{name: t, ${object}, ${images}, expect: allow, controls: [privileged]}`,
      ['privileged did not object'],
    ],
  ])('%s', (text, problems) => {
    expect(run(text)[0]?.problems).toEqual(problems);
  });

  test.each([
    [`{name: t, ${object}, expects: allow}`, 'expects is not known'],
    [`{name: t, ${object}}`, 'expect is allow'],
    ['{name: t, expect: allow}', 'has an object'],
  ])('%s is refused', (text, message) => {
    expect(() => run(text)).toThrow(message);
  });
});

test('the record tells what was admitted while nobody answered', () => {
  const admitted = readRecord([
    '{"objectUid":"1","name":"a","kind":"Pod","namespace":"n","decision":"allow"}',
    '{"objectUid":null,"name":"b","kind":"Pod","namespace":"n","decision":"allow"}',
    '{"objectUid":"3","name":"c","kind":"Pod","namespace":"n","decision":"failed-open"}',
    '{"broken',
  ]);
  const item = (name: string, uid: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid, namespace: 'n' },
  });
  const items = [item('a', '1'), item('a', '9'), item('b', '2'), item('c', '3')];
  const left = unrecorded(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), admitted);
  expect((JSON.parse(left) as { items: unknown[] }).items).toEqual([
    item('a', '9'),
    item('c', '3'),
  ]);
  expect(unrecorded('a: [', admitted)).toBe('a: [');
});

describe('manifests of the webhook', () => {
  const options = {
    namespace: 'sea',
    image: `registry.example/seaworthy@sha256:${'a'.repeat(64)}`,
    replicas: 2,
    failMode: 'Fail',
    exempt: ['cni'],
    pins: true,
    authority: { certificate: 'CERT', key: 'KEY' },
    policies: [{ name: 'p.yaml', text: 'x' }],
    deadlineSeconds: 5,
    readsNamespaces: false,
  } as const;
  const manifests = gateManifests(options);

  test('never wait for the cluster itself or for us', () => {
    const text = JSON.stringify(manifests);
    expect(exemptNamespaces(options)).toEqual(['kube-system', 'kube-node-lease', 'sea', 'cni']);
    expect(text.match(/"values":\["kube-system","kube-node-lease","sea","cni"\]/g)).toHaveLength(3);
    expect(text).toContain('"pods/ephemeralcontainers"');
    expect(text).toContain('"pods/exec"');
    expect(text).toContain('"timeoutSeconds":5');
  });

  test('roles of the cluster are asked for, save where the cluster itself writes them', () => {
    const found = manifests.find(({ kind }) => kind === 'ValidatingWebhookConfiguration');
    const hooks = found?.['webhooks'] as readonly Record<string, unknown>[];
    const own = hooks.filter((one) => JSON.stringify(one['rules']).includes('clusterroles'));
    expect(own).toHaveLength(1);
    const conditions = (own[0] ?? {})['matchConditions'] as readonly { expression: string }[];
    const compiled = compilerFor(new Map([['request', null]]))(conditions[0]?.expression ?? '');
    if (!compiled.ok) throw new Error(compiled.reason);
    const asked = (username: string): unknown => {
      const variables = new Map([['request', toCel({ userInfo: { username } })]]);
      const result = compiled.expression.evaluate(variables, meterOf(policyCost));
      return result.ok ? result.value : result.reason;
    };
    expect(asked('ann')).toBe(true);
    expect(asked('system:serviceaccount:shop:deployer')).toBe(true);
    expect(asked('system:apiserver')).toBe(false);
    expect(asked('system:serviceaccount:kube-system:clusterrole-aggregation-controller')).toBe(
      false,
    );
  });

  test('keep the profile restricted and give no rights', () => {
    const gate = { ...defaults, profiles: ['restricted', 'hardening'] as const };
    const text = manifests.map((one) => JSON.stringify(one)).join('\n---\n');
    const judged = gateSource({ file: 'm', text, reason: null, isNamed: true }, gate);
    expect(judged.flatMap(({ reasons }) => reasons).filter(({ mode }) => mode !== 'audit')).toEqual(
      [],
    );
    expect(judged.flatMap(({ unknowns }) => unknowns)).toEqual([]);
    expect(manifests.map(({ kind }) => kind)).not.toContain('ClusterRole');
    expect(text).not.toContain('--namespaces');
  });

  test('give the right to read namespaces where policies ask for them, and no other', () => {
    const own = gateManifests({ ...options, readsNamespaces: true });
    const roles = own.filter(({ kind }) => kind === 'ClusterRole');
    expect(roles.map((one) => one['rules'])).toEqual([
      [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }],
    ]);
    expect(JSON.stringify(own)).toContain('"--namespaces"');
    expect(JSON.stringify(own)).toContain('"automountServiceAccountToken":true');
  });
});
