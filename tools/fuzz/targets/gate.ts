// Expressions of CEL, policies of users and bodies of the admission webhook.

import { policyWith, readGatePolicy } from '../../../src/flow/gate-policy.ts';
import {
  failAnswer,
  judgeRequest,
  readReview,
  responseText,
  reviewAnswer,
} from '../../../src/flow/gate-review.ts';
import { compilerFor, meterOf, policyCost, toCel } from '../../../src/policy/cel/index.ts';
import { newestMinor, noWaivers, type Policy } from '../../../src/policy/index.ts';
import { realisticPolicies } from '../../../src/policy/user/sample-policies.ts';
import { sample } from '../samples/files.ts';
import {
  type FuzzTarget,
  isRefusal,
  promise,
  promiseReason,
  promiseText,
  type Sample,
} from '../target.ts';

const decoder = new TextDecoder();
const textOf = ({ bytes }: Sample): string => decoder.decode(bytes);
const texts = (...all: readonly string[]): Sample[] => all.map((text) => sample('policy', text));

const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'shop', labels: { app: 'a' } },
  spec: {
    containers: [
      { name: 'a', image: 'registry.example/a:1' },
      { name: 'b', image: 'b' },
    ],
  },
};
const compiler = compilerFor(new Map([['object', null]]));
const variables = new Map([['object', toCel(object)]]);

const expressions = [
  "object.spec.containers.all(c, c.image.matches('^[a-z./]+:[0-9]+$') && c.name != 'x')",
  'object.spec.?volumes.orValue([]).exists(i, v, has(v.hostPath) || i > 3)',
  "quantity('1.5Gi').add(quantity('2')).isGreaterThan(quantity('1k')) ? 'a' : '%s %d'.format(['x', 3])",
  "cidr('10.0.0.0/8').containsIP(ip('10.1.1.1')) && url('https://a/b?c=d').getHost() == 'a'",
  "[3, 1, 2].sort().map(x, x * 2).sum() + {'a': 1}.transformMap(k, v, v + 1)['a']",
  "cel.bind(x, 'abc'.replace('b', 'x').split(''), x.join('-')) + string(object.metadata)",
  "timestamp('2026-01-01T00:00:00Z') + duration('1h30m') > timestamp(0) && semver('1.2.3').minor() == 2",
];

function runExpression(input: Sample): void {
  const compiled = compiler(textOf(input));
  if (!compiled.ok) return promiseReason(compiled.reason.slice(0, 4096));
  const result = compiled.expression.evaluate(variables, meterOf(policyCost));
  if (!result.ok) promiseReason(result.reason.slice(0, 4096));
  return undefined;
}

const defaults = {
  profiles: ['recommended'],
  minor: newestMinor,
  onUnknown: 'deny',
  waivers: noWaivers,
} as const;

const review = (spec: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      operation: 'CREATE',
      namespace: 'shop',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      userInfo: { username: 'ann' },
      object: { ...object, spec: { ...object.spec, ...spec } },
      ...more,
    },
  });

const reviewPolicy: Policy = policyWith(
  readGatePolicy(
    [{ file: 'p', text: realisticPolicies.map(({ policy }) => policy).join('\n---\n') }],
    new Date(0),
  ),
  defaults,
  { known: () => null, now: new Date(0) },
);

function runReview(input: Sample): void {
  const read = readReview(textOf(input));
  const answer =
    read.kind === 'malformed'
      ? failAnswer('Fail', read.reason)
      : reviewAnswer(judgeRequest(read.request, reviewPolicy));
  if (read.kind === 'malformed') promiseReason(read.reason);
  const uid = read.kind === 'malformed' ? read.uid : read.request.uid;
  const told: unknown = JSON.parse(responseText(uid, answer));
  promise(typeof told === 'object' && told !== null, 'an answer that is no object');
  for (const warning of answer.warnings) promise(warning.length <= 256, 'a warning that is cut');
  for (const value of Object.values(answer.annotations)) promiseText(value, 'an annotation');
}

function runPolicy(input: Sample): void {
  try {
    readGatePolicy([{ file: 'fuzz', text: textOf(input) }], new Date(0));
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

const celTokens = [
  '.all(x, ',
  '.?',
  '[?',
  'orValue(',
  'quantity("',
  'matches("(a*)*")',
  '||',
  '? :',
  'lists.range(1000)',
  'cel.bind(',
  '"""',
  'object.spec',
  '-9223372036854775808',
  'has(',
];

export const gateTargets: readonly FuzzTarget[] = [
  { name: 'cel', weight: 1, samples: texts(...expressions), tokens: celTokens, run: runExpression },
  {
    name: 'policy-file',
    weight: 1,
    samples: texts(
      'apiVersion: seaworthy.dev/v1\nkind: Policy\nspec: {profiles: [baseline], images: {trusted: [a/**], maxAgeDays: 3}}\n',
      ...realisticPolicies.slice(0, 6).map(({ policy }) => policy),
    ),
    tokens: [
      'validations:',
      'expression: ',
      'matchConditions:',
      'paramKind:',
      'spec: {',
      'images:',
      ...celTokens,
    ],
    run: runPolicy,
  },
  {
    name: 'admission-review',
    weight: 1,
    samples: texts(
      review({}),
      review({ hostPID: true, initContainers: [{ name: 'i', image: 'i' }] }),
      review({}, { operation: 'UPDATE', oldObject: object }),
      review({}, { operation: 'CONNECT', subResource: 'exec' }),
    ),
    tokens: [
      '"object":',
      '"uid":"',
      '"oldObject":null',
      '"operation":"DELETE"',
      '"containers":',
      '"__proto__":',
      '"constructor":',
      '[[[[',
      '"kind":"List","items":[',
    ],
    run: runReview,
  },
];
