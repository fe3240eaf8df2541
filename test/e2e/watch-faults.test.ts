// `seaworthy watch` while the engine beneath it is restarted: an engine of this test's own.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NamingLab, namingLabMissing, openNamingLab, until } from '../naming-lab.ts';
import { OwnDaemon } from '../own-daemon.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';
import { type RunningWatch, startWatching } from '../watch-lab.ts';
import { seaworthy } from './run.ts';

const missing = sensorReason || (namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`);

// Needs root, libbpf, BTF, a Docker engine and dockerd; what is missing stands in the title.
describe.skipIf(!hasSensor || namingLabMissing !== '')(
  `watch over a restart of its engine${missing}`,
  () => {
    const daemon = new OwnDaemon();
    let lab: NamingLab;
    let data: string;
    let watch: RunningWatch;

    beforeAll(async () => {
      lab = openNamingLab('watch-faults');
      data = join(lab.folder, 'data');
      await daemon.start();
      const environment = { DOCKER_HOST: `unix://${daemon.socket}` };
      watch = await startWatching(['--data', data, '--no-inventory'], environment);
    }, 120_000);

    afterAll(async () => {
      await watch?.stop();
      await daemon.stop();
      rmSync(daemon.folder, { recursive: true, force: true });
      lab?.close();
    }, 120_000);

    const docker = (...words: readonly string[]) =>
      lab.docker('-H', `unix://${daemon.socket}`, ...words);
    const told = (action: string, name: string) =>
      watch.find(
        (line) => line.kind === 'container' && line['action'] === action && line['name'] === name,
      );
    const start = (name: string, ...words: readonly string[]) =>
      docker('run', '--name', name, '--network', 'none', ...words);

    test('what ran has ended, the gap has bounds, and what comes next is named as before', async () => {
      const [before, after] = [`${lab.prefix}-before`, `${lab.prefix}-after`];
      await docker('load', '-q', '-i', join(lab.folder, 'image.tar'));
      await start(before, '-d', `${lab.prefix}:1`, '/bin/pause');
      expect(await told('started', before)).toMatchObject({ namedBeforeStart: true });
      // An engine that stops takes its containers with it.
      await daemon.stop();
      await told('ended', before);
      await daemon.start();
      const gap = await watch.find(
        ({ kind, why }) =>
          kind === 'lost' && String(why).includes('the container engine could not be heard'),
      );
      expect(Date.parse(String(gap['from']))).toBeLessThanOrEqual(Date.parse(String(gap['to'])));
      await start(after, `${lab.prefix}:1`, '/bin/seven').catch(() => undefined);
      expect(await told('ended', after)).toMatchObject({ exitCode: 7, namedBeforeStart: true });

      const ask = async (name: string) => {
        const words = ['timeline', name, '--data', data, '--format', 'json'];
        const { stdout } = await seaworthy(words);
        return stdout === '' ? null : JSON.parse(stdout);
      };
      await until(async () => (await ask(after))?.container.exitCode === 7);
      expect(await ask(before)).toMatchObject({ container: { running: false, name: before } });
      const names = watch.lines.filter(
        (line) => line['action'] === 'ended' && line['name'] === before,
      );
      // Told once, whoever told of it first: the sensor, or the engine that came back.
      expect(names).toHaveLength(1);
    }, 180_000);
  },
);
