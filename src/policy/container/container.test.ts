// Controls on containers: one configuration that passes and one that fails for each, in the forms
// that people write; and what Compose makes of variables, bases and other files.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseYamlDocuments } from '../../base/yaml.ts';
import { judgeCreateRequest } from '../index.ts';
import { noWaivers, readWaivers } from '../waiver.ts';
import { interpolate, readEnvironmentFile } from './compose/interpolate.ts';
import { isCompose } from './compose/project.ts';
import type { ContainerConfig } from './config.ts';
import { configOfInspection } from './inspect.ts';
import { containerControls, containerFaults, judgeCompose, judgeInspection } from './judge.ts';

const policy = {
  profiles: ['baseline', 'restricted', 'hardening'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
} as const;

const alone = { values: new Map<string, string>(), read: () => null };

function compose(text: string, context: Parameters<typeof judgeCompose>[2]['context'] = alone) {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  const [document] = parsed.documents;
  return judgeCompose(document?.value, policy, {
    context,
    lineAt: (path) => document?.lineAt(path) ?? null,
  });
}

/** Ids that a service of this body breaks. */
function idsOf(body: string): readonly string[] {
  const [answer] = compose(`services:\n  a:\n    image: a:1\n${body.replaceAll(/^/gm, '    ')}\n`);
  return (answer?.reasons ?? []).map(({ control }) => control);
}

/** For each control: what a service must not say, and what it may. */
const services: readonly (readonly [id: string, fails: string, passes: string])[] = [
  ['apparmor-profile', 'security_opt: [apparmor=unconfined]', 'security_opt: [apparmor=mine]'],
  ['selinux-label', 'security_opt: ["label:disable"]', 'security_opt: ["label=type:svirt"]'],
  ['added-capabilities', 'cap_add: [NET_ADMIN]', 'cap_add: [NET_BIND_SERVICE]'],
  ['added-capabilities', 'cap_add: [cap_sys_admin]', 'cap_drop: [ALL]'],
  ['privileged', 'privileged: yes', 'privileged: no'],
  ['host-network', 'network_mode: host', 'network_mode: bridge'],
  ['host-pid', 'pid: host', 'pid: "service:b"'],
  ['host-ipc', 'ipc: host', 'ipc: private'],
  ['host-uts', 'uts: host', 'hostname: host'],
  ['host-users', 'userns_mode: host', 'userns_mode: ""'],
  ['seccomp-profile', 'security_opt: ["seccomp:unconfined"]', 'security_opt: ["seccomp:a.json"]'],
  ['system-paths', 'security_opt: [systempaths=unconfined]', 'security_opt: []'],
  [
    'no-new-privileges',
    'security_opt: ["no-new-privileges:false"]',
    'security_opt: [no-new-privileges]',
  ],
  ['dropped-capabilities', 'cap_drop: [NET_RAW]', 'cap_drop: [all]'],
  ['root-user', 'user: "0:0"', 'user: "10001"'],
  ['root-user', 'user: root', 'user: app'],
  ['runtime-socket-mount', 'volumes: ["/var/run/docker.sock:/s:ro"]', 'volumes: ["/run/app:/s"]'],
  ['runtime-socket-mount', 'volumes: ["/run:/s"]', 'volumes: ["run:/s"]'],
  ['runtime-socket-mount', 'use_api_socket: true', 'use_api_socket: false'],
  [
    'runtime-socket-mount',
    'volumes: [{type: bind, source: /, target: /h}]',
    'volumes: ["/x:/var/run/docker.sock"]',
  ],
  [
    'runtime-socket-mount',
    'volumes: ["/run/user/1000/docker.sock:/s"]',
    'volumes: ["/run/user/1000/bus:/s"]',
  ],
  ['sensitive-host-path', 'volumes: ["/etc/shadow:/s:ro"]', 'volumes: ["/etc/localtime:/s:ro"]'],
  ['sensitive-host-path', 'volumes: ["~/.ssh:/s"]', 'volumes: ["~/data:/s", "./src:/app"]'],
  ['mount-propagation', 'volumes: ["/a:/a:rw,rshared"]', 'volumes: ["/a:/a:rslave"]'],
  ['host-device', 'devices: ["/dev/sda:/dev/x"]', 'devices: ["vendor.com/gpu=all"]'],
  ['host-device', 'device_cgroup_rules: ["a *:* rwm"]', 'devices: []'],
  ['memory-limit', 'mem_limit: 0', 'mem_limit: 64m'],
  ['memory-limit', 'cpus: 1', 'deploy: {resources: {limits: {memory: 64M}}}'],
  ['cpu-limit', 'mem_limit: 1g', 'cpus: 0.5'],
  ['process-limit', 'pids_limit: -1', 'pids_limit: 100'],
  ['read-only-root', 'read_only: false', 'read_only: true'],
  ['restart-policy', 'restart: always', 'restart: on-failure:5'],
  ['restart-policy', 'deploy: {restart_policy: {condition: any}}', 'restart: "no"'],
  ['ulimit', 'mem_limit: 1g', 'ulimits: {nofile: 1024}'],
  ['health-check', 'healthcheck: {disable: true}', 'healthcheck: {test: [CMD, "true"]}'],
  ['cgroup-parent', 'cgroup_parent: mine', 'mem_limit: 1g'],
  ['privileged-port', 'ports: ["80:8080"]', 'ports: ["8080:80"]'],
  ['published-address', 'ports: ["[::]:8080:80"]', 'ports: ["127.0.0.1:8080:80", "[::1]:8080:80"]'],
  ['published-address', 'ports: [3000]', 'expose: [3000]'],
  [
    'published-address',
    'ports: [{target: 80, published: "8080"}]',
    'ports: [{target: 80, host_ip: 10.0.0.1}]',
  ],
  ['image-tag', 'image: nginx', 'image: nginx:1.27'],
  ['image-digest', 'image: nginx:1', `image: nginx@sha256:${'a'.repeat(64)}`],
  ['environment-secret', 'environment: [DB_PASSWORD=horse22]', 'environment: {DB_PASSWORD: }'],
  [
    'environment-secret',
    'environment: {API_KEY: k-123456}',
    'environment: {DB_PASSWORD_FILE: /run/secrets/a}',
  ],
];

test.each(services)('%s: %s, not %s', (id, fails, passes) => {
  const image = fails.startsWith('image');
  const asked = (body: string): readonly string[] =>
    image
      ? (compose(`services:\n  a:\n    ${body}\n`)[0]?.reasons ?? []).map(({ control }) => control)
      : idsOf(body);
  expect(asked(fails)).toContain(id);
  expect(asked(passes)).not.toContain(id);
});

/** The same for what an engine tells: for controls that Compose cannot break, and for their paths. */
const inspections: readonly (readonly [id: string, path: string, fails: object, passes: object])[] =
  [
    [
      'privileged',
      'HostConfig.Privileged',
      { HostConfig: { Privileged: true } },
      { HostConfig: {} },
    ],
    [
      'published-ports',
      'HostConfig.PublishAllPorts',
      { HostConfig: { PublishAllPorts: true } },
      {},
    ],
    [
      'apparmor-profile',
      'AppArmorProfile',
      { AppArmorProfile: 'unconfined' },
      { AppArmorProfile: 'docker-default' },
    ],
    [
      'system-paths',
      'HostConfig.SecurityOpt[0]',
      { HostConfig: { MaskedPaths: [] } },
      { HostConfig: { MaskedPaths: ['/proc/kcore'] } },
    ],
    [
      'runtime-socket-mount',
      'Mounts[0]',
      { Mounts: [{ Type: 'bind', Source: '/var/run', Destination: '/x' }] },
      { Mounts: [{ Type: 'volume', Source: '/var/run', Destination: '/x' }] },
    ],
    [
      'runtime-socket-mount',
      'HostConfig.Binds[0]',
      { HostConfig: { Binds: ['/run/docker.sock:/s'] } },
      { HostConfig: { Binds: ['data:/s'] } },
    ],
    [
      'published-address',
      'HostConfig.PortBindings["80/tcp"][0]',
      { HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } } },
      { HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] } } },
    ],
    [
      'environment-secret',
      'Config.Env[0]',
      { Config: { Env: ['TOKEN=abcdefghijk'] } },
      { Config: { Env: ['A=b'] } },
    ],
    ['root-user', 'Config.User', { Config: { User: '' } }, { Config: { User: '1000:0' } }],
  ];

test.each(inspections)('inspect: %s at %s', (id, path, fails, passes) => {
  const asked = (body: object) =>
    judgeInspection({ Id: 'a', HostConfig: {}, ...body }, policy, () => 1)[0]?.reasons ?? [];
  expect(asked(fails).find(({ control }) => control === id)?.path).toBe(path);
  expect(asked(passes).map(({ control }) => control)).not.toContain(id);
});

test('every control fails somewhere above', () => {
  const tried = new Set([...services, ...inspections].map(([id]) => id));
  expect(containerControls.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
});

test('a create request is judged as what it would make', () => {
  const body = {
    Image: 'a',
    HostConfig: { Privileged: true, Binds: ['/:/host'], CapAdd: ['ALL'] },
  };
  const { decision, subject, reasons } = judgeCreateRequest(body, 'x', policy);
  expect({ decision, name: subject?.name }).toEqual({ decision: 'deny', name: 'x' });
  const ids = reasons.map(({ control }) => control);
  expect(ids).toEqual(
    expect.arrayContaining(['privileged', 'runtime-socket-mount', 'added-capabilities']),
  );
  // What the image decides is not held against the request.
  expect(ids).not.toContain('health-check');
  expect(judgeCreateRequest(null, '', policy).unknowns).toHaveLength(1);
});

describe('Compose', () => {
  test('a base in the same file is judged where it is written', () => {
    const [, web] = compose(
      'services:\n  base:\n    privileged: true\n  web:\n    image: a:1\n    extends: base\n',
    );
    const reason = web?.reasons.find(({ control }) => control === 'privileged');
    expect(reason).toMatchObject({ path: 'services.base.privileged', line: 3 });
    expect(reason?.patch).toEqual([{ op: 'add', path: '/services/web/privileged', value: false }]);
  });

  test('a base in another file is judged at the line that names it', () => {
    const files = new Map([['base.yml', 'services:\n  b:\n    pid: host\n']]);
    const [web] = compose(
      'services:\n  web:\n    image: a:1\n    extends:\n      file: base.yml\n      service: b\n',
      { values: new Map(), read: (name) => files.get(name) ?? null },
    );
    const reason = web?.reasons.find(({ control }) => control === 'host-pid');
    expect(reason?.path).toBe('services.web.extends["base.yml"].services.b.pid');
    expect(reason?.line).toBe(5);
  });

  test.each([
    ['a base that is not there', 'services:\n  a:\n    extends: b\n'],
    ['bases in a circle', 'services:\n  a:\n    extends: b\n  b:\n    extends: a\n'],
    ['a file that is not there', 'services:\n  a:\n    extends: {file: x.yml, service: b}\n'],
    ['an include that is not there', 'include: [x.yml]\nservices:\n  a:\n    image: a:1\n'],
    ['an image of an unknown variable', 'services:\n  a:\n    image: a:$TAG\n'],
  ])('%s is an unknown and denied', (_, text) => {
    const answers = compose(text);
    expect(answers.flatMap(({ unknowns }) => unknowns).length).toBeGreaterThan(0);
    expect(answers.map(({ decision }) => decision)).toContain('deny');
  });

  test('included files are judged', () => {
    const read = (): string => 'services:\n  b:\n    image: b:1\n    privileged: true\n';
    const answers = compose('include: [x.yml]\nservices: {a: {image: "a:1"}}\n', {
      values: new Map(),
      read,
    });
    expect(answers.map(({ subject }) => subject?.name)).toEqual(['a', 'b']);
    expect(answers[1]?.reasons.map(({ control }) => control)).toContain('privileged');
  });

  test('a file that includes itself comes to an end', () => {
    const text = 'include: [x.yml]\nservices: {a: {image: "a:1"}}\n';
    expect(compose(text, { values: new Map(), read: () => text }).length).toBeLessThan(30);
  });

  test('a named volume and a named network may be the host', () => {
    const [answer] = compose(
      'services: {a: {image: "a:1", volumes: ["d:/d"], networks: [h]}}\n' +
        'volumes: {d: {driver_opts: {type: none, o: bind, device: /var/run}}}\n' +
        'networks: {h: {external: true, name: host}}\n',
    );
    const ids = answer?.reasons.map(({ control }) => control);
    expect(ids).toEqual(expect.arrayContaining(['runtime-socket-mount', 'host-network']));
  });

  test('the value of a variable counts, its default where there is none', () => {
    const text = 'services: {a: {image: "a:${TAG:-latest}", privileged: "${P}"}}\n';
    const [answer] = compose(text, { values: new Map([['P', 'true']]), read: () => null });
    const ids = answer?.reasons.map(({ control }) => control);
    expect(ids).toEqual(expect.arrayContaining(['image-tag', 'privileged']));
    expect(answer?.unknowns).toEqual([]);
  });

  test('a credential is never told', () => {
    const told = JSON.stringify(
      compose('services: {a: {image: "a:1", environment: {DB_PASSWORD: horse22battery}}}'),
    );
    expect(told).not.toContain('horse22battery');
  });

  test('waivers name a control and a service', () => {
    const waivers = readWaivers(
      'waivers:\n  - {control: privileged, workload: Service/a, reason: r, owner: o, expires: 2030-01-01}\n',
      'w',
      new Date('2026-01-01'),
    );
    const parsed = parseYamlDocuments('services: {a: {image: "a:1", privileged: true}}');
    const value = parsed.ok ? parsed.documents[0]?.value : null;
    const [answer] = judgeCompose(
      value,
      { ...policy, waivers, profiles: ['baseline'] },
      { context: alone, lineAt: () => 1 },
    );
    expect(answer).toMatchObject({ decision: 'allow', reasons: [] });
    expect(answer?.waived).toHaveLength(1);
  });

  test.each([
    [{ services: { a: { image: 'x' } } }, true],
    [{ services: { a: null, b: { build: '.' } } }, true],
    [{ include: ['a'], services: {} }, true],
    [{ apiVersion: 'v1', services: { a: { image: 'x' } } }, false],
    [{ services: ['a'] }, false],
    [{ services: { a: { port: 1 } } }, false],
    [{ services: {} }, false],
    [null, false],
  ])('%j is a Compose file: %j', (document, expected) => {
    expect(isCompose(document)).toBe(expected);
  });
});

describe('interpolation', () => {
  const values = new Map([
    ['A', 'a'],
    ['E', ''],
  ]);
  test.each([
    ['$A', 'a'],
    ['${A}b', 'ab'],
    ['${E:-d}', 'd'],
    ['${E-d}', ''],
    ['${X-d}', 'd'],
    ['${X:-${A:-b}}', 'a'],
    ['${X:-${Y:-b}c}', 'bc'],
    ['${A:+r}', 'r'],
    ['${E:+r}', ''],
    ['${E+r}', 'r'],
    ['$$A', '$A'],
    ['$', '$'],
    ['${', '${'],
    ['${A', '${A'],
    ['${A!}', '${A!}'],
    ['$1', '$1'],
  ])('%s is %j', (text, expected) => {
    expect(interpolate(text, values)).toEqual({ text: expected, missing: [] });
  });

  test.each(['$X', '${X}', '${X:?why}', '${X?why}', '${Z:-$X}'])('%s has no value', (text) => {
    expect(interpolate(text, values).missing).toEqual(['X']);
  });

  test('ends for any text', () => {
    const part = fc.constantFrom('$', '{', '}', 'A', ':-', '${', ':?', '$$', 'é');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const { text } = interpolate(parts.join(''), values);
        expect(typeof text).toBe('string');
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  test('environment files', () => {
    const text =
      'A=1\nexport B = "two words" # c\n# no\nC=\'$x\'\nD=a # b\nbad line\n=x\n__proto__=y\n';
    expect([...readEnvironmentFile(text)]).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', '$x'],
      ['D', 'a'],
      ['__proto__', 'y'],
    ]);
  });
});

test('no value of an inspection makes it throw', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const keys = [
    'HostConfig',
    'Config',
    'Mounts',
    'Name',
    'State',
    'Id',
    'Labels',
    'Binds',
    'PortBindings',
  ];
  const host = fc.dictionary(fc.constantFrom(...keys, 'Privileged', 'CapAdd', 'Devices'), value);
  fc.assert(
    fc.property(fc.record({ Id: value, HostConfig: host, Config: host, Mounts: value }), (one) => {
      const config: ContainerConfig = configOfInspection(one, []);
      expect(Array.isArray(containerFaults(config))).toBe(true);
    }),
    { numRuns: 200, seed: 3 },
  );
});
