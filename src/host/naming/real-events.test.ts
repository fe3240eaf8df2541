// Without privileges: a daemon of our own, its events, and its restart.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasContainerd,
  type NamingLab,
  namingLabMissing,
  openNamingLab,
  until,
} from '../../../test/naming-lab.ts';
import { OwnDaemon } from '../../../test/own-daemon.ts';
import { present } from '../../../test/present.ts';
import { connectEngine, type Followed, followEngine } from '../docker/index.ts';
import {
  createEndWatch,
  createIdentifier,
  createLifecycle,
  createRunningStarts,
  type NamedContainer,
  openNamer,
  type RunUpdate,
  watchBundles,
} from './index.ts';

const workload = { user: null, team: null, application: null, environment: null };

describe.skipIf(namingLabMissing !== '')(
  `runs on a real engine${namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`}`,
  () => {
    let lab: NamingLab;
    const daemon = new OwnDaemon();
    const abort = new AbortController();
    beforeAll(async () => {
      lab = openNamingLab('naming-events');
      await daemon.start();
    });
    afterAll(async () => {
      abort.abort();
      await daemon.stop();
      rmSync(daemon.folder, { recursive: true, force: true });
      lab?.close();
    });

    test('events alone, over a restart of the daemon', async () => {
      const docker = (...words: readonly string[]) =>
        lab.docker('-H', `unix://${daemon.socket}`, ...words);
      const connect = () => connectEngine({ socketPath: daemon.socket });
      const updates: RunUpdate[] = [];
      const heard: Followed[] = [];
      const lifecycle = createLifecycle({
        node: 'here',
        workloadOf: () => workload,
        identifier: createIdentifier({
          places: { docker: [], containerd: [], storage: [] },
          engine: connect,
        }),
        onUpdate: (update) => void updates.push(update),
        nowNs: () => BigInt(Date.now()) * 1_000_000n,
        startOf: createRunningStarts(async () => null).startOf,
      });
      const following = (async () => {
        for await (const one of followEngine({ connect, signal: abort.signal })) {
          heard.push(one);
          await lifecycle.followed(one);
        }
      })();
      const told = (kind: RunUpdate['kind'], name: string) =>
        updates.filter(
          (update) =>
            update.kind === kind && update.kind !== 'gap' && update.run.identity.name === name,
        );
      await until(() => heard.length > 0);
      await docker('load', '-q', '-i', join(lab.folder, 'image.tar'));
      await docker(
        'run',
        '--name',
        'one',
        '--network',
        'none',
        '--label',
        'a=b',
        `${lab.prefix}:1`,
        '/bin/seven',
      ).catch(() => undefined);
      await until(() => told('ended', 'one').length > 0);
      expect(told('ended', 'one')[0]).toMatchObject({
        run: {
          naming: 'after-start',
          exitCode: 7,
          identity: { engine: 'docker', image: { reference: `${lab.prefix}:1`, id: lab.imageId } },
        },
      });
      await docker(
        'run',
        '-d',
        '--name',
        'two',
        '--network',
        'none',
        `${lab.prefix}:1`,
        '/bin/pause',
      );
      await until(() => told('started', 'two').length > 0);
      // A daemon that stops takes its containers with it, and does not tell.
      await daemon.stop();
      await daemon.start();
      await until(() => updates.some(({ kind }) => kind === 'gap'));
      await until(() => told('ended', 'two').length > 0);
      const gap = present(updates.find(({ kind }) => kind === 'gap'));
      expect(gap).toMatchObject({ reason: 'engine-away' });
      await docker('run', '--name', 'three', '--network', 'none', `${lab.prefix}:1`, '/bin/true');
      await until(() => told('ended', 'three').length > 0);
      expect(lifecycle.alive()).toEqual([]);
      await docker('rm', '-f', 'one', 'two', 'three');
      abort.abort();
      await following;
    });

    test.skipIf(!hasContainerd)(
      `a container of ctr is named, started and ended${hasContainerd ? '' : ' (needs containerd)'}`,
      async () => {
        const stop = new AbortController();
        const told: string[] = [];
        const id = `${lab.prefix}-life`;
        const watch = createEndWatch({
          onStarted: (which) => void told.push(`started ${which}`),
          onEnded: (which) => void told.push(`ended ${which}`),
          signal: stop.signal,
        });
        const namer = await openNamer({ onNamed: (container) => watch.add(container) });
        const unheld: NamedContainer[] = [];
        watchBundles({ onNamed: (container) => void unheld.push(container), signal: stop.signal });
        const ctr = (...words: readonly string[]) => lab.command('ctr', '-n', lab.prefix, ...words);
        await ctr('images', 'import', join(lab.folder, 'image.tar'));
        try {
          await ctr('run', '-d', lab.reference, id, '/bin/pause');
          await until(() => told.includes(`started ${id}`));
          await ctr('tasks', 'kill', '-s', 'SIGKILL', id);
          await until(() => told.includes(`ended ${id}`));
        } finally {
          await ctr('tasks', 'rm', '-f', id).catch(() => undefined);
          await ctr('containers', 'rm', id).catch(() => undefined);
          await ctr('images', 'rm', '--sync', lab.reference);
          await lab.command('ctr', 'namespaces', 'rm', lab.prefix).catch(() => undefined);
          stop.abort();
          await namer.close();
        }
        // The same without holding anybody, as where the kernel has no permission events.
        expect(unheld.filter(({ identity }) => identity.id === id)).toMatchObject([
          { naming: 'after-start', identity: { image: { reference: lab.reference } } },
        ]);
        expect(told.filter((line) => line.endsWith(` ${id}`))).toEqual([
          `started ${id}`,
          `ended ${id}`,
        ]);
      },
    );
  },
);
