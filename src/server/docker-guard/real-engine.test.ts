// A real engine with our plugin: what users do every day, what they must not, and the ways around that
// are known. Also what the same engine does without us, so that the difference is a fact.
import { execFile } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type SecondEngine,
  secondEngineMissing,
  startSecondEngine,
  writeSmallImage,
} from '../../../test/second-engine.ts';
import { operationRules } from '../../policy/docker-api/index.ts';
import { noWaivers } from '../../policy/index.ts';
import {
  askedEngine,
  type DeskOptions,
  type GuardServer,
  type ProxyServer,
  resolveHostPath,
  startPlugin,
  startProxy,
} from './index.ts';

const docker = '/usr/bin/docker';
const missing = secondEngineMissing;
const reference = 'gatedocker:1';
const name = `seaworthy-gd-${process.pid}`;
const pluginSocket = `/run/docker/plugins/${name}.sock`;

interface Answer {
  readonly status: number;
  readonly text: string;
}

describe.skipIf(missing !== '')(
  `a real engine with the plugin${missing === '' ? '' : ` (needs ${missing})`}`,
  () => {
    let engine: SecondEngine;
    let folder = '';
    let socket = '';
    let plugin: GuardServer;
    let proxy: ProxyServer;
    /** Switched on for the contrast: the engine alone. */
    let isAudit = false;
    let allow: readonly string[] = ['image.load'];
    const desk = (): DeskOptions => ({
      setting: () => ({
        rules: operationRules('usual', { allow, deny: [] }),
        policy: { profiles: ['recommended'], minor: 30, waivers: noWaivers, onUnknown: 'deny' },
        images: null,
        resolve: resolveHostPath,
        engine: askedEngine(socket),
      }),
      isAudit,
      recordFile: null,
      now: () => new Date(),
      clockMs: () => performance.now(),
      warn: () => undefined,
    });

    /** Everything that `docker` prints, whatever its exit code. */
    const run = (...words: readonly string[]): Promise<string> => runAt(`unix://${socket}`, words);
    const runAt = (address: string, words: readonly string[]): Promise<string> =>
      new Promise((resolve) => {
        const whole = ['-H', address, ...words];
        const environment = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_CONFIG: folder };
        execFile(docker, whole, { timeout: 60_000, env: environment }, (error, out, err) => {
          resolve(`${error === null ? 'ok' : 'failed'}: ${out}${err}`);
        });
      });
    const inContainer = (...words: readonly string[]) =>
      run('run', '--rm', '--network', 'none', ...words, reference, '/bin/true');

    const raw = (
      path: string,
      body: string,
      headers: Record<string, string> = { 'content-type': 'application/json' },
    ): Promise<Answer> => rawTo({ socketPath: socket }, path, { body, headers });

    beforeAll(async () => {
      plugin = await startPlugin({ ...desk(), socket: pluginSocket });
      engine = await startSecondEngine(name);
      ({ folder, socket } = engine);
      const file = join(folder, 'image.tar');
      writeSmallImage(file, reference);
      const loaded = await run('load', '-q', '-i', file);
      if (!loaded.startsWith('ok')) throw new Error(loaded);
      allow = [];
      const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
      proxy = await startProxy({ ...desk(), listen, upstream: socket, hosts: [], owner: null });
    }, 60_000);
    afterAll(async () => {
      await proxy?.close();
      await run('rm', '-f', 'web');
      await plugin?.close();
      await engine?.stop();
    }, 60_000);

    test('everyday work passes', async () => {
      expect(await inContainer()).toBe('ok: ');
      expect(await inContainer('-v', 'data:/data', '--memory', '64m')).toBe('ok: ');
      expect(
        await run('run', '-d', '--name', 'web', '--network', 'none', reference, '/bin/pause'),
      ).toMatch(/^ok/);
      expect(await run('exec', 'web', '/bin/true')).toBe('ok: ');
      expect(await run('ps')).toContain('web');
      expect(await run('logs', 'web')).toBe('ok: ');
    }, 30_000);

    test.each<[string, readonly string[]]>([
      ['privileged', ['--privileged']],
      ['host-takeover', ['-v', '/:/host']],
      ['host-takeover', ['-v', '/etc:/e']],
      ['runtime-socket-mount', ['-v', '/var/run/docker.sock:/s']],
      ['runtime-socket-mount', ['-v', '/run:/r:ro']],
      ['host-pid', ['--pid', 'host']],
      ['host-network', ['--net', 'host']],
      ['added-capabilities', ['--cap-add', 'SYS_ADMIN']],
      ['seccomp-profile', ['--security-opt', 'seccomp=unconfined']],
      ['host-takeover', ['--device', '/dev/kmsg']],
      [
        'host-takeover',
        [
          '--mount',
          'type=volume,dst=/x,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/',
        ],
      ],
    ])('%s: docker run %j', async (control, words) => {
      const told = await run('run', '--rm', ...words, reference, '/bin/true');
      expect(told).toContain(`authorization denied by plugin ${name}`);
      expect(told).toContain(`[${control}`);
    });

    test('a link to the root of the host is the root of the host', async () => {
      symlinkSync('/', join(folder, 'link'));
      expect(await inContainer('-v', `${join(folder, 'link')}:/x`)).toContain('host-takeover');
    });

    test.each<[string, readonly string[]]>([
      ['[privileged', ['exec', '--privileged', 'web', '/bin/true']],
      [
        '[host-takeover',
        ['volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/', 'evil'],
      ],
      ['container.read-files is not allowed', ['cp', 'web:/bin/true', '/tmp']],
      ['container.export is not allowed', ['export', 'web', '-o', join(tmpdir(), `${name}.tar`)]],
      ['image.export is not allowed', ['save', reference, '-o', join(tmpdir(), `${name}.tar`)]],
      ['image.commit is not allowed', ['commit', 'web']],
      ['swarm.change is not allowed', ['swarm', 'init']],
      ['plugin.privileges is not allowed', ['plugin', 'install', '--grant-all-permissions', 'a/b']],
    ])('%s: docker %j', async (words, command) => {
      const told = await run(...command);
      expect(told).toContain('authorization denied by plugin');
      expect(told).toContain(words);
    });

    test('a build is denied until it is allowed', async () => {
      const context = mkdtempSync(join(folder, 'context-'));
      writeFileSync(join(context, 'Dockerfile'), `FROM ${reference}\nLABEL a=b\n`);
      expect(await run('build', '-q', context)).toContain('image.build is not allowed');
      allow = ['image.build'];
      expect(await run('build', '-q', context)).toMatch(/^ok: sha256:/);
      expect(await run('build', '-q', '--network', 'host', context)).toContain(
        'network of the host',
      );
      allow = [];
    }, 30_000);

    const evil = '{"Image":"gatedocker:1","Cmd":["/bin/true"],"HostConfig":{"Privileged":true}}';
    const json = { 'content-type': 'application/json' };
    const around: readonly (readonly [string, string, string, Record<string, string>])[] = [
      [
        'at the root of the body',
        '/containers/create',
        '{"Image":"gatedocker:1","Cmd":["/bin/true"],"Privileged":true}',
        json,
      ],
      ['in lower case', '/v1.41/containers/create', evil.toLowerCase(), json],
      ['with a long s', '/containers/create', evil.replace('HostConfig', 'Ho\u{17f}tConfig'), json],
      [
        'in the second of two',
        '/containers/create',
        evil.replace('{"Image"', '{"HostConfig":{},"Image"'),
        json,
      ],
      [
        'in the first of two',
        '/containers/create',
        evil.replace(/\}$/, ',"hostConfig":{"Memory":0}}'),
        json,
      ],
      [
        'behind escapes',
        '/containers/create',
        evil.replace('HostConfig', 'HostConfi\\u0067'),
        json,
      ],
      ['in chunks', '/containers/create', evil, { ...json, 'transfer-encoding': 'chunked' }],
      ['with a path of escapes', '/containers/%63reate', evil, json],
      ['behind a name that looks like a login', '/containers/create?name=/auth', evil, json],
      ['of another type', '/containers/create', evil, { 'content-type': 'text/json' }],
      [
        'of more than a plugin is shown',
        '/containers/create',
        evil.replace('{"Image"', `{"Env":["A=${'a'.repeat(1_100_000)}"],"Image"`),
        json,
      ],
      ['with the start of old', '/v1.22/containers/web/start', '{"Privileged":true}', json],
      [
        'of length zero, and more behind it',
        '/containers/create',
        evil,
        { ...json, 'content-length': '0' },
      ],
    ];

    test.each(around)('a privileged container %s is denied', async (_, path, body, headers) => {
      const before = await run('ps', '-aq');
      const answer = await raw(path, body, headers);
      expect([400, 403, 501]).toContain(answer.status);
      if (answer.status === 403) expect(answer.text).toContain('authorization denied');
      expect(await run('ps', '-aq')).toBe(before);
    });

    test.each(['/grpc', '/v1.41/session'])(
      'the stream %s is asked for, and denied',
      async (path) => {
        const upgrade = { connection: 'Upgrade', upgrade: 'h2c', 'content-length': '0' };
        const answer = await raw(path, '', upgrade);
        expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('not allowed') });
      },
    );

    test('what Compose sends is taken', async () => {
      const body = JSON.stringify({
        Hostname: '',
        Image: reference,
        Cmd: ['/bin/true'],
        Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
        HostConfig: {
          NetworkMode: 'none',
          RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
          Binds: ['shop_data:/data:rw'],
          Mounts: [{ Type: 'volume', Source: 'shop_more', Target: '/more', VolumeOptions: {} }],
          PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
          LogConfig: { Type: 'json-file', Config: null },
          MaskedPaths: null,
        },
        NetworkingConfig: { EndpointsConfig: { none: { Aliases: ['web'] } } },
      });
      const answer = await raw('/v1.41/containers/create?name=shop-web-1', body);
      expect(answer).toMatchObject({ status: 201 });
      expect(await run('rm', '-f', 'shop-web-1')).toMatch(/^ok/);
    });

    test('a rebound name reaches the engine, but not through the proxy', async () => {
      const evilHost = { host: 'evil.example:2375', origin: 'http://evil.example:2375' };
      const bare = await rawTo({ socketPath: socket }, '/containers/json', {
        method: 'GET',
        body: '',
        headers: evilHost,
      });
      expect(bare.status).toBe(200);
      const place = { port: proxy.port };
      const through = (path: string, headers: Record<string, string>, method = 'GET') =>
        rawTo(place, path, { method, body: '', headers });
      expect((await through('/containers/json', { host: 'evil.example:2375' })).status).toBe(421);
      expect((await through('/containers/json', { origin: 'http://a' })).status).toBe(403);
      const simple = { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' };
      expect((await through('/containers/prune', simple, 'POST')).status).toBe(403);
      expect((await through('/containers/json', {})).status).toBe(200);
    });

    test('docker works through the proxy, streams included', async () => {
      const through = (...words: string[]) => runAt(`tcp://127.0.0.1:${proxy.port}`, words);
      expect(await through('run', '--rm', '--network', 'none', reference, '/bin/true')).toBe(
        'ok: ',
      );
      expect(await through('exec', 'web', '/bin/true')).toBe('ok: ');
      expect(await through('run', '--privileged', reference)).toContain('Seaworthy: it runs priv');
    }, 30_000);

    test('without us each of these ways is open', async () => {
      isAudit = true;
      await plugin.close();
      plugin = await startPlugin({ ...desk(), socket: pluginSocket });
      const made: string[] = [];
      for (const at of [0, 1, 2, 3, 6, 7]) {
        const [, path = '', body = '', headers] = around[at] ?? [];
        const { status, text } = await raw(path, body, headers);
        expect([at, status]).toEqual([at, 201]);
        const id = /"Id":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
        made.push(await run('inspect', '--format', '{{.HostConfig.Privileged}}', id));
        await run('rm', '-f', id);
      }
      expect(made).toEqual(made.map(() => 'ok: true\n'));
      const options = ['-o', 'type=none', '-o', 'o=bind', '-o', 'device=/'];
      expect(await run('volume', 'create', ...options, 'evil')).toBe('ok: evil\n');
      expect(await inContainer('-v', 'evil:/x')).toBe('ok: ');
    }, 30_000);

    test('an engine whose plugin is gone denies', async () => {
      await plugin.close();
      const answer = await raw('/containers/create', '{"Image":"gatedocker:1"}');
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).toContain(name);
      isAudit = false;
      plugin = await startPlugin({ ...desk(), socket: pluginSocket });
      expect(await run('ps')).toMatch(/^ok/);
    }, 60_000);

    test('a volume that was made while nobody watched is the folder that it is', async () => {
      const mount = 'type=volume,src=evil,dst=/x';
      expect(await inContainer('-v', 'evil:/x')).toContain('[host-takeover');
      expect(await inContainer('--mount', mount)).toContain('[host-takeover');
      expect(await inContainer('-v', 'data:/data')).toBe('ok: ');
      expect(await run('volume', 'rm', 'evil')).toBe('ok: evil\n');
      expect(await inContainer('-v', 'evil:/x')).toBe('ok: ');
    }, 30_000);
  },
);

interface Sent {
  readonly method?: string;
  readonly body: string;
  readonly headers: Record<string, string>;
}

function rawTo(
  place: { readonly socketPath: string } | { readonly port: number },
  path: string,
  { method = 'POST', body, headers }: Sent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest({ ...place, host: '127.0.0.1', method, path, headers, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    if (headers['content-length'] === '0') {
      // The engine reads what follows as a request of its own.
      call.on('socket', (socket) =>
        socket.on('connect', () => setImmediate(() => socket.write(body))),
      );
      call.end();
    } else if (headers['transfer-encoding'] === 'chunked') {
      call.write(body.slice(0, 10));
      call.end(body.slice(10));
    } else call.end(body);
  });
}
