// A swarm of one real engine with our plugin: services, their mounts, volumes that are there already,
// secrets and configurations, and what a policy in CEL says of the containers of a service.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  secondEngineMissing as missing,
  type SecondEngine,
  startSecondEngine,
  writeSmallImage,
} from '../../../test/second-engine.ts';
import { policyWith, readGatePolicy } from '../../flow/gate-policy.ts';
import { operationRules } from '../../policy/docker-api/index.ts';
import { newestMinor, noWaivers } from '../../policy/index.ts';
import { askedEngine, type GuardServer, resolveHostPath, startPlugin } from './index.ts';

const reference = 'gateswarm:1';
const name = `seaworthy-sw-${process.pid}`;
const opened = ['image.load', 'swarm.*', 'service.*', 'secret.*', 'config.*', 'task.*', 'node.*'];
const team = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: team}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [docker], apiVersions: [v1], operations: [CREATE], resources: [containers]}]
  validations: [{expression: "'team' in object.metadata.?labels.orValue({})", message: name a team}]
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(missing !== '')(
  `a swarm with the plugin${missing === '' ? '' : ` (needs ${missing})`}`,
  () => {
    let engine: SecondEngine;
    let plugin: GuardServer;
    let folder = '';
    let socket = '';
    /** Volumes were made before anybody watched. */
    let isWatching = false;

    const docker = (...words: readonly string[]): Promise<string> =>
      new Promise((resolve) => {
        const whole = ['-H', `unix://${socket}`, ...words];
        const env = { ...process.env, DOCKER_CONFIG: folder };
        execFile('/usr/bin/docker', whole, { timeout: 60_000, env }, (error, out, err) => {
          resolve(`${error === null ? 'ok' : 'failed'}: ${out}${err}`);
        });
      });
    const service = (...words: readonly string[]): Promise<string> =>
      docker('service', 'create', '--detach', '--quiet', '--no-resolve-image', ...words);
    const ours = ['--label', 'x=y', '--container-label', 'team=shop'];

    beforeAll(async () => {
      const gate = readGatePolicy([{ file: 'team.yaml', text: team }], new Date());
      const defaults = {
        profiles: ['recommended'],
        minor: newestMinor,
        waivers: noWaivers,
        onUnknown: 'deny',
      } as const;
      const policy = policyWith(gate, defaults, { known: () => null, now: new Date() });
      const desk = {
        setting: () => ({
          rules: operationRules('usual', { allow: opened, deny: ['swarm.unlock-key'] }),
          policy: isWatching ? policy : { ...defaults, profiles: [] },
          images: null,
          resolve: resolveHostPath,
          engine: askedEngine(socket),
        }),
        isAudit: false,
        recordFile: null,
        now: () => new Date(),
        clockMs: () => performance.now(),
        warn: () => undefined,
      };
      plugin = await startPlugin({ ...desk, socket: `/run/docker/plugins/${name}.sock` });
      engine = await startSecondEngine(name);
      ({ folder, socket } = engine);
      const file = join(folder, 'image.tar');
      writeSmallImage(file, reference);
      // Made where nobody watched: a volume that is the root of the host.
      for (const words of [
        ['load', '-q', '-i', file],
        ['volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/', 'disguise'],
        ['volume', 'create', 'data'],
      ]) {
        const told = await docker(...words);
        if (!told.startsWith('ok')) throw new Error(told);
      }
      isWatching = true;
      const port = await freePort();
      const address = ['--advertise-addr', '127.0.0.1', '--listen-addr', `127.0.0.1:${port}`];
      const made = await docker('swarm', 'init', ...address);
      if (!made.startsWith('ok')) throw new Error(made);
    }, 90_000);
    afterAll(async () => {
      if (engine !== undefined) await docker('swarm', 'leave', '--force');
      await plugin?.close();
      await engine?.stop();
    }, 90_000);

    test('everyday services, secrets and configurations pass', async () => {
      const text = join(folder, 'text');
      writeFileSync(text, 'x');
      expect(await docker('secret', 'create', 'word', text)).toMatch(/^ok/);
      expect(await docker('config', 'create', 'settings', text)).toMatch(/^ok/);
      const mount = ['--mount', 'type=volume,src=data,dst=/data', '--mount', 'type=tmpfs,dst=/tmp'];
      const more = ['--secret', 'word', '--config', 'settings', '--replicas', '0'];
      const told = await service('--name', 'web', ...ours, ...mount, ...more, reference);
      expect(told).toMatch(/^ok/);
      expect(await docker('service', 'ls')).toContain('web');
      expect(await docker('service', 'update', '--detach', '--env-add', 'A=b', 'web')).toMatch(
        /^ok/,
      );
      // What they hold stays inside: an engine never gives a secret back, a configuration it does.
      expect(await docker('secret', 'inspect', 'word')).not.toContain('eA==');
    }, 60_000);

    test.each<[string, readonly string[]]>([
      ['[host-takeover', ['--mount', 'type=bind,src=/,dst=/host']],
      ['[runtime-socket-mount', ['--mount', 'type=bind,src=/run/docker.sock,dst=/s']],
      ['[host-takeover', ['--mount', 'type=volume,src=disguise,dst=/host']],
      [
        '[host-takeover',
        [
          '--mount',
          'type=volume,dst=/x,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/',
        ],
      ],
      ['[added-capabilities', ['--cap-add', 'SYS_ADMIN']],
      ['[host-network', ['--network', 'host']],
    ])('%s: docker service create %j', async (control, words) => {
      const told = await service('--replicas', '0', ...ours, ...words, reference);
      expect(told).toContain(`authorization denied by plugin ${name}`);
      expect(told).toContain(control);
    });

    test('a policy of the user is asked for the containers of a service', async () => {
      expect(await service('--replicas', '0', reference)).toContain('name a team');
    });

    test('an update is judged as well', async () => {
      const words = ['--mount-add', 'type=bind,src=/,dst=/host', 'web'];
      expect(await docker('service', 'update', '--detach', ...words)).toContain('[host-takeover');
    });

    test('what is closed stays closed', async () => {
      expect(await docker('swarm', 'unlock-key')).toContain('swarm.unlock-key is not allowed');
    });
  },
);
