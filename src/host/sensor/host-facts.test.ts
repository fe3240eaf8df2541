import { describe, expect, test } from 'vitest';
import { existingPids, existingReader } from './existing.ts';
import { upperFolder } from './existing-places.ts';
import { cgroupMountPoint, cgroupPathOf, containerHierarchy } from './host-facts.ts';
import { rightsProblem, sensorSupport } from './support.ts';

describe('the hierarchy that names containers', () => {
  test('v1: the controller of pids', () => {
    const hierarchy = containerHierarchy('#subsys\nmemory\t5\t1\t1\npids\t9\t1\t1\n');
    expect(hierarchy).toEqual({ id: 9, isV1: true, controller: 'pids' });
    expect(cgroupPathOf('9:pids:/docker/abc\n0::/x\n', hierarchy)).toBe('/docker/abc');
    const mounts = 'cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0\n';
    expect(cgroupMountPoint(hierarchy, mounts)).toBe('/sys/fs/cgroup/pids');
  });

  test('v2, and controllers that only v2 has', () => {
    for (const text of [null, '', 'pids\t0\t90\t1\nmemory\t0\t1\t1\n']) {
      expect(containerHierarchy(text)).toEqual({ id: 0, isV1: false, controller: null });
    }
    const hierarchy = containerHierarchy(null);
    expect(cgroupPathOf('0::/system.slice/docker-1.scope\n', hierarchy)).toBe(
      '/system.slice/docker-1.scope',
    );
    expect(cgroupMountPoint(hierarchy, 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n')).toBe(
      '/sys/fs/cgroup',
    );
    expect(cgroupPathOf('garbage\n:\n', hierarchy)).toBeNull();
  });
});

test('the writable folder of an overlay', () => {
  const line =
    '1 2 0:3 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/var/a\\040b/diff,workdir=/w';
  expect(upperFolder(`${line}\n5 1 0:9 / /proc rw - proc proc rw`)).toBe('/var/a b/diff');
  expect(upperFolder('1 2 8:1 / / rw - ext4 /dev/sda1 rw')).toBeNull();
  expect(upperFolder('')).toBeNull();
});

test('rights are told by their bits', () => {
  expect(rightsProblem('CapEff:\t000001ffffffffff\n')).toBeNull();
  expect(rightsProblem('CapEff:\t000000c000000000\n')).toBeNull();
  expect(rightsProblem('CapEff:\t0000008000000000\n')).toMatch(/CAP_PERFMON/);
  expect(rightsProblem(null)).toMatch(/run as root/);
});

test('support tells each item and what is covered', () => {
  const { items, covered } = sensorSupport();
  expect(items.map(({ name }) => name)).toEqual([
    'platform',
    'object',
    'library',
    'types',
    'rights',
    'pid-namespace',
  ]);
  expect(covered).not.toBe('');
});

describe.skipIf(process.platform !== 'linux')('processes that live already (needs /proc)', () => {
  test('this one, with its arguments and its program', () => {
    expect(existingPids()).toContain(process.pid);
    const found = existingReader(0n).read(process.pid);
    expect(found).toMatchObject({
      kind: 'exec',
      isExisting: true,
      pid: process.pid,
      uid: process.getuid?.(),
      parent: { pid: process.ppid },
      workingDirectory: { path: process.cwd() },
    });
    expect(found?.executable.path?.path).toBe(process.execPath);
    expect(found?.startTicks).toBeGreaterThan(0);
  });

  test('one that is gone is none', () => {
    expect(existingReader(0n).read(2 ** 30)).toBeNull();
  });
});
