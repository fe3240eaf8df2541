import { describe, expect, test } from 'vitest';
import { judge, type Policy } from '../evaluate.ts';
import type { Review } from '../inquiry.ts';
import { readManifest } from '../manifest.ts';
import { subjectsOf } from '../subject.ts';
import { newestMinor } from '../version.ts';
import { noWaivers } from '../waiver.ts';
import { type ImageValues, readUserPolicies, userInquiry } from './index.ts';
import { realisticPolicies } from './sample-policies.ts';

const noImages: ImageValues = () => null;

function read(text: string) {
  const documents = readManifest(text).flatMap((one) =>
    one.kind === 'read' ? [{ file: 'p.yaml', value: one.value, lineAt: one.lineAt }] : [],
  );
  return readUserPolicies(documents);
}

interface Options {
  readonly review?: Review;
  readonly images?: ImageValues;
}

function answerOf(policies: string, object: string, options: Options = {}) {
  const policy: Policy = {
    profiles: [],
    minor: newestMinor,
    waivers: noWaivers,
    onUnknown: 'deny',
    inquiries: [userInquiry(read(policies), options.images ?? noImages)],
    ...(options.review === undefined ? {} : { review: options.review }),
  };
  const [document] = readManifest(object);
  if (document?.kind !== 'read') throw new Error('the sample is no YAML');
  const [subject] = subjectsOf(document.value) ?? [];
  if (subject === undefined) throw new Error('the sample is no object');
  return judge(subject, policy, document.lineAt);
}

function policyOf(spec: string, annotations = ''): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p, annotations: {${annotations}}}
spec:
${spec.replaceAll(/^/gm, '  ')}
`;
}

const pods = `matchConstraints:
  resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]`;
const pod = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
    - name: good
      image: registry.example/good@sha256:00
    - name: bad
      image: docker.io/bad
`;

describe('policies as published', () => {
  test.each(realisticPolicies.map((one) => [one.name, one] as const))('%s', (_, sample) => {
    const denied = answerOf(sample.policy, sample.fails);
    expect(denied.reasons.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(sample.message),
    );
    expect(denied.reasons.map(({ message }) => message).join()).not.toContain('not be evaluated');
    expect(answerOf(sample.policy, sample.passes).reasons).toEqual([]);
  });
});

describe('evidence', () => {
  test('the element for which `all` said no', () => {
    const spec = `${pods}\nvalidations:\n  - expression: object.spec.containers.all(c, c.image.contains('@'))`;
    const [reason] = answerOf(policyOf(spec), pod).reasons;
    expect(reason).toMatchObject({
      path: 'spec.containers[1]',
      line: 8,
      container: 'bad',
      mode: 'deny',
      sources: ['p.yaml:8'],
      message: "failed expression: object.spec.containers.all(c, c.image.contains('@'))",
    });
  });

  test('the longest path that is there, through variables', () => {
    const spec = `${pods}\nvariables: [{name: labels, expression: object.metadata.labels}]\nvalidations: [{expression: "has(variables.labels.team)", message: no team}]`;
    const [reason] = answerOf(policyOf(spec), pod).reasons;
    expect(reason).toMatchObject({ path: 'metadata.labels', line: 3, message: 'no team' });
  });

  test('Pods that a workload will make are judged where they are written', () => {
    const spec = `${pods}\nvalidations: [{expression: "object.kind == 'Pod' && object.spec.containers.all(c, c.name != 'bad')"}]`;
    const workload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers: [{name: bad, image: a}]
`;
    const [reason] = answerOf(policyOf(spec), workload).reasons;
    expect(reason).toMatchObject({ path: 'spec.template.spec.containers[0]', line: 7 });
  });
});

describe('semantics of the API server', () => {
  const failing = `${pods}\nvalidations: [{expression: "object.spec.missing == 1"}]`;

  test.each([
    ['Fail', 'deny'],
    ['Ignore', 'allow'],
  ])('failurePolicy %s: %s', (failurePolicy, decision) => {
    const answer = answerOf(policyOf(`failurePolicy: ${failurePolicy}\n${failing}`), pod);
    expect(answer.decision).toBe(decision);
    expect(answer.reasons[0]?.message).toContain('No such key: missing');
  });

  test('CEL that never ends is decided by the failure policy', () => {
    const loop = 'lists.range(900).all(a, lists.range(900).all(b, lists.range(900).all(c, true)))';
    const answer = answerOf(policyOf(`${pods}\nvalidations: [{expression: "${loop}"}]`), pod);
    expect(answer.decision).toBe('deny');
    expect(answer.reasons[0]?.message).toContain('costs more');
  });

  test('variables are lazy, and fail only where they are read', () => {
    const spec = `${pods}\nvariables: [{name: broken, expression: object.spec.none.x}]\nvalidations: [{expression: "!has(object.spec.none) || variables.broken == 1"}]`;
    expect(answerOf(policyOf(spec), pod).decision).toBe('allow');
  });

  test.each([
    ['a false condition', 'object.metadata.name == "other"', 'allow'],
    ['a true condition', 'object.metadata.name == "web"', 'deny'],
    ['a condition that fails', 'object.spec.none == 1', 'deny'],
    ['false wins over failing', 'false', 'allow'],
  ])('%s', (_, expression, decision) => {
    const conditions = `matchConditions: [{name: a, expression: 'object.spec.none == 1 || true'}, {name: b, expression: '${expression}'}]`;
    const spec = `${pods}\n${conditions}\nvalidations: [{expression: 'false', message: no}]`;
    expect(answerOf(policyOf(spec), pod).decision).toBe(decision);
  });

  test.each([
    ['[Deny, Audit]', 'deny'],
    ['[Warn]', 'warn'],
    ['[Audit]', 'allow'],
  ])('actions %s: %s', (actions, decision) => {
    const binding = `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: ${actions}}\n`;
    const answer = answerOf(
      policyOf(`${pods}\nvalidations: [{expression: 'false'}]`) + binding,
      pod,
    );
    expect(answer.decision).toBe(decision);
    expect(answer.reasons).toHaveLength(1);
  });

  test.each([
    ['{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}', 'deny'],
    [
      '{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [shop]}]}}',
      'allow',
    ],
    ['{namespaceSelector: {matchLabels: {env: prod}}}', 'deny'],
    ['{objectSelector: {matchLabels: {app: web}}}', 'deny'],
    ['{objectSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}', 'allow'],
    [
      '{resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"]}]}',
      'deny',
    ],
    [
      '{resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["pods/exec"]}]}',
      'allow',
    ],
    [
      '{resourceRules: [{apiGroups: [""], apiVersions: [v2], operations: [CREATE], resources: [pods]}]}',
      'deny',
    ],
    [
      '{matchPolicy: Exact, resourceRules: [{apiGroups: [""], apiVersions: [v2], operations: [CREATE], resources: [pods]}]}',
      'allow',
    ],
    [
      '{resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [pods]}]}',
      'allow',
    ],
    [
      '{excludeResourceRules: [{apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [pods], resourceNames: [web]}]}',
      'allow',
    ],
    [
      '{resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: Cluster}]}',
      'allow',
    ],
  ])('matchConstraints %s: %s', (constraints, decision) => {
    const spec = `matchConstraints: ${constraints}\nvalidations: [{expression: 'false'}]`;
    expect(answerOf(policyOf(spec), pod).decision).toBe(decision);
  });

  test('params come from the objects beside the policy', () => {
    const policy = policyOf(
      `paramKind: {apiVersion: v1, kind: ConfigMap}\n${pods}\nvalidations:\n  - expression: object.spec.containers.size() <= int(params.data.most)\n    messageExpression: "'at most ' + params.data.most"`,
    );
    const param = (name: string, most: number) =>
      `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\ndata: {most: "${most}"}\n`;
    const binding = (more: string) =>
      `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: [Deny], paramRef: {name: limit, namespace: shop${more}}}\n`;
    expect(answerOf(policy + param('limit', 1) + binding(''), pod).reasons[0]?.message).toBe(
      'at most 1',
    );
    expect(answerOf(policy + param('limit', 2) + binding(''), pod).decision).toBe('allow');
    expect(answerOf(policy + binding(''), pod).reasons[0]?.message).toContain('is not there');
    expect(answerOf(policy + binding(', parameterNotFoundAction: Allow'), pod).decision).toBe(
      'allow',
    );
    expect(answerOf(policy + param('any', 1), pod).decision).toBe('deny');
  });

  test('audit annotations, old object, request and namespace of a review', () => {
    const spec = `matchConstraints: {}\nvalidations:\n  - expression: oldObject.metadata.name == 'before' && request.userInfo.username == 'eve' && namespaceObject.metadata.labels.env == 'prod' && request.operation == 'UPDATE'\nauditAnnotations: [{key: who, valueExpression: "'by ' + request.userInfo.username"}]`;
    const review: Review = {
      operation: 'UPDATE',
      oldObject: { metadata: { name: 'before' } },
      namespaceObject: { metadata: { labels: { env: 'prod' } } },
      request: { operation: 'UPDATE', userInfo: { username: 'eve' }, namespace: 'shop' },
    };
    const answer = answerOf(policyOf(spec), pod, { review });
    expect(answer.reasons).toEqual([]);
    expect(answer.annotations).toEqual({ 'p/who': 'by eve' });
  });

  test('words of YAML 1.1 are read as kubectl reads them', () => {
    const spec = `${pods}\nvalidations: [{expression: "!object.spec.containers.exists(c, c.?securityContext.?privileged.orValue(false))"}]`;
    const object =
      'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, securityContext: {privileged: yes}}]}\n';
    expect(answerOf(policyOf(spec), object).reasons[0]?.path).toBe('spec.containers');
    expect(answerOf(policyOf(spec), object).decision).toBe('deny');
  });

  test('facts of images; of an unknown image they are an error', () => {
    const spec = `${pods}\nvalidations: [{expression: "images.all(name, images[name].findings.all(f, f.severity != 'critical'))", message: critical}]`;
    const facts =
      (severity: string): ImageValues =>
      () =>
        new Map<string, unknown>([['findings', [new Map([['severity', severity]])]]]);
    expect(answerOf(policyOf(spec), pod, { images: facts('low') }).decision).toBe('allow');
    expect(answerOf(policyOf(spec), pod, { images: facts('critical') }).reasons[0]?.message).toBe(
      'critical',
    );
    expect(answerOf(policyOf(spec), pod).reasons[0]?.message).toContain('No such key: findings');
  });
});

describe('policies that are refused, with their line', () => {
  test.each([
    [
      'an expression that is none',
      `${pods}\nvalidations:\n  - expression: "1 +"`,
      'p.yaml:8: Unexpected token',
    ],
    [
      'a variable that is not there',
      `${pods}\nvalidations: [{expression: variables.x == 1}]`,
      'variables.x is not defined',
    ],
    [
      'a validation that is text',
      `${pods}\nvalidations: [{expression: "'a'"}]`,
      'gives string and must give bool',
    ],
    ['nothing to validate', pods, 'no validations'],
    ['a key too many', `validation: []\n${pods}`, 'has no "validation"'],
    [
      'a failure policy',
      `failurePolicy: Open\n${pods}\nvalidations: [{expression: 'true'}]`,
      'is Fail or Ignore',
    ],
    [
      'too many conditions',
      `${pods}\nmatchConditions: [${'{name: a, expression: "true"},'.repeat(65)}]\nvalidations: [{expression: 'true'}]`,
      'more than 64',
    ],
    ['a list that is none', `${pods}\nvalidations: {}`, 'must be a list'],
  ])('%s', (_, spec, message) => {
    expect(() => read(policyOf(spec))).toThrow(message);
  });

  test.each([
    ['spec: {policyName: other, validationActions: [Deny]}', 'binds the policy other'],
    ['spec: {policyName: p, validationActions: [Deny, Warn]}', 'exclude each other'],
    ['spec: {policyName: p, validationActions: []}', 'needs validationActions'],
    ['spec: {policyName: p, validationActions: [Shout]}', 'action Shout'],
  ])('the binding %s', (spec, message) => {
    const binding = `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n${spec}\n`;
    expect(() => read(policyOf(`${pods}\nvalidations: [{expression: 'true'}]`) + binding)).toThrow(
      message,
    );
  });
});
