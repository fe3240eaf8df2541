import { describe, expect, test } from 'vitest';
import { compilePattern } from '../base/path-pattern.ts';
import { fullReference } from './image-name.ts';
import { judge, newestMinor, type Policy, readWaivers, subjectsOf } from './index.ts';

const now = new Date('2026-11-21T12:00:00Z');
const daemon = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'proxy', namespace: 'kube-system' },
  spec: {
    template: {
      spec: {
        hostNetwork: true,
        containers: [
          {
            name: 'proxy',
            image: 'registry.k8s.io/kube-proxy:1',
            securityContext: { privileged: true },
          },
          { name: 'other', image: 'nginx:1', securityContext: { privileged: true } },
        ],
      },
    },
  },
};

function judged(yaml: string) {
  const waivers = readWaivers(yaml, 'waivers.yaml', now);
  const policy: Policy = {
    profiles: ['baseline'],
    minor: newestMinor,
    waivers,
    onUnknown: 'deny',
  };
  const [subject] = subjectsOf(daemon) ?? [];
  if (subject === undefined) throw new Error('no subject');
  const { decision, reasons, waived } = judge(subject, policy, () => null);
  return {
    decision,
    reasons: reasons.map(({ control, container }) => `${control} ${container ?? '-'}`),
    waived: waived.map(
      ({ reason, by }) => `${reason.control} ${reason.container ?? '-'} ${by.owner}`,
    ),
    remarks: waivers.remarks().map(({ kind, waiver }) => `${kind} ${waiver.controls.join()}`),
  };
}

function waiver(more: string, expires = ', expires: 2027-01-31'): string {
  return `waivers:\n  - {${more}, reason: it must, owner: net${expires}}\n`;
}

describe('a waiver', () => {
  test('of one container leaves the other', () => {
    expect(judged(waiver('control: privileged, container: proxy'))).toEqual({
      decision: 'deny',
      reasons: ['privileged other', 'hostNamespaces -'],
      waived: ['privileged proxy net'],
      remarks: [],
    });
  });

  test.each([
    ['control: privileged, image: registry.k8s.io/*', 1],
    ['control: privileged, image: "docker.io/library/nginx:*"', 1],
    ['control: privileged, image: "nginx:*"', 1],
    ['control: privileged, image: registry.k8s.io', 0],
    ['control: privileged, image: "registry.k8s.io/"', 0],
    ['control: [privileged, host*]', 3],
    ['control: "*", workload: DaemonSet/proxy', 3],
    ['control: "*", workload: kube-system/DaemonSet/proxy', 3],
    ['control: "*", workload: [a, proxy]', 3],
    ['control: "*", workload: "Deployment/*"', 0],
    ['control: "*", namespace: "kube-*"', 3],
    ['control: "*", namespace: default', 0],
    ['control: hostNamespaces, container: "*"', 0],
    ['control: hostNamespaces', 1],
  ])('%s waives %i faults', (more, count) => {
    expect(judged(waiver(more)).waived).toHaveLength(count);
  });

  test('that covers all lets the object run', () => {
    expect(judged(waiver('control: "*"')).decision).toBe('allow');
  });

  test('holds to the end of its last day, and is told afterwards', () => {
    expect(judged(waiver('control: "*"', ', expires: 2026-11-21')).decision).toBe('allow');
    expect(judged(waiver('control: "*"', ', expires: 2026-11-20'))).toMatchObject({
      decision: 'deny',
      waived: [],
      remarks: ['expired *'],
    });
  });

  test('that waives nothing, or has no end, is told', () => {
    expect(judged(waiver('control: hostPorts')).remarks).toEqual(['unused hostPorts']);
    expect(judged(waiver('control: privileged', '')).remarks).toEqual(['endless privileged']);
  });

  test.each([
    ['waivers:\n  - {control: a, owner: o}', 'waivers.yaml:2: a waiver needs reason'],
    ['waivers:\n  - {control: a, reason: r}', 'a waiver needs owner'],
    ['waivers:\n  - {reason: r, owner: o}', 'a waiver needs control'],
    ['waivers:\n  - {control: a, reason: r, owner: o, imagee: x}', 'has no key "imagee"'],
    ['waivers:\n  - {control: a, reason: r, owner: o, expires: soon}', 'expires is a day'],
    ['waivers:\n  - {control: a, reason: r, owner: o, expires: 2026-02-30}', 'expires is a day'],
    ['waivers:\n  - {control: a, reason: r, owner: o, image: [5]}', 'image is a pattern'],
    ['waivers:\n  - {control: [], reason: r, owner: o}', 'control is a pattern'],
    ['waivers: {}', 'a list `waivers` is expected'],
    ['waivers:\n  - text', 'a waiver is an object'],
    ['waivers: [', 'not valid YAML'],
  ])('that is not understood is refused: %s', (yaml, message) => {
    expect(() => readWaivers(yaml, 'waivers.yaml', now)).toThrow(message);
  });
});

describe('patterns', () => {
  test.each([
    ['*', 'a', true],
    ['*', 'a/b', false],
    ['**', 'a/b', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbd', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['docker.io/**/x:*', 'docker.io/a/b/x:1', true],
    ['', '', true],
    ['*', '', true],
    ['a.c', 'abc', false],
  ])('%s against %s: %s', (pattern, text, expected) => {
    expect(compilePattern(pattern)(text)).toBe(expected);
  });

  test('many stars cost no more than length times length', () => {
    expect(compilePattern(`${'*a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false);
  });
});

test.each([
  ['nginx', 'docker.io/library/nginx'],
  ['a/b:1', 'docker.io/a/b:1'],
  ['localhost/a', 'localhost/a'],
  ['localhost:5000/a:2@sha256:b', 'localhost:5000/a:2@sha256:b'],
  ['index.docker.io/a/b', 'docker.io/a/b'],
])('%s in full is %s', (short, full) => expect(fullReference(short)).toBe(full));
