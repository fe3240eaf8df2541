// The machine as audits see it, on a root of the test's own: links, owners, tables, damage.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDaemon, openMachine } from './index.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'seaworthy-machine-'));
  const put = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  put(
    'etc/passwd',
    `root:x:0:0::/root:/bin/sh\nme:x:${process.getuid?.() ?? 0}:900::/:/x\nann:x:1:900::/:/x\nbad\n`,
  );
  put('etc/group', 'root:x:0:\ndocker:x:900:bob,eve\nempty:x:901:\n');
  put('etc/docker/daemon.json', '{"icc": false}', 0o640);
  put('etc/docker/certs.d/r/ca.crt', 'x');
  put('etc/audit/rules.d/a.rules', '-w /etc/docker -p wa\n\n');
  put(
    'proc/self/mountinfo',
    '1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /var/lib/my\\040docker rw - ext4 y rw\n\n',
  );
  put(
    'proc/net/tcp',
    'head\n 0: 00000000:0949 00000000:0000 0A 0\n 1: 0100007F:0016 00000000:0000 0A 0\n 2: 0100007F:0017 0:0 01 0\n',
  );
  put(
    'proc/net/tcp6',
    `0: ${'0'.repeat(32)}:0050 0:0 0A\n1: ${'0'.repeat(24)}01000000:0051 0:0 0A\n`,
  );
  put('proc/7/cmdline', 'dockerd\0--icc=false\0-H\0unix:///a.sock\0');
  put('proc/9/cmdline', '/usr/bin/dockerd\0--config-file=/etc/broken.json\0');
  put('etc/broken.json', '{');
  put('proc/net/unix', 'head\n0: 2 0 0 1 1 55 /run/b.sock\n');
  mkdirSync(join(root, 'proc/9/fd'), { recursive: true });
  symlinkSync('socket:[55]', join(root, 'proc/9/fd/3'));
  mkdirSync(join(root, 'run'));
  mkdirSync(join(root, 'var'));
  symlinkSync('/run', join(root, 'var/run'));
  put('run/x', 'inside', 0o4751);
  symlinkSync('../../../../../../etc/passwd', join(root, 'run/up'));
  symlinkSync('loop', join(root, 'run/loop'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test('owners, modes and links inside of the root', () => {
  const machine = openMachine(root);
  expect(machine.file('/var/run/x')).toMatchObject({
    path: '/var/run/x',
    kind: 'file',
    mode: 0o4751,
  });
  expect(machine.file('/none')).toBeNull();
  expect(machine.file('/run/x/y')).toBeNull();
  expect(machine.file('/run/loop')).toBeNull();
  expect(machine.text('/run/up')).toContain('ann:x:1');
  expect(machine.text('/run/x', 3)).toBeNull();
  expect(
    machine
      .filesBelow('/etc/docker')
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(['/etc/docker/certs.d/r/ca.crt', '/etc/docker/daemon.json']);
});

test('tables of the machine', () => {
  const machine = openMachine(root);
  expect(machine.mountPoints()).toEqual(['/', '/var/lib/my docker']);
  expect(machine.members('docker')).toEqual(['bob', 'eve', 'me', 'ann']);
  expect(machine.members('empty')).toEqual([]);
  expect(machine.members('none')).toBeNull();
  expect(machine.listeners()).toEqual(['0.0.0.0:2377', '127.0.0.1:22', '[::]:80', '[::1]:81']);
  expect(machine.auditRules()).toEqual({ source: '/etc/audit', lines: ['-w /etc/docker -p wa'] });
  expect(openMachine(join(root, 'run')).auditRules()).toBeNull();
});

test('of several engines the one that holds the socket', () => {
  const machine = openMachine(root);
  expect(findDaemon(machine, '/var/run/b.sock', root)).toEqual({
    arguments: ['/usr/bin/dockerd', '--config-file=/etc/broken.json'],
    file: '/etc/broken.json',
    settings: null,
    problem: expect.stringContaining('/etc/broken.json: '),
  });
  expect(findDaemon(machine, '/run/other.sock', root)).toEqual({
    arguments: null,
    file: '/etc/docker/daemon.json',
    settings: { icc: false },
    problem: null,
  });
});
