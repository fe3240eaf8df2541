// CIS Docker: each control with facts that fail it and facts that pass it, and the frame around.
import { describe, expect, test } from 'vitest';
import { configOfInspection } from '../../policy/index.ts';
import { judgeAudit } from '../judge.ts';
import { scoreOf } from '../score.ts';
import { runOf, trendOf } from '../trend.ts';
import { flagsOf, settingOf } from './daemon-settings.ts';
import type { DockerFacts, FileFact } from './facts.ts';
import { dockerControls, risksOf, wantedFiles } from './index.ts';
import { isWatched } from './section-1-host.ts';

type Container = DockerFacts['containers'][number];

function container(raw: object, more: Partial<Container> = {}): Container {
  const config = configOfInspection({ Id: 'a', Name: '/web', HostConfig: {}, ...raw }, []);
  return {
    id: 'a',
    name: 'web',
    image: 'nginx:1',
    imageId: 'sha256:1',
    config,
    programs: null,
    ...more,
  };
}

function file(path: string, owner = 'root', mode = 0o644, group = 'root'): FileFact {
  return { path, kind: 'file', owner, group, mode };
}

const files = (...list: FileFact[]): Pick<DockerFacts, 'files'> => ({
  files: new Map(list.map((one) => [one.path, one])),
});

const daemon = (settings: unknown, words: readonly string[] | null = ['dockerd']) => ({
  daemon: { arguments: words, file: '/etc/docker/daemon.json', settings, problem: null },
});

const image = (more: Partial<DockerFacts['images'][number]>) => ({
  images: [
    {
      id: 'sha256:1',
      name: 'a:1',
      tags: ['a:1'],
      user: '1',
      hasHealthcheck: true,
      environment: [],
      history: [],
      ...more,
    },
  ],
});

const host = (settings: object): Partial<DockerFacts> => ({
  containers: [container({ HostConfig: settings })],
});

const info = (more: object): Partial<DockerFacts> => ({ info: { SecurityOptions: [], ...more } });

const swarm = (spec: object, more: Partial<DockerFacts> = {}): Partial<DockerFacts> => ({
  info: { Swarm: { LocalNodeState: 'active', ControlAvailable: true, Managers: 3 } },
  swarm: { swarm: { Spec: spec }, services: [] },
  ...more,
});

const empty: DockerFacts = {
  address: '/run/docker.sock',
  hostProblem: null,
  info: {},
  version: '28.0.0',
  daemon: {
    arguments: ['dockerd'],
    file: '/etc/docker/daemon.json',
    settings: null,
    problem: null,
  },
  files: new Map(),
  registryCertificates: [],
  auditRules: null,
  mountPoints: ['/'],
  dockerGroup: null,
  listeners: [],
  containers: [],
  images: [],
  networks: [],
  swarm: { swarm: null, services: [] },
  contentTrust: null,
};

function statusOf(id: string, facts: Partial<DockerFacts>) {
  const chosen = dockerControls.filter((one) => one.id === id);
  const [result] = judgeAudit(chosen, { ...empty, ...facts }, () => null);
  return result?.status;
}

const confined = {
  SecurityOptions: ['name=apparmor', 'name=selinux', 'name=seccomp,profile=default'],
};
const watchRow = (id: string, path: string): Row => [
  id,
  { ...files(file(path)), auditRules: { source: 'x', lines: ['-w /other -p wa'] } },
  { ...files(file(path)), auditRules: { source: 'x', lines: [`-w ${path} -p wa -k docker`] } },
];
const fileRows = (
  owner: string,
  mode: string,
  path: string,
  most: number,
  more: Partial<DockerFacts> = {},
): Row[] => [
  [
    owner,
    { ...files(file(path, 'bob', most)), ...more },
    { ...files(file(path, 'root', most)), ...more },
  ],
  [
    mode,
    { ...files(file(path, 'root', most | 0o2)), ...more },
    { ...files(file(path, 'root', most)), ...more },
  ],
];
const tls = (key: string, path: string) => daemon({ [key]: path });

type Row = readonly [id: string, fails: Partial<DockerFacts>, passes: Partial<DockerFacts>];

const rows: readonly Row[] = [
  [
    '1.1.1',
    info({ DockerRootDir: '/d' }),
    { ...info({ DockerRootDir: '/d' }), mountPoints: ['/', '/d'] },
  ],
  watchRow('1.1.3', '/usr/bin/dockerd'),
  watchRow('1.1.4', '/run/containerd'),
  watchRow('1.1.5', '/var/lib/docker'),
  watchRow('1.1.6', '/etc/docker'),
  watchRow('1.1.7', '/etc/systemd/system/docker.service'),
  watchRow('1.1.8', '/run/containerd/containerd.sock'),
  watchRow('1.1.9', '/run/docker.sock'),
  watchRow('1.1.10', '/etc/default/docker'),
  watchRow('1.1.11', '/etc/docker/daemon.json'),
  watchRow('1.1.12', '/etc/containerd/config.toml'),
  watchRow('1.1.13', '/etc/sysconfig/docker'),
  watchRow('1.1.14', '/usr/bin/containerd'),
  watchRow('1.1.15', '/usr/bin/containerd-shim'),
  watchRow('1.1.16', '/usr/bin/containerd-shim-runc-v1'),
  watchRow('1.1.17', '/usr/bin/containerd-shim-runc-v2'),
  watchRow('1.1.18', '/usr/bin/runc'),
  ['2.1', info({}), info({ SecurityOptions: ['name=rootless'] })],
  [
    '2.2',
    { networks: [{ Name: 'bridge', Options: { 'com.docker.network.bridge.enable_icc': 'true' } }] },
    {
      networks: [{ Name: 'bridge', Options: { 'com.docker.network.bridge.enable_icc': 'false' } }],
    },
  ],
  ['2.3', daemon({ 'log-level': 'debug' }), daemon(null)],
  ['2.3', info({ Debug: true }), daemon(null, ['dockerd', '-l', 'info'])],
  ['2.4', daemon({ iptables: false }), daemon(null, ['dockerd', '--iptables'])],
  [
    '2.5',
    info({ RegistryConfig: { InsecureRegistryCIDRs: ['10.0.0.0/8'] } }),
    info({ RegistryConfig: { InsecureRegistryCIDRs: ['127.0.0.0/8', '::1/128'] } }),
  ],
  ['2.5', info({ RegistryConfig: { IndexConfigs: { 'r.example': { Secure: false } } } }), info({})],
  ['2.6', info({ Driver: 'aufs' }), info({ Driver: 'overlay2' })],
  [
    '2.7',
    daemon({ hosts: ['tcp://0.0.0.0:2375'] }),
    daemon({ hosts: ['unix:///run/docker.sock'] }),
  ],
  [
    '2.7',
    daemon(null, ['dockerd', '-H', 'tcp://127.0.0.1:2375']),
    daemon({ tlsverify: true }, ['dockerd', '-Htcp://0.0.0.0:2376']),
  ],
  ['2.8', daemon(null), daemon({ 'default-ulimits': { nofile: {} } })],
  ['2.9', info({}), info({ SecurityOptions: ['name=userns'] })],
  ['2.10', daemon({ 'cgroup-parent': '/x' }), daemon(null)],
  [
    '2.11',
    daemon({ 'storage-opts': ['dm.basesize=20G'] }),
    daemon(null, ['dockerd', '--storage-opt', 'dm.fs=xfs']),
  ],
  ['2.12', info({ Plugins: { Authorization: null } }), info({ Plugins: { Authorization: ['x'] } })],
  ['2.13', info({ LoggingDriver: 'json-file' }), info({ LoggingDriver: 'syslog' })],
  ['2.14', daemon(null), daemon({ 'no-new-privileges': true })],
  ['2.15', info({ LiveRestoreEnabled: false }), info({ LiveRestoreEnabled: true })],
  ['2.16', daemon(null), daemon(null, ['dockerd', '--userland-proxy=false'])],
  ['2.17', info({}), info(confined)],
  ['2.17', info({ SecurityOptions: ['name=seccomp,profile=unconfined'] }), info(confined)],
  ['2.18', info({ ExperimentalBuild: true }), info({ ExperimentalBuild: false })],
  ...fileRows('3.1', '3.2', '/lib/systemd/system/docker.service', 0o644),
  ...fileRows('3.3', '3.4', '/etc/systemd/system/docker.socket', 0o644),
  ...fileRows('3.5', '3.6', '/etc/docker', 0o755),
  [
    '3.7',
    { registryCertificates: [file('/etc/docker/certs.d/r/ca.crt', 'bob', 0o444)] },
    { registryCertificates: [file('/c', 'root', 0o444)] },
  ],
  [
    '3.8',
    { registryCertificates: [file('/c', 'root', 0o644)] },
    { registryCertificates: [file('/c', 'root', 0o400)] },
  ],
  ...fileRows('3.9', '3.10', '/ca.pem', 0o444, tls('tlscacert', '/ca.pem')),
  ...fileRows('3.11', '3.12', '/cert.pem', 0o444, tls('tlscert', '/cert.pem')),
  ...fileRows('3.13', '3.14', '/key.pem', 0o400, tls('tlskey', '/key.pem')),
  [
    '3.15',
    files(file('/run/docker.sock', 'root', 0o660, 'users')),
    files(file('/run/docker.sock', 'root', 0o660, 'docker')),
  ],
  [
    '3.16',
    files(file('/run/docker.sock', 'root', 0o666, 'docker')),
    files(file('/run/docker.sock', 'root', 0o600, 'docker')),
  ],
  ...fileRows('3.17', '3.18', '/etc/docker/daemon.json', 0o644),
  ...fileRows('3.19', '3.20', '/etc/default/docker', 0o644),
  ...fileRows('3.22', '3.21', '/etc/sysconfig/docker', 0o644),
  ...fileRows('3.23', '3.24', '/run/containerd/containerd.sock', 0o660),
  ['4.1', image({ user: '' }), image({ user: 'app' })],
  ['4.1', image({ user: '0:5' }), image({ user: '1000:0' })],
  ['4.5', {}, { contentTrust: '1' }],
  ['4.6', image({ hasHealthcheck: false }), image({})],
  [
    '4.7',
    image({ history: ['/bin/sh -c apt-get update'] }),
    image({ history: ['RUN /bin/sh -c apt-get update && apt-get install -y a # buildkit'] }),
  ],
  [
    '4.9',
    image({ history: ['/bin/sh -c #(nop) ADD file:aa in / ', 'ADD a /b # buildkit'] }),
    image({ history: ['/bin/sh -c #(nop) ADD file:aa in / ', 'COPY a /b # buildkit'] }),
  ],
  ['5.1', swarm({}), info({})],
  [
    '5.2',
    { ...info(confined), containers: [container({ AppArmorProfile: 'unconfined' })] },
    { ...info(confined), containers: [container({ AppArmorProfile: 'docker-default' })] },
  ],
  [
    '5.3',
    { ...info(confined), ...host({ SecurityOpt: ['label=disable'] }) },
    { ...info(confined), ...host({}) },
  ],
  ['5.4', host({ CapAdd: ['NET_ADMIN'] }), host({ CapAdd: ['CHOWN'] })],
  ['5.5', host({ Privileged: true }), host({ Privileged: false })],
  ['5.6', host({ Binds: ['/etc:/e'] }), host({ Binds: ['/srv:/e'] })],
  [
    '5.7',
    { containers: [container({}, { programs: ['/usr/sbin/sshd'] })] },
    { containers: [container({}, { programs: ['nginx'] })] },
  ],
  [
    '5.8',
    host({ PortBindings: { '80/tcp': [{ HostPort: '80' }] } }),
    host({ PortBindings: { '80/tcp': [{ HostPort: '8080' }] } }),
  ],
  ['5.9', host({ PublishAllPorts: true }), host({})],
  ['5.10', host({ NetworkMode: 'host' }), host({ NetworkMode: 'mine' })],
  ['5.11', host({ Memory: 0 }), host({ Memory: 1e8 })],
  ['5.12', host({}), host({ NanoCpus: 1e9 })],
  ['5.13', host({}), host({ ReadonlyRootfs: true })],
  [
    '5.14',
    host({ PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } }),
    host({ PortBindings: { '80/tcp': [{ HostIp: '10.0.0.1', HostPort: '8080' }] } }),
  ],
  [
    '5.15',
    host({ RestartPolicy: { Name: 'always' } }),
    host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 5 } }),
  ],
  ['5.16', host({ PidMode: 'host' }), host({ PidMode: '' })],
  ['5.17', host({ IpcMode: 'host' }), host({ IpcMode: 'private' })],
  ['5.18', host({ Devices: [{ PathOnHost: '/dev/sda' }] }), host({})],
  ['5.19', host({}), host({ Ulimits: [{ Name: 'nofile' }] })],
  ['5.19', host({}), { ...host({}), ...daemon({ 'default-ulimits': {} }) }],
  [
    '5.20',
    {
      containers: [
        container({
          Mounts: [{ Type: 'bind', Source: '/a', Destination: '/a', Propagation: 'rshared' }],
        }),
      ],
    },
    {
      containers: [
        container({
          Mounts: [{ Type: 'bind', Source: '/a', Destination: '/a', Propagation: 'rprivate' }],
        }),
      ],
    },
  ],
  ['5.21', host({ UTSMode: 'host' }), host({})],
  ['5.22', host({ SecurityOpt: ['seccomp=unconfined'] }), host({})],
  ['5.25', host({ CgroupParent: '/x' }), host({ CgroupParent: '' })],
  ['5.26', host({}), host({ SecurityOpt: ['no-new-privileges'] })],
  ['5.26', host({}), { ...host({}), ...info({ SecurityOptions: ['name=no-new-privileges'] }) }],
  [
    '5.27',
    host({}),
    { containers: [container({ Config: { Healthcheck: { Test: ['CMD', 'x'] } } })] },
  ],
  [
    '5.28',
    { containers: [container({}, { image: 'a:1', imageId: 'sha256:old' })], ...image({}) },
    { containers: [container({}, { image: 'a:1', imageId: 'sha256:1' })], ...image({}) },
  ],
  ['5.29', host({ PidsLimit: 0 }), host({ PidsLimit: 100 })],
  ['5.30', host({ NetworkMode: 'default' }), host({ NetworkMode: 'mine' })],
  ['5.31', host({ UsernsMode: 'host' }), host({})],
  ['5.32', host({ Binds: ['/var/run:/r:ro'] }), host({ Binds: ['/srv:/r'] })],
  ['7.1', swarm({}, { info: { Swarm: { LocalNodeState: 'active', Managers: 2 } } }), swarm({})],
  [
    '7.2',
    swarm({}, { listeners: ['[::]:2377'] }),
    swarm({}, { listeners: ['10.0.0.1:2377', '0.0.0.0:22'] }),
  ],
  [
    '7.3',
    swarm({}, { networks: [{ Name: 'o', Driver: 'overlay', Options: {} }] }),
    swarm({}, { networks: [{ Name: 'o', Driver: 'overlay', Options: { encrypted: '' } }] }),
  ],
  [
    '7.4',
    swarm(
      {},
      {
        swarm: {
          swarm: {},
          services: [
            { Spec: { TaskTemplate: { ContainerSpec: { Env: ['DB_PASSWORD=horse22'] } } } },
          ],
        },
      },
    ),
    swarm(
      {},
      {
        swarm: {
          swarm: {},
          services: [{ Spec: { TaskTemplate: { ContainerSpec: { Env: ['A=b'] } } } }],
        },
      },
    ),
  ],
  [
    '7.5',
    swarm({ EncryptionConfig: { AutoLockManagers: false } }),
    swarm({ EncryptionConfig: { AutoLockManagers: true } }),
  ],
  [
    '7.7',
    swarm({ CAConfig: { NodeCertExpiry: 8e15 } }),
    swarm({ CAConfig: { NodeCertExpiry: 7776e12 } }),
  ],
  ['C.5.3.1', host({ CapAdd: ['CAP_DAC_READ_SEARCH'] }), host({ CapAdd: ['NET_ADMIN'] })],
  ['C.5.3.2', host({ CapAdd: ['SYS_MODULE'] }), host({})],
  ['C.5.3.3', host({ CapAdd: ['ALL'] }), host({})],
  ['C.5.3.4', host({ CapAdd: ['sys_ptrace'] }), host({})],
  ['C.2', { version: '17.06.0' }, { version: '20.10.24+dfsg1' }],
];

test.each(rows)('%s fails and passes', (id, fails, passes) => {
  expect(statusOf(id, fails)).toBe('fail');
  expect(statusOf(id, passes)).toBe('pass');
});

/** Controls that only a person answers, with what they say. */
const manual = ['1.2.1', '1.2.2', '4.2', '4.3', '4.4', '4.8', '4.11', '4.12', '5.23', '5.24'];

test.each(manual)('%s is for a person and says how', (id) => {
  const [result] = judgeAudit(
    dockerControls.filter((one) => one.id === id),
    empty,
    () => null,
  );
  expect(result?.status).toBe('manual');
  expect(result?.evidence[0]?.message.length).toBeGreaterThan(10);
});

test.each([
  ['1.1.2', { dockerGroup: ['bob'] }, 'manual'],
  ['1.1.2', { dockerGroup: [] }, 'pass'],
  ['1.1.11', {}, 'not-applicable'],
  ['2.16', daemon(null, null), 'unknown'],
  ['3.1', { hostProblem: 'elsewhere' }, 'unknown'],
  ['4.10', image({ environment: ['API_TOKEN=abcdefghij'] }), 'fail'],
  ['4.10', image({}), 'manual'],
  ['5.2', host({ SecurityOpt: ['apparmor=unconfined'] }), 'not-applicable'],
  ['5.7', { containers: [container({ State: { Running: true } })] }, 'unknown'],
  ['6.1', image({}), 'manual'],
  ['6.1', { ...image({}), ...host({}) }, 'pass'],
  ['6.2', host({}), 'manual'],
  ['7.5', {}, 'not-applicable'],
  ['7.5', { info: { Swarm: { LocalNodeState: 'active' } } }, 'unknown'],
  ['7.6', swarm({}), 'manual'],
  ['7.8', swarm({}), 'manual'],
  ['7.9', swarm({}), 'manual'],
] as const)('%s of %j is %s', (id, facts, expected) => {
  expect(statusOf(id, facts)).toBe(expected);
});

test('all numbers of the benchmark are there, once, each tried above', () => {
  const ids = dockerControls.map(({ id }) => id);
  const range = (prefix: string, most: number): string[] =>
    Array.from({ length: most }, (_, at) => `${prefix}.${at + 1}`);
  const wanted = [
    ...range('1.1', 18),
    ...range('1.2', 2),
    ...range('2', 18),
    ...range('3', 24),
    ...range('4', 12),
    ...range('5', 32),
    ...range('6', 2),
    ...range('7', 9),
  ];
  expect(ids.filter((id) => !id.startsWith('C.'))).toEqual(wanted);
  const tried = new Set([
    ...rows.map(([id]) => id),
    ...manual,
    '1.1.2',
    '4.10',
    '6.1',
    '6.2',
    '7.6',
    '7.8',
    '7.9',
  ]);
  expect(ids.filter((id) => !tried.has(id))).toEqual([]);
});

describe('settings of dockerd', () => {
  test.each([
    ['--icc=false', [['icc', false]]],
    ['--icc', [['icc', true]]],
    [
      '--icc --log-level debug',
      [
        ['icc', true],
        ['log-level', 'debug'],
      ],
    ],
    [
      '-H fd:// -H=tcp://:2375 --host unix:///x',
      [['hosts', ['fd://', 'tcp://:2375', 'unix:///x']]],
    ],
    [
      '-D -l debug',
      [
        ['debug', true],
        ['log-level', 'debug'],
      ],
    ],
    ['--__proto__=1 stray', [['__proto__', '1']]],
  ])('%s', (line, expected) => {
    const found = [...flagsOf(['dockerd', ...line.split(' ')])];
    // Names with underscores are no flags of dockerd.
    expect(found).toEqual(expected.filter(([name]) => name !== '__proto__'));
  });

  test('the command line is told before the file', () => {
    const both = daemon({ icc: true }, ['dockerd', '--icc=false']).daemon;
    expect(settingOf(both, 'icc')).toEqual({ value: false, source: 'dockerd --icc=false' });
  });
});

test.each([
  ['-w /usr/bin/dockerd -p wa', '/usr/bin/dockerd', true],
  ['-w /etc/docker/ -p wa', '/etc/docker/daemon.json', true],
  ['-a always,exit -F path=/usr/bin/runc -F perm=x', '/usr/bin/runc', true],
  ['-a always,exit -F dir=/var/lib/docker', '/var/lib/docker', true],
  ['-w /var/run/docker.sock -p rw', '/run/docker.sock', true],
  ['# -w /usr/bin/dockerd', '/usr/bin/dockerd', false],
  ['-w /etc/dock', '/etc/docker', false],
])('%s watches %s: %j', (line, path, expected) => {
  expect(isWatched([line], path)).toBe(expected);
});

describe('the frame', () => {
  const bad = { ...empty, ...host({ Privileged: true, CapAdd: ['SYS_ADMIN'] }) };

  test('a waiver takes evidence off, and the control with the last of it', () => {
    const results = judgeAudit(dockerControls, bad, ({ alias }) =>
      alias === 'privileged' ? { reason: 'r', owner: 'o', expires: null } : null,
    );
    const privileged = results.find(({ id }) => id === '5.5');
    expect(privileged).toMatchObject({ status: 'not-applicable', evidence: [] });
    expect(privileged?.waived).toHaveLength(1);
  });

  test('the score weighs by severity, and 100 means that nothing failed', () => {
    const of = (status: 'pass' | 'fail', severity: 'critical' | 'low') =>
      ({ status, severity, id: 'x' }) as never;
    expect(scoreOf([of('pass', 'critical'), of('fail', 'low')]).score).toBe(90);
    expect(scoreOf([of('fail', 'critical'), of('pass', 'low')]).score).toBe(9);
    expect(scoreOf([of('pass', 'low')]).score).toBe(100);
    expect(scoreOf([]).score).toBe(100);
  });

  test('a control that breaks is unknown and hides no other', () => {
    const results = judgeAudit(dockerControls, { ...empty, networks: null } as never, () => null);
    expect(results.find(({ id }) => id === '2.2')?.status).toBe('unknown');
    expect(results).toHaveLength(dockerControls.length);
  });

  test('the trend compares with the newest run of the same target', () => {
    const runs = [
      { at: '2026-01-01T00:00:00Z', score: 10, failed: ['5.5', '2.2'], target: 'a' },
      { at: '2026-02-01T00:00:00Z', score: 50, failed: ['5.5'], target: 'a' },
      { at: '2026-03-01T00:00:00Z', score: 99, failed: [], target: 'b' },
    ];
    const results = judgeAudit(
      dockerControls.filter(({ id }) => id === '5.4'),
      bad,
      () => null,
    );
    const run = runOf(results, { at: '2026-04-01T00:00:00Z', score: 60, target: 'a' });
    expect(trendOf(run, runs)).toMatchObject({ change: 10, fixed: ['5.5'], broken: ['5.4'] });
    expect(trendOf(run, [])).toBeNull();
  });

  test('who can take over the host is told in words', () => {
    const risks = risksOf({
      containers: [
        container({ HostConfig: { Privileged: true, PidMode: 'host' } }),
        container({ HostConfig: { Binds: ['/:/h:ro'] } }, { name: 'b' }),
      ],
    });
    expect(risks.map(({ sentence }) => sentence)).toEqual([
      '1 container can command the container engine',
      '1 container runs privileged',
      '1 container shares a namespace of the host',
    ]);
    expect(risks[0]?.containers[0]?.detail).toContain('read-only, which is no protection');
  });

  test('files that settings name are asked for', () => {
    const wanted = wantedFiles({ address: '/x.sock', ...tls('tlskey', '/k.pem') });
    expect(wanted).toEqual(expect.arrayContaining(['/x.sock', '/k.pem', '/usr/bin/dockerd']));
  });
});
