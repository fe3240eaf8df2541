// Real containers under the real sensor: their names before their first instruction, and drift.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NamingLab, namingLabMissing, openNamingLab } from '../../../test/naming-lab.ts';
import { execs, hasSensor, sensorReason, watched } from '../../../test/sensor-watch.ts';
import { endingProgram } from '../../../test/tiny-program.ts';
import { openSensor } from './index.ts';
import type { RawExec } from './record.ts';

const missing = sensorReason || namingLabMissing;

// Needs root, libbpf and BTF; what is missing stands in the title.
describe.skipIf(!hasSensor || namingLabMissing !== '')(`containers${missing}`, () => {
  let lab: NamingLab;
  beforeAll(() => {
    lab = openNamingLab('sensor');
  });
  afterAll(() => lab.close());

  test('the cgroup that names a container comes before its first program', async () => {
    let id = '';
    const { records } = await watched(async () => {
      id = await lab.docker('create', '--network', 'none', lab.reference, '/bin/seven', 'one', '');
      await lab.docker('start', '-a', id).catch(() => undefined);
      await lab.docker('rm', '-f', id);
    });
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const made = records.findIndex(
      (one) => one.kind === 'cgroup' && one.action === 'mkdir' && one.path.includes(id),
    );
    const first = records.findIndex((one) => one.kind === 'exec' && one.fileName === '/bin/seven');
    expect(made).toBeGreaterThanOrEqual(0);
    expect(first).toBeGreaterThan(made);
    const [program] = execs(records.slice(first));
    const cgroup = records[made];
    expect(program).toMatchObject({
      arguments: ['/bin/seven', 'one', ''],
      virtualPid: 1,
      isHost: false,
      workingDirectory: { path: '/' },
      executable: { path: { path: '/bin/seven' }, isOverlay: true, isUpperLayer: false },
    });
    expect(program?.cgroupPath).toContain(id);
    expect(program?.cgroupId).toBe(cgroup?.cgroupId);
    // A container has fewer rights than we, and its own namespaces.
    expect(program?.capabilities.effective).toBe(0xa80425fbn);
    const exit = records.find((one) => one.kind === 'exit' && one.pid === program?.pid);
    expect(exit).toMatchObject({ exitCode: 7, virtualPid: 1 });
    const gone = records.some(
      (one) => one.kind === 'cgroup' && one.action === 'rmdir' && one.path.includes(id),
    );
    expect(gone).toBe(true);
  });

  test('a program that is not from the image is marked', async () => {
    const added = join(lab.folder, 'added');
    writeFileSync(added, endingProgram(0), { mode: 0o755 });
    const { records } = await watched(async () => {
      const id = await lab.docker('create', '--network', 'none', lab.reference, '/bin/added');
      await lab.docker('cp', added, `${id}:/bin/added`);
      await lab.docker('start', '-a', id);
      await lab.docker('rm', '-f', id);
    });
    const found = execs(records).find(({ fileName }) => fileName === '/bin/added');
    expect(found?.executable).toMatchObject({ isOverlay: true, isUpperLayer: true });
  });

  test('a container of before the sensor is told with its cgroup and its overlay', async () => {
    const id = await lab.docker('run', '-d', '--network', 'none', lab.reference, '/bin/pause');
    try {
      const found: RawExec[] = [];
      const done = Promise.withResolvers<void>();
      const sensor = await openSensor({
        handlers: {
          onExisting: (processes) => found.push(...processes),
          onExistingDone: done.resolve,
        },
      });
      await done.promise;
      await sensor.stop();
      const mine = found.find(({ cgroupPath }) => cgroupPath.includes(id));
      expect(mine).toMatchObject({
        isExisting: true,
        isHost: false,
        virtualPid: 1,
        arguments: ['/bin/pause'],
        executable: { path: { path: '/bin/pause' }, isOverlay: true, isUpperLayer: false },
      });
      expect(mine?.cgroupId).toBeGreaterThan(0);
    } finally {
      await lab.docker('rm', '-f', id);
    }
  });

  test('the host can be left out, and the container is seen all the same', async () => {
    const { records, counters } = await watched(
      () => lab.docker('run', '--rm', '--network', 'none', lab.reference, '/bin/true'),
      { dropHostCalls: true, keptPrograms: [] },
    );
    expect(execs(records).some(({ fileName }) => fileName === '/bin/true')).toBe(true);
    const calls = records.filter((one) => one.kind === 'call');
    expect(calls.filter(({ isHost }) => isHost)).toEqual([]);
    expect(counters.get('openat')?.filtered).toBeGreaterThan(0);
  });
});
