// Requests to an engine decided as a whole: rules, types, bodies, images; and what engines get wrong.
import { describe, expect, test } from 'vitest';
import { type KnownVolume, operationRules } from '../policy/docker-api/index.ts';
import { noWaivers, readWaivers } from '../policy/index.ts';
import { gateSource } from './gate.ts';
import { decideRequest, type GuardSetting } from './gate-docker.ts';
import { pluginFlaws } from './gate-docker-daemon.ts';
import { policyWith, readGatePolicy } from './gate-policy.ts';

const setting: GuardSetting = {
  rules: operationRules('usual', { allow: ['image.build'], deny: [] }),
  policy: { profiles: ['recommended'], minor: 30, waivers: noWaivers, onUnknown: 'deny' },
  images: null,
  resolve: (path) => path,
  engine: null,
};

function asked(method: string, uri: string, body: string | null = null, type = 'application/json') {
  return {
    method,
    uri,
    header: (name: string) => (name === 'content-type' ? type : null),
    body: body === null ? null : Buffer.from(body),
  };
}

const create = '/v1.41/containers/create';

describe('decisions', () => {
  test.each([
    ['no body', asked('POST', create), 'body'],
    ['an empty body', asked('POST', create, ''), 'body'],
    ['a broken body', asked('POST', create, '{'), 'body'],
    ['two keys', asked('POST', create, '{"Image":"a","image":"b"}'), 'body'],
    ['no exec body', asked('POST', '/containers/a/exec'), 'body'],
    ['a body of start', asked('POST', '/containers/a/start', '{"Privileged":true}'), 'body'],
    [
      'a form',
      asked('POST', '/containers/prune', 'a=b', 'application/x-www-form-urlencoded'),
      'content-type',
    ],
    ['an old version', asked('POST', '/v1.23/containers/a/start'), 'plain-request'],
    ['an unknown endpoint', asked('POST', '/containers/a/clone'), 'operation'],
    ['an export', asked('GET', '/containers/a/export'), 'operation'],
    ['a remote build', asked('POST', '/build?remote=http://a'), 'operation'],
    [
      'a build in the network of the host',
      asked('POST', '/build?networkmode=host'),
      'host-network',
    ],
    [
      'privileged',
      asked('POST', create, '{"Image":"a","HostConfig":{"Privileged":true}}'),
      'privileged',
    ],
  ])('%s is denied', async (_, request, control) => {
    const decided = await decideRequest(request, setting);
    expect(decided).toMatchObject({ decision: 'deny' });
    expect(decided.controls).toContain(control);
    expect(decided.message).toMatch(/^[^\n]{5,1000}$/);
  });

  test.each([
    asked('GET', '/_ping'),
    asked('POST', '/containers/a/start', null, 'text/plain'),
    asked('POST', '/containers/a/start', '{}'),
    asked('POST', '/build?t=a', null, 'application/x-tar'),
    asked('POST', '/images/create?fromImage=a&tag=1', null, 'text/plain'),
    asked('GET', '/new/endpoint'),
  ])('$method $uri passes', async (request) => {
    expect((await decideRequest(request, setting)).decision).toBe('allow');
  });

  test('a waiver covers what it names, and is recorded', async () => {
    const waivers = readWaivers(
      'waivers: [{control: privileged, container: dind, reason: builds, owner: ci, expires: 2099-01-01}]',
      'w.yaml',
      new Date('2026-11-22'),
    );
    const own = { ...setting, policy: { ...setting.policy, waivers } };
    const body = '{"Image":"a","HostConfig":{"Privileged":true}}';
    const decided = await decideRequest(asked('POST', `${create}?name=dind`, body), own);
    expect(decided.decision).not.toBe('deny');
    expect(decided.waived).toEqual(['privileged']);
    const other = await decideRequest(asked('POST', `${create}?name=web`, body), own);
    expect(other.decision).toBe('deny');
  });

  describe('volumes that the engine has already', () => {
    const known: Readonly<Record<string, KnownVolume>> = {
      evil: { kind: 'bind', path: '/' },
      logs: { kind: 'bind', path: '/srv/logs' },
      disk: { kind: 'mount', what: 'ext4 of /dev/sda1' },
      plain: { kind: 'ordinary' },
      lost: { kind: 'unknown', reason: 'it did not answer in time' },
    };
    const seen: string[] = [];
    const own: GuardSetting = {
      ...setting,
      engine: {
        network: async () => ({ kind: 'absent' }),
        volume: async (name) => {
          seen.push(name);
          return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
        },
      },
    };
    const decide = (host: object) =>
      decideRequest(asked('POST', create, JSON.stringify({ Image: 'a', HostConfig: host })), own);
    const mount = (Source: string) => ({ Mounts: [{ Type: 'volume', Source, Target: '/x' }] });

    test.each([
      ['a bind of the root', { Binds: ['evil:/x'] }, 'host-takeover'],
      ['the same as a mount', mount('evil'), 'host-takeover'],
      ['a disk', mount('disk'), 'host-takeover'],
      ['one that cannot be asked', mount('lost'), 'unknown'],
      // What comes along with the request is not what the engine has.
      [
        'one whose options of the request are harmless',
        {
          Mounts: [
            {
              Type: 'volume',
              Source: 'evil',
              Target: '/x',
              VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'tmpfs' } } },
            },
          ],
        },
        'host-takeover',
      ],
    ])('%s is denied', async (_, host, control) => {
      const decided = await decide(host);
      expect(decided.decision).toBe('deny');
      expect(decided.controls).toContain(control);
    });

    test.each([
      ['an ordinary one', mount('plain')],
      ['one that is not there', { Binds: ['new:/x:ro'] }],
      ['none', { Binds: ['/srv/a:/x'] }],
    ])('%s passes', async (_, host) => {
      expect((await decide(host)).decision).not.toBe('deny');
    });

    test('each is asked once, folders of the host are not', async () => {
      seen.length = 0;
      await decide({ ...mount('plain'), Binds: ['plain:/a', 'b:/b', '/srv:/c'] });
      expect(seen.toSorted()).toEqual(['b', 'plain']);
    });
  });

  describe('policies of users', () => {
    const text = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: team-label}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [docker], apiVersions: [v1], operations: [CREATE], resources: [containers]}]
  validations:
    - expression: "has(object.metadata.labels.team) && object.HostConfig.?NetworkMode.orValue('') != 'bridge'"
      message: name a team
    - expression: "object.Config.Image.startsWith('registry.example/')"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: for-clusters}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}]
  validations: [{expression: 'object.spec.replicas < 5'}]
`;
    const now = new Date('2026-11-22');
    const gate = readGatePolicy([{ file: 'p.yaml', text }], now);
    const defaults = { ...setting.policy, profiles: ['baseline'] } as const;
    const policy = policyWith(gate, defaults, { known: () => null, now });
    const own: GuardSetting = { ...setting, policy };
    const Image = 'registry.example/a:1';
    const Labels = { team: 'shop' };
    const host = { NetworkMode: 'bridge' };

    test.each([
      ['no label', { Image }, 'deny'],
      ['a foreign image', { Image: 'a', Labels }, 'deny'],
      ['a network', { Image, Labels, HostConfig: host }, 'deny'],
      ['all that is asked', { Image, Labels, HostConfig: {} }, 'allow'],
    ])('%s: %j is %s', async (_, body, decision) => {
      const decided = await decideRequest(asked('POST', create, JSON.stringify(body)), own);
      expect(decided.decision).toBe(decision);
      if (decision === 'deny') expect(decided.controls).toEqual(['team-label']);
    });

    test.each([
      ['no label', { Config: { Image }, HostConfig: {} }, 'deny'],
      ['a network', { Config: { Image, Labels }, HostConfig: host }, 'deny'],
      ['all that is asked', { Config: { Image, Labels }, HostConfig: {} }, 'allow'],
    ])('docker inspect with %s: the same', (_, document, decision) => {
      const inspected = [{ Id: 'a'.repeat(64), Name: '/web', State: {}, ...document }];
      const source = {
        file: 'i.json',
        text: JSON.stringify(inspected),
        reason: null,
        isNamed: true,
      };
      const [answer] = gateSource(source, policy);
      expect(answer?.decision).toBe(decision);
      const told = answer?.reasons.map(({ control }) => control) ?? [];
      expect(told.includes('team-label')).toBe(decision === 'deny');
    });
  });

  test('images are asked by their reference', async () => {
    const seen: string[] = [];
    const images = {
      known: (reference: string) => {
        seen.push(reference);
        return Promise.resolve(null);
      },
      judge: (reference: string, _: unknown, isPull: boolean) => {
        seen.push(`${reference} ${isPull ? 'pull' : 'run'}`);
        return null;
      },
    };
    const own = { ...setting, images };
    await decideRequest(asked('POST', create, '{"image":"a:1"}'), own);
    await decideRequest(asked('POST', '/images/create?fromImage=b&tag=sha256:00'), own);
    expect(seen).toEqual(['a:1', 'a:1 run', 'b@sha256:00 pull']);
  });
});

describe('engines', () => {
  test.each([
    ['20.10.24', '', 2],
    ['20.10.24+dfsg1', 'Fix CVE-2024-41110: Authz', 1],
    ['23.0.15', '', 1],
    ['23.0.14', '', 2],
    ['24.0.9', '', 2],
    ['27.1.1', '', 1],
    ['28.5.0', '', 1],
    ['29.3.1', '', 0],
    ['30.0.0-rc1', '', 0],
    ['', '', 2],
  ])('%s has its flaws', (version, changelog, count) => {
    expect(pluginFlaws(version, changelog)).toHaveLength(count);
  });
});
