// The client against real engines: Docker where it runs, and a Podman of the test's own.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, operatingError } from '../../../test/registry-client.ts';
import { hasOptionalTool, hasTool } from '../../../test/registry-process.ts';
import { hasTinyProgram, tinyProgram } from '../../../test/tiny-program.ts';
import {
  connectEngine,
  containerRootfsPath,
  type DockerEngine,
  type EngineEvent,
} from './index.ts';

const hasDocker = hasTool('docker', 'version');
const hasPodman = hasOptionalTool('podman', '--version');
const unique = `${process.pid}-${Date.now()}`;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-engine-'));
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc', 'os-release'), 'ID=tiny\n');
  writeFileSync(join(root, 'wait'), tinyProgram(), { mode: 0o755 });
  execFileSync('tar', ['-C', root, '-cf', join(folder, 'root.tar'), '.']);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function docker(...arguments_: readonly string[]): string {
  return execFileSync('docker', arguments_, { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim();
}

/** Member names of a tar stream. */
async function membersOf(stream: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const input = await collect(stream);
  const listed = spawnSync('tar', ['-tf', '-'], { input, maxBuffer: 1e8 });
  expect(String(listed.stderr)).toBe('');
  return String(listed.stdout)
    .split('\n')
    .map((name) => name.replace(/^\.\//, ''));
}

describe.skipIf(!hasDocker)('Docker (skipped without a running engine)', () => {
  const image = `seaworthy-test/tiny:${unique}`;
  const name = `seaworthy-test-${unique}`;
  let engine: DockerEngine;
  let id = '';

  beforeAll(async () => {
    engine = await connectEngine();
    id = docker('import', '--change', 'CMD ["/wait"]', join(folder, 'root.tar'), image);
  });

  afterAll(() => {
    spawnSync('docker', ['rm', '-f', name]);
    docker('rmi', '-f', image);
  });

  test('who it is', async () => {
    await engine.ping();
    const told = docker('version', '--format', '{{.Server.Version}} {{.Server.Arch}}');
    const version = await engine.version();
    expect(`${version.version} ${version.architecture}`).toBe(told);
    expect(version.components.has('containerd')).toBe(true);
    expect(engine.kind).toBe('docker');
    expect(engine.local).toBe(true);
    expect(engine.apiVersion).toMatch(/^1\.\d+$/);
    expect(await engine.info()).toHaveProperty('ServerVersion', version.version);
  });

  test('images', async () => {
    const listed = (await engine.images()).find((one) => one.repoTags.includes(image));
    expect(listed).toMatchObject({ id, repoTags: [image], repoDigests: [] });
    const inspected = await engine.inspectImage(image);
    expect(inspected).toMatchObject({ id, os: 'linux', repoTags: [image] });
    expect(inspected.diffIds).toHaveLength(1);
    expect((await engine.inspectImage(id)).id).toBe(id);
    expect((await engine.inspectImage(id.slice('sha256:'.length, 19))).id).toBe(id);
  });

  test('the stream of docker save', async () => {
    const members = await membersOf(engine.exportImage(image));
    expect(members).toContain('manifest.json');
    expect(
      members.some((member) => member.endsWith('layer.tar') || member.startsWith('blobs/')),
    ).toBe(true);
    expect(await membersOf(engine.exportImage(id))).toContain('manifest.json');
  });

  test('what does not exist', async () => {
    const absent = `seaworthy-test/absent:${unique}`;
    const questions = [
      () => engine.inspectImage(absent),
      () => collect(engine.exportImage(absent)),
      () => engine.inspectContainer(`absent-${unique}`),
      () => collect(engine.exportContainer(`absent-${unique}`)),
    ];
    for (const question of questions) {
      const error = await operatingError(question());
      expect(error.code).toBe('not-found');
      expect(error.message).toContain('does not have the');
      expect(error.message).toContain('absent');
    }
  });

  test('a container that never ran', async () => {
    const created = docker('create', '--name', name, '--label', 'purpose=test', image);
    try {
      expect((await engine.containers()).some((one) => one.id === created)).toBe(false);
      const listed = (await engine.containers({ all: true })).find((one) => one.id === created);
      expect(listed).toMatchObject({ names: [name], image, imageId: id, state: 'created' });
      expect(listed?.labels.get('purpose')).toBe('test');
      const inspected = await engine.inspectContainer(name);
      expect(inspected).toMatchObject({ id: created, name, image, imageId: id, running: false });
      expect(inspected).toMatchObject({ pid: null, startedAt: null, exitCode: 0 });
      expect(containerRootfsPath(inspected)).toBeNull();
      expect(await membersOf(engine.exportContainer(created))).toContain('etc/os-release');
    } finally {
      docker('rm', '-f', name);
    }
  });

  test.skipIf(!hasTinyProgram)(
    'a running container and its events (skipped off x86-64)',
    async () => {
      const controller = new AbortController();
      const events: EngineEvent[] = [];
      const sinceSeconds = Date.now() / 1000;
      const following = (async () => {
        const { signal } = controller;
        for await (const event of engine.events({ sinceSeconds, signal, types: ['container'] })) {
          if (event.kind === 'event' && event.attributes.get('name') === name) events.push(event);
        }
      })();
      docker('run', '-d', '--network', 'none', '--name', name, image);
      const inspected = await engine.inspectContainer(name);
      expect(inspected.running).toBe(true);
      expect(inspected.pid).toBeGreaterThan(0);
      expect(Date.parse(inspected.startedAt ?? '')).toBeGreaterThan(0);
      const rootfs = containerRootfsPath(inspected);
      const { storageDriver } = inspected;
      const visible =
        storageDriver === 'overlay2' && process.getuid?.() === 0 && existsSync('/var/lib/docker');
      expect(rootfs !== null).toBe(visible);
      const release = rootfs === null ? null : readFileSync(join(rootfs, 'etc/os-release'), 'utf8');
      expect(release).toBe(visible ? 'ID=tiny\n' : null);
      expect(await membersOf(engine.exportContainer(name))).toContain('wait');
      docker('rm', '-f', name);
      const actions = (): readonly string[] =>
        events.map((event) => (event.kind === 'event' ? event.action : event.reason));
      await expect.poll(actions, { timeout: 20_000 }).toContain('destroy');
      controller.abort();
      await following;
      expect(actions()).toEqual(expect.arrayContaining(['create', 'start', 'die', 'destroy']));
      const [first] = events;
      expect(first).toMatchObject({ type: 'container', id: inspected.id });
      expect(first?.kind === 'event' && first.timeNanoseconds > 1_700_000_000_000_000_000n).toBe(
        true,
      );
    },
  );
});

/** Podman's storage inside the test's own folder. */
function storage(): readonly string[] {
  const stores = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')];
  return [...stores, '--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'];
}

describe.skipIf(!hasPodman)('Podman (skipped without it)', () => {
  let service: ChildProcess;
  let socketPath = '';

  beforeAll(async () => {
    socketPath = join(folder, 'podman.sock');
    const listen = ['system', 'service', '--time', '0', `unix://${socketPath}`];
    service = spawn('podman', [...storage(), ...listen], { stdio: 'ignore' });
    for (let attempt = 0; attempt < 400 && !existsSync(socketPath); attempt += 1) await sleep(25);
    execFileSync('podman', [...storage(), 'import', join(folder, 'root.tar'), 'localhost/tiny:1'], {
      stdio: 'ignore',
    });
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => service.once('exit', resolve));
    service.kill('SIGKILL');
    await ended;
  });

  test('who it is, images and their bytes', async () => {
    const engine = await connectEngine({ host: `unix://${socketPath}`, environment: {} });
    expect(engine.kind).toBe('podman');
    expect((await engine.version()).version).toMatch(/^\d+\.\d+/);
    const [image] = await engine.images();
    expect(image?.repoTags).toEqual(['localhost/tiny:1']);
    const inspected = await engine.inspectImage('localhost/tiny:1');
    expect(inspected.os).toBe('linux');
    expect(inspected.diffIds).toHaveLength(1);
    expect(await membersOf(engine.exportImage('localhost/tiny:1'))).toContain('manifest.json');
    expect((await operatingError(engine.inspectImage('localhost/absent:1'))).code).toBe(
      'not-found',
    );
  });

  test('a container that never ran', async () => {
    const engine = await connectEngine({ socketPath });
    const create = [...storage(), 'create', '--network', 'none', '--name', 'tiny'];
    const created = execFileSync('podman', [...create, 'localhost/tiny:1', '/wait']);
    const id = created.toString().trim();
    const [listed] = await engine.containers({ all: true });
    expect(listed).toMatchObject({ id, names: ['tiny'] });
    expect(await engine.inspectContainer('tiny')).toMatchObject({
      id,
      running: false,
      name: 'tiny',
    });
    expect(await membersOf(engine.exportContainer('tiny'))).toContain('etc/os-release');
  });
});
