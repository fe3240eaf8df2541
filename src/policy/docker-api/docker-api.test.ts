// Requests to an engine: bodies as Go reads them, paths as the engine takes them, what they may ask for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noWaivers } from '../index.ts';
import {
  foldKey,
  imageMatcher,
  judgeBody,
  operationRules,
  operations,
  operationsOf,
  parseAsGo,
  presetIds,
  routeOf,
} from './index.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const policy = {
  profiles: ['recommended'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
} as const;

function judged(operation: string, body: unknown, resolve = (path: string) => path) {
  const parsed = parseAsGo(encode(JSON.stringify(body)));
  if (!parsed.ok) throw new Error(parsed.reason);
  return judgeBody(operation, parsed.value, { name: '', resolve, policy });
}

const denied = (operation: string, body: unknown) => {
  const answer = judged(operation, body);
  if (answer?.decision !== 'deny') return [];
  const told = answer.reasons.filter(({ mode }) => mode === 'deny');
  return [...new Set(told.map(({ control }) => control))];
};

describe('bodies as Go reads them', () => {
  test.each([
    ['two keys', '{"a":1,"a":2}'],
    ['two keys of one field', '{"HostConfig":{"Privileged":true},"hostconfig":{}}'],
    ['an s that folds', '{"HostConfig":{},"Ho\u{17f}tConfig":{}}'],
    ['an escaped key', '{"Image":"a","\\u0049mage":"b"}'],
    ['an escape in a key', '{"Image":"a","HostConfi\\u0067":{"Privileged":true}}'],
    ['two keys deep in a list', '{"Mounts":[{"Type":"bind","type":"tmpfs"}]}'],
    ['two equal labels', '{"Labels":{"a":"1","a":"2"}}'],
    ['something behind it', '{"Image":"a"}{"Image":"b"}'],
    ['nothing', '  '],
    ['no end', '{"Image":"a"'],
    ['a byte order mark', '\u{feff}{}'],
    ['depth', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('%s is refused', (_, text) => {
    const parsed = parseAsGo(encode(text));
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.reason).toMatch(/^the body /);
  });

  test('bytes that are no text are refused', () => {
    expect(parseAsGo(Uint8Array.of(0x7b, 0xff, 0x7d)).ok).toBe(false);
    expect(parseAsGo(new Uint8Array(5 * 1024 * 1024)).ok).toBe(false);
  });

  test('fields get their names, data keeps its case', () => {
    const text =
      '{"image":"a","ho\u{17f}tconfig":{"PRIVILEGED":true,"\u{212a}ernelMemory":1},' +
      '"labels":{"Image":"x","image":"y","__proto__":"z"}}';
    const parsed = parseAsGo(encode(text));
    expect(parsed).toEqual({
      ok: true,
      value: {
        Image: 'a',
        HostConfig: { Privileged: true, KernelMemory: 1 },
        Labels: Object.fromEntries([
          ['Image', 'x'],
          ['image', 'y'],
          ['__proto__', 'z'],
        ]),
      },
    });
  });

  test('honest JSON with plain keys is read as JSON', () => {
    const key = fc.stringMatching(/^q[a-z]{1,6}$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (one) => {
        const text = JSON.stringify(one);
        expect(parseAsGo(encode(text))).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { seed: 41110, numRuns: 200 },
    );
  });

  test('a key in any case is found twice', () => {
    const flip = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(flip, (upper) => {
        const key = 'hostconfig'
          .split('')
          .map((c, at) => (upper[at] === true ? c.toUpperCase() : c));
        const name = key.join('');
        expect(foldKey(name)).toBe('hostconfig');
        expect(parseAsGo(encode(`{"HostConfig":null,"${name}":{}}`)).ok).toBe(false);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe('paths', () => {
  test.each([
    ['POST', '/containers/create', 'container.create', ''],
    ['POST', '/v1.41/containers/create?name=a', 'container.create', ''],
    ['POST', '/containers/%63reate', 'container.create', ''],
    ['POST', '/v1.51/containers/web-1/exec', 'container.exec', 'web-1'],
    ['GET', '/v1.41/containers/web/archive?path=/', 'container.read-files', 'web'],
    ['HEAD', '/containers/web/archive', 'container.read-files', 'web'],
    ['GET', '/images/docker.io/library/nginx:1/get', 'image.export', 'docker.io/library/nginx:1'],
    ['GET', '/images/docker.io%2Fa/json', 'image.inspect', 'docker.io/a'],
    ['POST', '/images/create?fromImage=a', 'image.pull', ''],
    ['POST', '/images/create?fromSrc=http://a/', 'image.import', ''],
    ['POST', '/build?remote=https://a/b.git', 'image.build-remote', ''],
    ['POST', '/build?remote=&t=a', 'image.build', ''],
    ['POST', '/plugins/pull?remote=a', 'plugin.change', 'pull'],
    ['POST', '/plugins/a/b:1/enable', 'plugin.change', 'a/b:1/enable'],
    ['GET', '/debug/pprof/heap', 'debug', 'pprof/heap'],
    ['POST', '/containers/create/', 'unknown.write', ''],
    ['GET', '/containers/a/b/json', 'unknown.read', ''],
    ['DELETE', '/containers/-a', 'unknown.write', ''],
    ['OPTIONS', '/containers/json', 'unknown.write', ''],
  ])('%s %s is %s', (method, uri, id, target) => {
    expect(routeOf(method, uri)).toMatchObject({ kind: 'routed', id, target });
  });

  test.each([
    '//containers/create',
    '/v1.41/../containers/create',
    '/containers/./create',
    '/containers/%2e%2e/create',
    '/v1.23/containers/a/start',
    '/v2.0/containers/create',
    '/v1.41.1/containers/create',
    '/containers/create%00',
    '/containers/create%2',
    '/containers/%2563reate',
    '/containers/create\\x',
    '/containers/create#a',
    '/containers/json?a=1;b=2',
    '/containers/json?a=%zz',
    'http://a/containers/json',
    `/containers/json?a=${'a'.repeat(70_000)}`,
  ])('%.60s is refused', (uri) => {
    expect(routeOf('POST', uri).kind).toBe('refused');
  });

  test('any path has an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('GET', 'POST'), (text, method) => {
        expect(['routed', 'refused']).toContain(routeOf(method, `/${text}`).kind);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('presets', () => {
  test('each names operations that exist', () => {
    const known = new Set([...operations.map(({ id }) => id), 'unknown.read']);
    for (const preset of presetIds) {
      expect(operationsOf(preset).filter((id) => !known.has(id))).toEqual([]);
    }
  });

  test('what nobody can judge, or what reads from others, is in no preset by chance', () => {
    const rules = operationRules('usual', { allow: [], deny: [] });
    const closed = `container.export container.read-files container.write-files image.export
      image.import image.load image.build image.build-remote session grpc image.commit
      plugin.change swarm.change service.create secret.list debug unknown.write`;
    for (const id of closed.split(/\s+/)) expect([id, rules.isAllowed(id)]).toEqual([id, false]);
    const reading = operationRules('read-only', { allow: [], deny: [] });
    for (const id of ['container.create', 'container.logs', 'container.exec', 'unknown.read']) {
      expect(reading.isAllowed(id)).toBe(false);
    }
  });

  test('patterns add and take away; one that fits nothing is an error', () => {
    const rules = operationRules('read-only', { allow: ['container.*'], deny: ['container.exec'] });
    expect(rules.isAllowed('container.create')).toBe(true);
    expect(rules.isAllowed('container.exec')).toBe(false);
    expect(() => operationRules('ci', { allow: ['contaner.*'], deny: [] })).toThrow('no operation');
  });
});

const host = (settings: object) => ({ Image: 'a', HostConfig: settings });
const local = (Options: object) => ({
  Type: 'volume',
  Target: '/v',
  VolumeOptions: { DriverConfig: { Name: 'local', Options } },
});

describe('create', () => {
  test.each([
    ['privileged', host({ Privileged: true })],
    ['privileged', { image: 'a', hostconfig: { privileged: true } }],
    ['misplaced-setting', { Image: 'a', Privileged: true }],
    ['misplaced-setting', { Image: 'a', binds: ['/:/h'], HostConfig: null }],
    ['host-takeover', host({ Binds: ['/:/host:ro'] })],
    ['host-takeover', host({ Binds: ['/var/../etc:/e'] })],
    ['host-takeover', host({ Mounts: [{ Type: 'bind', Source: '/var/lib', Target: '/v' }] })],
    ['host-takeover', host({ Mounts: [local({ type: 'none', o: 'bind', device: '/' })] })],
    ['host-takeover', host({ Mounts: [local({ type: 'tmpfs', o: 'rbind,ro', device: '/etc' })] })],
    ['host-takeover', host({ Mounts: [local({ type: 'overlay', o: 'lowerdir=/:/x' })] })],
    ['host-takeover', host({ Mounts: [local({ type: 'ext4', device: '/dev/sda1' })] })],
    ['host-takeover', host({ Devices: [{ PathOnHost: '/dev/sda' }] })],
    ['host-takeover', host({ DeviceCgroupRules: ['b 8:* rwm'] })],
    ['host-takeover', host({ DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['a/b=c'] }] })],
    ['runtime-socket-mount', host({ Binds: ['/var/run/docker.sock:/s:ro'] })],
    ['runtime-socket-mount', host({ Binds: ['/run/:/r'] })],
    ['runtime-program', host({ Runtime: '/tmp/shim' })],
    ['host-pid', host({ PidMode: 'host' })],
    ['host-ipc', host({ IpcMode: 'host' })],
    ['host-network', host({ NetworkMode: 'host' })],
    ['added-capabilities', host({ CapAdd: 'ALL' })],
    ['seccomp-profile', host({ SecurityOpt: ['seccomp=unconfined'] })],
    ['seccomp-profile', host({ SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] })],
    ['seccomp-profile', host({ SecurityOpt: ['seccomp={"DefaultAction":"SCMP_ACT_LOG"}'] })],
    ['apparmor-profile', host({ SecurityOpt: ['apparmor=unconfined'] })],
    ['security-option', host({ SecurityOpt: ['label=type:spc_t'] })],
    ['system-paths', host({ MaskedPaths: [] })],
    ['system-paths', host({ ReadonlyPaths: ['/proc/sys'] })],
    ['unsafe-sysctl', host({ Sysctls: { 'kernel.core_pattern': '|/x' } })],
  ])('%s denies %j', (control, body) => {
    expect(denied('container.create', body)).toContain(control);
  });

  test.each([
    [{ Image: 'a' }],
    [{ Image: 'a', Memory: 0, MemorySwap: 5, Labels: { Privileged: 'true' } }],
    [host({ Binds: ['/srv/data:/data', 'named:/n', '/etc/localtime:/etc/localtime:ro'] })],
    [host({ Binds: ['/etc/ssl/certs:/certs:ro'], MaskedPaths: null, Privileged: false })],
    [host({ Mounts: [local({ type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/export' })] })],
    [host({ Mounts: [{ Type: 'volume', Source: 'data', Target: '/v' }] })],
    [host({ Sysctls: { 'net.core.somaxconn': '1024', 'kernel.shmmax': '1' }, Runtime: 'runc' })],
    [host({ SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'], CapAdd: [] })],
  ])('%j may run', (body) => {
    expect(denied('container.create', body)).toEqual([]);
  });

  test('a link of the host is followed', () => {
    const answer = judged('container.create', host({ Binds: ['/tmp/link:/x'] }), () => '/');
    expect(answer?.reasons.map(({ control }) => control)).toContain('host-takeover');
  });

  test('HostConfig that is no object is not judged', () => {
    expect(judged('container.create', { HostConfig: 'x' })?.decision).toBe('deny');
    expect(judgeBody('container.exec', [], { name: '', resolve: String, policy })?.decision).toBe(
      'deny',
    );
  });
});

function profileOf(action: string): string {
  return Buffer.from(JSON.stringify({ defaultAction: `SCMP_ACT_${action}` })).toString('base64');
}

describe('other bodies', () => {
  test.each([
    ['container.exec', { privileged: true }, ['privileged']],
    ['container.exec', { Cmd: ['a'], User: 'root' }, []],
    ['container.update', { Devices: [{ PathOnHost: '/dev/sda' }] }, ['host-takeover']],
    ['container.update', { Memory: 1 }, []],
    [
      'volume.create',
      { Driver: 'local', DriverOpts: { o: 'bind', device: '/' } },
      ['host-takeover', 'runtime-socket-mount'],
    ],
    ['volume.create', { Name: 'a' }, []],
    ['volume.create', { driveropts: { type: 'none', device: '/srv/a', o: 'bind' } }, []],
    [
      'service.create',
      {
        TaskTemplate: { ContainerSpec: { Mounts: [{ Type: 'bind', Source: '/', Target: '/h' }] } },
      },
      ['host-takeover', 'runtime-socket-mount'],
    ],
    [
      'service.create',
      { TaskTemplate: { ContainerSpec: {}, Networks: [{ Target: 'host' }] } },
      ['host-network'],
    ],
    [
      'service.update',
      { TaskTemplate: { ContainerSpec: { Privileges: { Seccomp: { Mode: 'unconfined' } } } } },
      ['seccomp-profile'],
    ],
    [
      'service.update',
      {
        TaskTemplate: {
          ContainerSpec: {
            Privileges: { Seccomp: { Mode: 'custom', Profile: profileOf('ALLOW') } },
          },
        },
      },
      ['seccomp-profile'],
    ],
    [
      'service.update',
      {
        TaskTemplate: {
          ContainerSpec: {
            Privileges: { Seccomp: { Mode: 'custom', Profile: profileOf('ERRNO') } },
          },
        },
      },
      [],
    ],
    [
      'service.create',
      { TaskTemplate: { ContainerSpec: { CapabilityAdd: ['CAP_SYS_ADMIN'] } } },
      ['added-capabilities'],
    ],
    [
      'service.create',
      {
        TaskTemplate: {
          ContainerSpec: {
            Secrets: [{ File: { Name: 'a' }, SecretID: 'x' }],
            Configs: [{ File: { Name: 'b' }, ConfigID: 'y' }],
            Mounts: [{ Type: 'volume', Source: 'data', Target: '/data' }],
          },
        },
      },
      [],
    ],
  ] as const)('%s %j', (operation, body, controls) => {
    expect(denied(operation, body).toSorted()).toEqual(controls);
  });

  test('a service without a container is not judged', () => {
    expect(judged('service.create', { TaskTemplate: {} })?.decision).toBe('deny');
  });
});

test('images are left out by short and full names', () => {
  const matches = imageMatcher(['docker.io/library/**']);
  expect(['nginx', 'nginx:1', 'quay.io/a'].map(matches)).toEqual([true, true, false]);
});
