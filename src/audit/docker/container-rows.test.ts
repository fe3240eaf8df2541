// CIS Docker, sections 4 to 7: facts that fail each control, and facts that pass it.
import { expect, test } from 'vitest';
import {
  container,
  daemon,
  execs,
  type FactsRow,
  host,
  image,
  info,
  statusOf,
  swarm,
} from '../../../test/docker-facts.ts';
import { dockerControls } from './index.ts';

const confined = { SecurityOptions: ['name=apparmor', 'name=selinux'] };

const rows: readonly FactsRow[] = [
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
  // CAP_SYS_ADMIN beside those of every container.
  ['5.23', execs({ capabilities: 0xa82425fbn }), execs({ capabilities: 0xa80425fbn })],
  [
    '5.23',
    execs({ isPrivileged: true, source: 'engine', at: null }),
    execs({ isPrivileged: false, source: 'engine', at: null }),
  ],
  [
    '5.23',
    execs({ capabilities: 0xa80425fbn }, { HostConfig: { CapDrop: ['ALL'] } }),
    execs({ capabilities: 0xa82425fbn }, { HostConfig: { CapAdd: ['CAP_SYS_ADMIN'] } }),
  ],
  [
    '5.23',
    execs({ capabilities: 1n << 21n }, {}, { problem: 'no record' }),
    execs({ capabilities: (1n << 41n) - 1n }, { HostConfig: { Privileged: true } }),
  ],
  ['5.24', execs({ user: '0' }, { Config: { User: '1000' } }), execs({ user: '0' })],
  [
    '5.24',
    execs({ user: 'root', source: 'engine', at: null }),
    execs({ user: '', source: 'engine', at: null }),
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

test.each([
  ['nothing was recorded', execs(null, {}, { problem: 'nothing was recorded' }), 'manual'],
  ['a container that the record never saw', execs(null, {}, { seen: new Map() }), 'unknown'],
  [
    'a record with gaps',
    execs(null, {}, { seen: new Map([['a', { since: '2026-11-01', isWhole: false }]]) }),
    'unknown',
  ],
  ['no containers', { containers: [] }, 'not-applicable'],
])('execs: %s', (_, facts, status) => {
  expect(statusOf('5.23', facts)).toBe(status);
  expect(statusOf('5.24', facts)).toBe(status);
});

/** Controls that are told in docker.test.ts: a person answers them. */
const others = new Set([
  '4.2',
  '4.3',
  '4.4',
  '4.8',
  '4.10',
  '4.11',
  '4.12',
  '6.1',
  '6.2',
  '7.6',
  '7.8',
  '7.9',
]);

test('each control of these sections is tried', () => {
  const tried = new Set(rows.map(([id]) => id));
  const ids = dockerControls.map(({ id }) => id).filter((id) => /^(?:[4567]|C)\./.test(id));
  expect(ids.filter((id) => !tried.has(id) && !others.has(id))).toEqual([]);
});
