import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import type { RuntimeEvent } from '../../model/event.ts';
import { containerFromJson, containerOfCgroups } from './container.ts';
import { machine, read, sampleCapture, written } from './fixtures/capture.ts';
import { connection, eventOf } from './fixtures/scene.ts';
import { CaptureReader, CaptureWriter } from './index.ts';
import { descriptorFacts } from './list.ts';

const folder = sharedData('scap');

function sample(name: string): Uint8Array {
  return sampleCapture(`${folder}/${name}.scap`);
}

/** Sysdig is in Debian; where it is, it must see what we see and open what we write. */
const hasSysdig = spawnSync('sysdig', ['--version']).status === 0;
const mustHave = process.env['SEAWORTHY_CI'] === '1';

function sysdig(file: string, format: string, filter: readonly string[]): readonly string[] {
  const output = execFileSync('sysdig', ['-r', file, '-p', `*${format}`, ...filter], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return output.split('\n').filter((line) => line !== '');
}

describe('the captures of others', () => {
  test.skipIf(folder === null)(`cat_write: ${noSharedData}`, () => {
    const { events, counts } = read(sample('cat_write'));
    expect(counts).toMatchObject({ blocks: 423, events: 345, processes: 73, descriptors: 384 });
    expect(counts.problems).toEqual([]);
    const [first] = events;
    expect(first).toMatchObject({ number: 131, type: 'execve', result: 0 });
    expect(first?.process).toMatchObject({
      pid: 20_072,
      parentPid: 11_310,
      name: 'cat',
      executable: 'cat',
      arguments: ['/dev/null'],
      workingDirectory: expect.stringMatching(/\/userspace\/dragent$/),
      parent: { name: 'bash', parent: { name: 'emacs' } },
    });
    const opened = events.filter(({ type }) => type === 'open');
    expect(opened.map(({ descriptor }) => descriptor?.name)).toContain('/dev/null');
    expect(opened.every((one) => one.openedForReading === true)).toBe(true);
    expect(opened[0]?.arguments.get('flags')).toBe('O_RDONLY|O_CLOEXEC');
  });

  test.skipIf(folder === null)(`curl_google: ${noSharedData}`, () => {
    const { events, counts } = read(sample('curl_google'));
    expect(counts).toMatchObject({ events: 1536, problemCount: 0 });
    expect(events.find(({ type }) => type === 'execve')?.process).toMatchObject({
      name: 'curl',
      arguments: ['-6', 'http://www.google.com'],
      user: { id: 1000, name: 'ubuntu' },
    });
    const connects = events.filter(({ type }) => type === 'connect');
    expect(connects.map(({ result, descriptor }) => [result, descriptor?.name])).toEqual([
      [-2, '/var/run/nscd/socket'],
      [-2, '/var/run/nscd/socket'],
      [0, '2600:1f18:262c:6542:9aa6:df7a:9a47:d29e:40251->2001:4860:4860::8888:53'],
      [-115, '2600:1f18:262c:6542:9aa6:df7a:9a47:d29e:37140->2607:f8b0:4004:802::2004:80'],
    ]);
    expect(connects[2]).toMatchObject({
      descriptor: { kind: 'ipv6', protocol: 'udp', isServer: false, remote: { port: 53 } },
      process: { pid: 17_497, tid: 17_498, name: 'curl' },
    });
    const sent = events.find(({ type, result }) => type === 'sendto' && result === 78);
    expect(Buffer.from(sent?.buffer ?? []).toString()).toMatch(/^GET \/ HTTP\/1\.1/);
  });

  test.skipIf(folder === null)(`privileged_container: ${noSharedData}`, () => {
    const { events, counts } = read(sample('privileged_container'));
    expect(counts).toMatchObject({ events: 2059, problemCount: 0 });
    expect(events.map(({ type }) => type)).toEqual(['container']);
    const told = containerFromJson(String(events[0]?.arguments.get('json')));
    expect(told).toMatchObject({
      id: '9dbcbd0c435f',
      name: 'epic_cray',
      engine: 'docker',
      imageRepository: 'nginx',
      imageTag: 'latest',
      privileged: true,
      mounts: [],
    });
    const reader = new CaptureReader();
    for (const _ of reader.push(sample('privileged_container'))) continue;
    const living = [...reader.living()].map(({ name }) => name);
    expect(living.filter((name) => name === 'nginx')).toHaveLength(5);
    expect(living).toHaveLength(51);
  });

  test('cgroups of all engines name the container', () => {
    const id = '9dbcbd0c435f'.padEnd(64, 'a');
    for (const path of [
      `/docker/${id}`,
      `/system.slice/docker-${id}.scope`,
      `/kubepods/burstable/pod1/${id}`,
      `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope`,
      `/docker/${'b'.repeat(64)}/docker/${id}`,
    ]) {
      expect(containerOfCgroups([`cpuset=${path}`]), path).toBe('9dbcbd0c435f');
    }
    expect(containerOfCgroups(['cpuset=/user.slice'])).toBeNull();
  });

  const compared = '%evt.num|%evt.type|%proc.name|%thread.tid|%proc.ppid|%evt.rawres|%fd.name';
  test.skipIf(folder === null || (!hasSysdig && !mustHave)).each(['cat_write', 'curl_google'])(
    `%s as sysdig sees it (needs sysdig): ${noSharedData}`,
    (name) => {
      const show = (value: string | number | null | undefined): string => String(value ?? '<NA>');
      const lines = sysdig(`${folder}/${name}.scap`, compared, ['evt.dir=<']);
      const ours = new Map(
        read(sample(name)).events.map((event) => {
          const { process: subject, descriptor } = event;
          const path = /^(?:open|read|close|connect)$/.test(event.type) ? descriptor?.name : null;
          return [
            event.number,
            [event.type, subject?.name, subject?.tid, subject?.parentPid, event.result, path].map(
              show,
            ),
          ];
        }),
      );
      expect(lines.length).toBeGreaterThan(40);
      for (const line of lines) {
        const [number = '', type, ...rest] = line.split('|');
        const mine = ours.get(Number(number));
        // Standard descriptors without a name, and the names of unix sockets, are written otherwise.
        const path = rest.at(-1) ?? '';
        const isAlike =
          mine?.[5] === path ||
          path === '' ||
          mine?.[5] === '<NA>' ||
          path.endsWith(mine?.[5] ?? '-');
        expect(isAlike, line).toBe(true);
        const names = type === '<unknown>' ? mine?.[0] : type;
        expect(mine?.slice(0, 5), line).toEqual([names, ...rest.slice(0, 4)]);
      }
    },
  );
});

describe('captures that we write', () => {
  const scene: readonly RuntimeEvent[] = [
    eventOf('execve', { arguments: { filename: '/usr/sbin/nginx' } }),
    eventOf('openat', {
      result: 7,
      descriptor: { ...descriptorFacts(7, 'file'), name: '/etc/passwd', rawName: '/etc/passwd' },
      arguments: {
        name: '/etc/passwd',
        flags: 'O_RDWR|O_CREAT|O_CLOEXEC',
        mode: '0644',
        dirfd: -100,
      },
    }),
    eventOf('socket', {
      result: 5,
      descriptor: { ...descriptorFacts(5, 'ipv4'), protocol: 'tcp' },
      arguments: { domain: 'AF_INET', type: 1, proto: 6 },
    }),
    eventOf('connect', { descriptor: connection, arguments: { fd: 5 } }),
    eventOf('ptrace', { result: 0, arguments: { request: 'PTRACE_ATTACH', pid: 9 } }),
    eventOf('unshare', { result: -1, arguments: { flags: 'CLONE_NEWNS|CLONE_NEWUSER' } }),
    eventOf('chmod', { arguments: { filename: '/tmp/x', mode: 'S_ISUID|S_IXUSR' } }),
    eventOf('renameat2', { arguments: { oldpath: '/a', newpath: '/b' } }),
    eventOf('setuid', { arguments: { uid: 0 } }),
  ];

  test('say the same when they are read', () => {
    const { events, counts } = read(written(scene));
    expect(counts).toMatchObject({ problemCount: 0, processes: 2, descriptors: 1 });
    expect(events.map(({ type }) => type)).toEqual(scene.map(({ type }) => type));
    expect(events.map(({ result }) => result)).toEqual(scene.map(({ result }) => result));
    for (const event of events) expect(event.timeNs).toBe(1_767_387_241_123_456_789n);
    const [started, opened, , connected, traced, left, changed, renamed] = events;
    expect(started?.process).toMatchObject({
      pid: 100,
      parentPid: 1,
      namespacePid: 7,
      name: 'nginx',
      executablePath: '/usr/sbin/nginx',
      arguments: ['-g', 'daemon off;'],
      environment: ['A=b', 'PATH=/bin'],
      terminal: 34_816,
      isUpperLayer: true,
      isFromMemory: false,
      user: { id: 33, name: 'www-data' },
      loginUser: { id: -1 },
      container: { id: '9dbcbd0c435f' },
      parent: { name: 'init', container: null },
    });
    expect(opened).toMatchObject({
      openedForReading: true,
      openedForWriting: true,
      descriptor: { number: 7, name: '/etc/passwd' },
    });
    expect(opened?.arguments.get('flags')).toBe('O_RDWR|O_CREAT|O_CLOEXEC');
    expect(opened?.arguments.get('mode')).toBe('0644');
    expect(connected?.descriptor).toMatchObject({
      name: connection.name,
      protocol: 'tcp',
      isServer: false,
    });
    expect(traced?.arguments.get('request')).toBe('PTRACE_ATTACH');
    expect(left?.arguments.get('flags')).toBe('CLONE_NEWNS|CLONE_NEWUSER');
    expect(changed?.arguments.get('mode')).toBe('S_ISUID|S_IXUSR');
    expect([renamed?.arguments.get('oldpath'), renamed?.arguments.get('newpath')]).toEqual([
      '/a',
      '/b',
    ]);
  });

  test('tell which types have no number', () => {
    const writer = new CaptureWriter();
    expect(writer.event(eventOf('no_such_call'))).toHaveLength(0);
    expect([...writer.leftOut]).toEqual([['no_such_call', 1]]);
  });

  test.skipIf(!hasSysdig && !mustHave)('open in sysdig (needs sysdig)', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'seaworthy-scap-'));
    try {
      const file = join(scratch, 'ours.scap');
      writeFileSync(file, written(scene));
      const lines = sysdig(file, '%evt.type|%proc.name|%fd.name|%container.id', [
        'evt.dir=<',
        'and',
        'evt.type',
        'in',
        '(openat,connect,execve)',
      ]);
      expect(lines).toEqual([
        'execve|nginx|<NA>|9dbcbd0c435f',
        'openat|nginx|/etc/passwd|9dbcbd0c435f',
        'connect|nginx|10.0.0.5:4321->93.184.216.34:443|9dbcbd0c435f',
      ]);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  test.skipIf(folder === null)(`of others, written again, say the same: ${noSharedData}`, () => {
    const { events } = read(sample('curl_google'));
    const writer = new CaptureWriter();
    const parts = [writer.head(machine, []), ...events.map((one) => writer.event(one))];
    const again = read(Buffer.concat(parts));
    const kept = events.filter(({ type }) => !writer.leftOut.has(type));
    const show = ({ type, result, process: subject, descriptor, timeNs }: RuntimeEvent) =>
      /^(?:open|connect|execve|clone)$/.test(type)
        ? [type, result, subject?.tid, subject?.name, descriptor?.name, timeNs]
        : [type, timeNs];
    expect(again.events.map(show)).toEqual(kept.map(show));
  });
});
