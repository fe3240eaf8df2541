// Folders on disk as they really are: special files, names that are no UTF-8, links in loops.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distributionGlobs } from '../distro/index.ts';
import { ecosystems } from '../ecosystem/registry.ts';
import { compileWanted, inventoryOf, readFolder } from './index.ts';

const wanted = compileWanted(ecosystems, distributionGlobs);
const base = mkdtempSync(join(tmpdir(), 'seaworthy-rootfs-'));
const root = join(base, 'root');
let server: Server;

function put(path: string | Buffer, text: string): void {
  const at = path.lastIndexOf('/');
  const full = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path)]);
  mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path.slice(0, at))]), {
    recursive: true,
  });
  writeFileSync(full, text);
}

beforeAll(async () => {
  put('etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
  put('app/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}');
  put(
    Buffer.from('app/node_modules/b\xff\xfe/package.json', 'latin1'),
    '{"name":"b","version":"1.0.0"}',
  );
  put('app/node_modules/straße/package.json', '{"name":"c","version":"1.0.0"}');
  put('app/node_modules/new\nline/package.json', '{"name":"d","version":"1.0.0"}');
  mkdirSync(join(base, 'node_modules/outside'), { recursive: true });
  writeFileSync(join(base, 'node_modules/outside/package.json'), '{"name":"x","version":"6"}');
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  mkdirSync(join(root, 'srv'));
  spawnSync('mkfifo', [join(root, 'var/lib/dpkg/status'), join(root, 'srv/plain-pipe')]);
  symlinkSync('.', join(root, 'loop'));
  symlinkSync('../../..', join(root, 'srv/up'));
  symlinkSync('/etc/os-release', join(root, 'srv/package-lock.json'));
  server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(join(root, 'srv/yarn.lock'), resolve);
  });
});
afterAll(() => {
  server.close();
  rmSync(base, { recursive: true, force: true });
});

async function scanned(folder: string) {
  const options = {
    folder,
    wanted,
    spoolFolder: join(base, 'spool'),
    skipNames: new Set<string>(),
  };
  const contents = {
    records: [readFolder(options)],
    layers: [null],
    reread: async () => readFolder(options),
  };
  return inventoryOf(contents, { wanted, believesInstalled: true });
}

describe('a folder on disk', () => {
  test('every package is found, whatever the bytes of its path', async () => {
    const { packages } = await scanned(root);
    expect(packages.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(packages.map(({ locations }) => locations[0]?.path)).toEqual([
      'app/node_modules/a/package.json',
      'app/node_modules/b��/package.json',
      'app/node_modules/straße/package.json',
      'app/node_modules/new\nline/package.json',
    ]);
  });

  test('pipes and sockets are never opened, and told where something was wanted', async () => {
    const { unknowns } = await scanned(root);
    expect(unknowns.map(({ path }) => path).toSorted()).toEqual([
      'srv/yarn.lock',
      'var/lib/dpkg/status',
    ]);
    for (const { reason } of unknowns) expect(reason).toMatch(/^is no regular file/);
  });

  test('a folder that is gone, a file, an empty one', async () => {
    await expect(scanned(join(base, 'absent'))).rejects.toThrow(/absent does not exist/);
    await expect(scanned(join(root, 'etc/os-release'))).rejects.toThrow(/cannot be listed/);
    mkdirSync(join(base, 'empty'));
    expect((await scanned(join(base, 'empty'))).packages).toEqual([]);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)(
    `a folder that may not be listed is told${isRoot ? ' (root may list all)' : ''}`,
    async () => {
      const closed = join(base, 'closed');
      mkdirSync(join(closed, 'inner'), { recursive: true });
      chmodSync(join(closed, 'inner'), 0);
      const { unknowns } = await scanned(closed);
      chmodSync(join(closed, 'inner'), 0o700);
      expect(unknowns.map(({ path }) => path)).toEqual(['inner']);
      expect(unknowns[0]?.reason).toMatch(/cannot be listed: EACCES/);
    },
  );
});
