// Hostile advisories, full disks and odd machines as a user meets them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';
import { buildZip } from '../build-zip.ts';
import { buildImage, debianLayer, dockerArchive } from '../image-builder.ts';
import { tar } from '../tar-builder.ts';
import { archiveOfTar, data, folder, launcher, MiB, named, put, run, work } from './hostile-run.ts';
import { seaworthy } from './run.ts';

describe('advisories', () => {
  test('a zip with one bad record: skipped, counted, named', async () => {
    const record = (id: string) =>
      JSON.stringify({
        id,
        modified: '2026-01-01T00:00:00Z',
        affected: [{ package: { ecosystem: 'npm', name: 'left' }, versions: ['1.0.0'] }],
      });
    put(
      'all.zip',
      buildZip([
        { name: 'GHSA-1.json', content: record('GHSA-aaaa-aaaa-aaaa') },
        { name: 'GHSA-2.json', content: '{"id":' },
        { name: 'GHSA-3.json', content: record('GHSA-cccc-cccc-cccc') },
      ]),
    );
    const database = join(folder, 'data', 'zip.db');
    const { code, stdout, stderr } = await run([
      'db',
      'build',
      '--from',
      'all.zip',
      '--db',
      database,
    ]);
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/2 records; 1 bad records skipped/);
    const status = await run(['db', 'status', '--db', database, '--format', 'json']);
    const { badRecords, info } = JSON.parse(status.stdout);
    expect(badRecords).toMatchObject([{ place: 'all.zip/GHSA-2.json' }]);
    expect(info.sources).toMatchObject([{ advisories: 2, skipped: 1 }]);
  });

  test('a database of another version, and one that is half there', async () => {
    const database = join(data, 'other.db');
    const { DatabaseSync } = await import('node:sqlite');
    const made = new DatabaseSync(database);
    made.exec('CREATE TABLE x (y); PRAGMA user_version = 99');
    made.close();
    put('image.tar', dockerArchive(buildImage([debianLayer({ bash: '1' })])));
    for (const bytes of [readFileSync(database), readFileSync(database).subarray(0, 1000)]) {
      writeFileSync(database, bytes);
      const { code, stderr } = await run(['scan', 'image.tar', '--db', database]);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^seaworthy: [^\n]*other\.db[^\n]*\n$/);
    }
  });
});

describe('the machine', () => {
  const image = dockerArchive(buildImage([debianLayer({ bash: '5.2.15-2' })]), 'gzip');

  test('ten scans at once into one new store agree', async () => {
    put('image.tar', image);
    const own = join(data, 'together');
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        seaworthy(['scan', 'image.tar', '--format', 'json', '--data', own], { cwd: work }),
      ),
    );
    for (const { code, stderr, stdout } of all) {
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout).packages).toHaveLength(1);
    }
  });

  const small = join(folder, 'data', 'small');
  mkdirSync(small, { recursive: true });
  const mounted =
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48k', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync('umount', [small]);
  });

  test.skipIf(!mounted)(`a full disk${mounted ? '' : ' (a tmpfs needs root)'}`, async () => {
    put(
      'image.tar',
      archiveOfTar(tar([...debianLayer({ bash: '1' }), named('x.jar', Buffer.alloc(40 * MiB))])),
    );
    const ran = await run(['scan', 'image.tar', '--format', 'json', '--data', join(small, 'd')]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^(?:seaworthy: the store [^\n]*\n)+$/);
    const { packages, unknowns } = JSON.parse(ran.stdout);
    expect(packages).toHaveLength(1);
    expect(JSON.stringify(unknowns)).toMatch(/could not be held for reading: ENOSPC/);
    spawnSync('sh', ['-c', `cat /dev/zero > ${join(small, 'fill')}`]);
    const failed = await run([
      'scan',
      'image.tar',
      '--format',
      'json',
      '--output',
      join(small, 'o'),
    ]);
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/^seaworthy: [^\n]*o cannot be written \(ENOSPC[^\n]*\n$/);
    expect(readdirSync(small).filter((name) => name.startsWith('o'))).toEqual([]);
  });

  test('an interrupt leaves nothing behind but the store', async () => {
    const own = join(data, 'interrupted');
    const child = spawn(launcher, ['scan', 'rootfs:/proc', '--data', own, '--output', 'r.json'], {
      cwd: work,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while (!existsSync(join(own, 'store.db')) && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill('SIGINT');
    await ended;
    expect(readdirSync(work).filter((name) => name.startsWith('r.json.'))).toEqual([]);
    const left = existsSync(own) ? readdirSync(own) : [];
    expect(left.filter((name) => !/^store\.db(?:-wal|-shm|-journal)?$|^spool$/.test(name))).toEqual(
      [],
    );
    if (left.includes('spool')) expect(readdirSync(join(own, 'spool'))).toEqual([]);
  });

  test('a pipe that nobody writes into, and what is no file, are refused', async () => {
    spawnSync('mkfifo', [join(work, 'pipe')]);
    const { code, stderr } = await run(['scan', 'pipe']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^seaworthy: nobody writes into the pipe pipe; start .*\n$/);
    expect((await run(['scan', '/dev/zero'])).code).toBe(2);
  });
});
