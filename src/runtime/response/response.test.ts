// What a policy allows, and what keeps a storm or a wrong rule from ending a fleet.
import { describe, expect, test } from 'vitest';
import { sampleAlert } from '../../../test/sample-alerts.ts';
import type { ResponseTarget } from '../../model/response.ts';
import { ResponseDecider, type ResponsePolicy, readResponsePolicy } from './index.ts';

const head = 'apiVersion: seaworthy.dev/v1\nkind: ResponsePolicy\n';
const policyOf = (text: string): ResponsePolicy => readResponsePolicy('response.yaml', head + text);
const target = (id: string, more: Partial<ResponseTarget> = {}): ResponseTarget => ({
  id,
  name: `name-${id}`,
  image: 'shop/api',
  labels: new Map(),
  ...more,
});

const enforcing = `mode: enforce
limits: { perMinute: 2, perHour: 3, perContainerPerHour: 1 }
protect: { labels: [tier=system], containers: [db-*], images: ['*/vault'] }
rules:
  - name: shells
    match: { priority: Warning, rules: ['Terminal shell*'] }
    actions: [pause]
`;

describe('the file', () => {
  test.each([
    ['rules: []\n', 'response.yaml:3: there is no rule'],
    [
      'rules:\n  - name: x\n    actions: [kill]\n',
      'response.yaml:4: the rule x would answer everything',
    ],
    ['rules:\n  - { name: x, match: { tags: [a] }, actions: [nuke] }\n', '"nuke" is none of pause'],
    ['rules:\n  - { name: x, match: { tags: [a] } }\n', 'has no actions'],
    ['mode: on\nrules: []\n', 'response.yaml:3: mode must be one of dry-run, enforce'],
    ['limit: {}\nrules: []\n', 'response.yaml:3: the file has no "limit"'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => policyOf(text)).toThrow(message);
  });

  test('nothing is enforced that does not say so', () => {
    const { rules } = policyOf('rules:\n  - { name: x, match: { tags: [a] }, actions: kill }\n');
    expect(rules).toMatchObject([{ mode: 'dry-run', line: 4, actions: ['kill'] }]);
  });
});

describe('by hand', () => {
  const text = `manual: { actions: [pause, kill] }
limits: { perMinute: 2 }
protect: { containers: [db-*] }
`;

  test('only what the file names, never what is protected, within the limits', () => {
    const decider = new ResponseDecider(policyOf(text));
    expect(decider.refusalByHand('stop', target('a'), 0)).toBe(
      'the policy does not allow it by hand',
    );
    expect(decider.refusalByHand('kill', target('a', { name: 'db-1' }), 0)).toBe(
      'the policy protects its name',
    );
    expect(decider.refusalByHand('kill', target('a'), 0)).toBeNull();
    expect(decider.refusalByHand('pause', target('b'), 1)).toBeNull();
    expect(decider.refusalByHand('pause', target('c'), 2)).toBe('limit of 2 actions a minute');
  });

  test('without a word of it nothing may be done by hand', () => {
    const decider = new ResponseDecider(policyOf(enforcing));
    expect(decider.refusalByHand('pause', target('a'), 0)).toContain('does not allow');
    expect(() => policyOf('manual: { actions: [nuke] }\n')).toThrow('"nuke" is none of pause');
  });
});

describe('decisions', () => {
  const verdicts = (
    decider: ResponseDecider,
    one: ResponseTarget,
    nowMs: number,
  ): readonly string[] =>
    decider.decide(sampleAlert(), one, nowMs).map(({ action, verdict }) => `${action} ${verdict}`);

  test('each action once for a container', () => {
    const decider = new ResponseDecider(policyOf(enforcing));
    expect(verdicts(decider, target('a'), 0)).toEqual(['pause act']);
    expect(verdicts(decider, target('a'), 1)).toEqual([]);
    expect(decider.decide(sampleAlert({ priority: 'Notice' }), target('b'), 1)).toEqual([]);
    expect(decider.decide(sampleAlert({ rule: 'Other' }), target('b'), 1)).toEqual([]);
  });

  test('a storm: the limits of a minute, of an hour; refusals are told once a minute', () => {
    const decider = new ResponseDecider(policyOf(enforcing));
    const told = Array.from({ length: 100 }, (_, index) =>
      verdicts(decider, target(`c${index}`), index),
    );
    expect(told.flat()).toEqual(['pause act', 'pause act', 'pause refused']);
    expect(decider.silentRefusals).toBe(97);
    expect(verdicts(decider, target('d'), 61_000)).toEqual(['pause act']);
    expect(verdicts(decider, target('e'), 200_000)).toEqual(['pause refused']);
    expect(verdicts(decider, target('e'), 3_700_000)).toEqual(['pause act']);
  });

  test.each([
    ['our label', { labels: new Map([['seaworthy.dev/protected', 'true']]) }],
    ['a label of the policy', { labels: new Map([['tier', 'system']]) }],
    ['a name', { name: 'db-1' }],
    ['an image', { image: 'hashicorp/vault' }],
  ])('protected by %s', (_, more) => {
    const decider = new ResponseDecider(policyOf(enforcing));
    expect(verdicts(decider, target('a', more), 0)).toEqual(['pause refused']);
    expect(verdicts(decider, target('a', more), 1)).toEqual([]);
  });

  test('what somebody took back is left so for an hour; what failed may be tried again', () => {
    const decider = new ResponseDecider(
      policyOf(enforcing.replace('perContainerPerHour: 1', 'perContainerPerHour: 9')),
    );
    expect(verdicts(decider, target('a'), 0)).toEqual(['pause act']);
    decider.failed('a', 'pause');
    expect(verdicts(decider, target('a'), 1)).toEqual(['pause act']);
    decider.failed('a', 'pause');
    decider.undone('a', 'pause', 2);
    expect(verdicts(decider, target('a'), 3_500_000)).toEqual([]);
    expect(verdicts(decider, target('a'), 3_700_000)).toEqual(['pause act']);
  });

  test('a dry run tells and costs nothing; a rule that enforces goes before one that tries', () => {
    const both = policyOf(`limits: { perMinute: 1 }
rules:
  - { name: try, match: { priority: Debug }, actions: [kill, stop] }
  - { name: do, mode: enforce, match: { priority: Debug }, actions: [kill], minimumCount: 3 }
`);
    const decider = new ResponseDecider(both);
    expect(verdicts(decider, target('a'), 0)).toEqual(['kill dry-run', 'stop dry-run']);
    const again = decider.decide(sampleAlert({}, { count: 3 }), target('a'), 1);
    expect(again.map(({ action, verdict, rule }) => [action, verdict, rule.name])).toEqual([
      ['kill', 'act', 'do'],
    ]);
  });
});
