// CIS Docker, sections 1 to 3: facts that fail each control, and facts that pass it.
import { describe, expect, test } from 'vitest';
import { daemon, type FactsRow, file, files, info, statusOf } from '../../../test/docker-facts.ts';
import { flagsOf, settingOf } from './daemon-settings.ts';
import type { DockerFacts } from './facts.ts';
import { dockerControls } from './index.ts';
import { isWatched } from './section-1-host.ts';

const confined = {
  SecurityOptions: ['name=apparmor', 'name=selinux', 'name=seccomp,profile=default'],
};
const watchRow = (id: string, path: string): FactsRow => [
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
): FactsRow[] => [
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

const rows: readonly FactsRow[] = [
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
];

test.each(rows)('%s fails and passes', (id, fails, passes) => {
  expect(statusOf(id, fails)).toBe('fail');
  expect(statusOf(id, passes)).toBe('pass');
});

test('each control of these sections is tried', () => {
  const tried = new Set(rows.map(([id]) => id));
  const ids = dockerControls.map(({ id }) => id).filter((id) => /^[123]\./.test(id));
  expect(ids.filter((id) => !tried.has(id) && !['1.1.2', '1.2.1', '1.2.2'].includes(id))).toEqual(
    [],
  );
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
