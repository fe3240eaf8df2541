import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyPatch } from '../../test/json-patch.ts';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import {
  type Answer,
  controls,
  judge,
  newestMinor,
  noWaivers,
  type ProfileId,
  readManifest,
  subjectsOf,
} from './index.ts';

const folder = sharedData('pod-security');

interface Fixture {
  readonly profile: ProfileId;
  readonly verdict: string;
  readonly file: string;
}

const fixtures: readonly Fixture[] =
  folder === null
    ? []
    : (['baseline', 'restricted'] as const).flatMap((profile) =>
        ['pass', 'fail'].flatMap((verdict) =>
          readdirSync(join(folder, profile, 'v1.37', verdict)).map((file) => ({
            profile,
            verdict,
            file,
          })),
        ),
      );

/** Pods that Kubernetes refuses to make without a second fault, as the API validates them. */
const alsoBroken: Readonly<Record<string, readonly string[]>> = {
  // A host process must be in the network of the host.
  'baseline windowshostprocess': ['hostNamespaces'],
  'restricted windowshostprocess': ['hostNamespaces'],
  // One of these Pods has no security context at all.
  'restricted allowprivilegeescalation': ['capabilities_restricted'],
  // privileged and allowPrivilegeEscalation=false exclude each other.
  'restricted privileged': ['allowPrivilegeEscalation'],
};

function documentOf({ profile, verdict, file }: Fixture) {
  const [document] = readManifest(
    readFileSync(join(folder ?? '', profile, 'v1.37', verdict, file), 'utf8'),
  );
  if (document?.kind !== 'read') throw new Error(`${file} cannot be read`);
  return document;
}

function answerTo(value: unknown, profile: ProfileId, minor = newestMinor): Answer {
  const [subject] = subjectsOf(value) ?? [];
  if (subject === undefined) throw new Error('no subject');
  const policy = { profiles: [profile], minor, waivers: noWaivers, onUnknown: 'deny' } as const;
  return judge(subject, policy, () => null);
}

/** The controls that may report a check: itself, or the one that contains it at this level. */
function reporters(check: string, profile: ProfileId): string[] {
  const own = controls.filter(({ id }) => id.toLowerCase() === check);
  const containing = controls.filter(
    ({ level, overrides }) =>
      level === profile && overrides?.some((id) => id.toLowerCase() === check),
  );
  return [...own, ...containing].map(({ id }) => id);
}

describe.skipIf(folder === null)(`Kubernetes' own verdicts (else: ${noSharedData})`, () => {
  test('148 Pods', () => expect(fixtures).toHaveLength(148));

  test.each(fixtures)('$profile $verdict $file', (fixture) => {
    const { profile, verdict, file } = fixture;
    const { value } = documentOf(fixture);
    const { decision, reasons, unknowns } = answerTo(value, profile);
    expect(unknowns).toEqual([]);
    expect(decision).toBe(verdict === 'pass' ? 'allow' : 'deny');
    if (verdict === 'pass') return;
    const check = file.replace(/\d*\.yaml$/, '');
    const found = new Set(reasons.map(({ control }) => control));
    const named = reporters(check, profile).filter((id) => found.delete(id));
    expect(named).toHaveLength(1);
    const others = alsoBroken[`${profile} ${check}`] ?? [];
    expect([...found].filter((id) => !others.includes(id))).toEqual([]);
  });

  test.each(fixtures.filter(({ verdict }) => verdict === 'fail'))(
    '$profile $file passes with the patch of its answer',
    (fixture) => {
      const { value } = documentOf(fixture);
      const patched = applyPatch(value, answerTo(value, fixture.profile).patch);
      expect(answerTo(patched, fixture.profile).decision).toBe('allow');
    },
  );
});

function pod(spec: object, annotations: object = {}): unknown {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations }, spec };
}

const modest = {
  name: 'a',
  image: 'a:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const modestPod = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

describe('the version of Kubernetes', () => {
  const bare = { containers: [{ name: 'a', image: 'a:1' }] };
  const windows = { ...bare, os: { name: 'windows' } };

  test.each([
    [7, ['runAsNonRoot']],
    [8, ['allowPrivilegeEscalation', 'runAsNonRoot']],
    [18, ['allowPrivilegeEscalation', 'runAsNonRoot']],
    [19, ['allowPrivilegeEscalation', 'runAsNonRoot', 'seccompProfile_restricted']],
    [
      22,
      [
        'allowPrivilegeEscalation',
        'capabilities_restricted',
        'runAsNonRoot',
        'seccompProfile_restricted',
      ],
    ],
  ])('1.%i: a Pod that says nothing', (minor, expected) => {
    const { reasons } = answerTo(pod(bare), 'restricted', minor);
    expect(reasons.map(({ control }) => control).toSorted()).toEqual(expected);
  });

  test.each([
    [24, 4],
    [25, 1],
  ])('1.%i: a Windows Pod breaks %i checks', (minor, count) => {
    expect(answerTo(pod(windows), 'restricted', minor).reasons).toHaveLength(count);
  });

  test.each([
    [22, 'allow'],
    [23, 'deny'],
    [34, 'deny'],
    [35, 'deny'],
  ])('1.%i: user 0 is answered with %s', (minor, decision) => {
    const spec = { securityContext: { ...modestPod, runAsUser: 0 }, containers: [modest] };
    expect(answerTo(pod(spec), 'restricted', minor).decision).toBe(decision);
  });

  test.each([
    [34, ['runAsNonRoot', 'runAsUser']],
    [35, []],
  ])('1.%i: root in a user namespace of its own', (minor, expected) => {
    const { seccompProfile } = modestPod;
    const securityContext = { seccompProfile, runAsUser: 0 };
    const spec = { hostUsers: false, securityContext, containers: [modest] };
    const { reasons } = answerTo(pod(spec), 'restricted', minor);
    expect(reasons.map(({ control }) => control).toSorted()).toEqual(expected);
  });

  test.each([
    ['baseline', 34, ['procMount']],
    ['baseline', 35, []],
    ['restricted', 34, ['procMount']],
    ['restricted', 35, ['procMount_restricted']],
  ] as const)('%s 1.%i: an unmasked /proc in a user namespace', (profile, minor, expected) => {
    const securityContext = { ...modest.securityContext, procMount: 'Unmasked' };
    const containers = [{ ...modest, securityContext }];
    const spec = { hostUsers: false, securityContext: modestPod, containers };
    const { reasons } = answerTo(pod(spec), profile, minor);
    expect(reasons.map(({ control }) => control)).toEqual(expected);
  });

  test.each([
    [18, 'deny'],
    [19, 'allow'],
  ])('1.%i: seccomp by annotation is answered with %s', (minor, decision) => {
    const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' };
    expect(answerTo(pod(bare, annotations), 'baseline', minor).decision).toBe(decision);
  });

  test.each([
    [33, 'allow'],
    [34, 'deny'],
  ])('1.%i: a probe of another host is answered with %s', (minor, decision) => {
    const livenessProbe = { tcpSocket: { host: '10.0.0.1', port: 1 } };
    const spec = { containers: [{ ...modest, livenessProbe }] };
    expect(answerTo(pod(spec), 'baseline', minor).decision).toBe(decision);
  });
});

test('one fault of two levels is told once, also where they have different modes', () => {
  const spec = {
    securityContext: modestPod,
    containers: [modest],
    volumes: [{ name: 'v', hostPath: { path: '/etc' } }],
  };
  const { decision, reasons } = answerTo(pod(spec), 'recommended');
  expect(decision).toBe('deny');
  const told = reasons.map(({ control, mode }) => [control, mode]);
  expect(told).toEqual([
    ['hostPathVolumes', 'deny'],
    ['sensitive-host-path', 'warn'],
  ]);
});
