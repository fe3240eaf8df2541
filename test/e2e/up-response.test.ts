// What a responder does by hand to a container of a real engine, over the API of a real `up`: done, told,
// in the timeline, taken back; and nothing that the policy does not name.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, dockerArchive } from '../image-builder.ts';
import { hasTool } from '../registry-process.ts';
import { hasTinyProgram, tinyProgram } from '../tiny-program.ts';
import { RunningUp } from './running-up.ts';

const docker = '/usr/bin/docker';
const hasEngine = hasTool(docker, 'version') && hasTinyProgram;
const pollMs = { timeout: 60_000, interval: 200 };

describe.skipIf(!hasEngine)('responses by hand (needs a Docker engine)', () => {
  const name = `upserver-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-up-response-'));
  const told = join(folder, 'told.jsonl');
  let up: RunningUp | null = null;
  const run = (...words: string[]): string =>
    execFileSync(docker, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const ask = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    if (up === null) throw new Error('it did not start');
    return up.ask(path, body);
  };

  beforeAll(async () => {
    const pause = [{ name: 'pause', mode: 0o755, content: tinyProgram() }];
    const image = join(folder, 'image.tar');
    writeFileSync(image, dockerArchive(buildImage([pause]), 'plain', [`${name}:1`]));
    run('load', '-i', image);
    run('run', '-d', '--user', '0', '--network', 'none', '--name', name, `${name}:1`, '/pause');
    const head = 'apiVersion: seaworthy.dev/v1\n';
    const alerts = join(folder, 'alerts.yaml');
    const response = join(folder, 'response.yaml');
    const output = `{ name: log, type: file, path: ${told} }`;
    writeFileSync(alerts, `${head}kind: Alerts\noutputs: [${output}]\n`);
    writeFileSync(response, `${head}kind: ResponsePolicy\nmanual: { actions: [pause, stop] }\n`);
    const data = join(folder, 'data');
    up = new RunningUp(['--data', data, '--alerts', alerts, '--response', response]);
    await up.ready();
  }, 120_000);
  afterAll(async () => {
    await up?.end('SIGKILL');
    for (const words of [
      ['rm', '-f', name],
      ['rmi', '-f', `${name}:1`],
    ]) {
      try {
        run(...words);
      } catch {
        // It was never made.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('paused, told, in the timeline, taken back', async () => {
    const found = async (): Promise<unknown> => {
      const { items } = await ask(`/api/v1/containers?name=${name}`);
      return (items as readonly unknown[]).length;
    };
    await expect.poll(found, pollMs).toBe(1);
    const stateOf = (): string => run('inspect', '-f', '{{.State.Status}}', name);
    const path = `/api/v1/containers/${name}/actions`;
    const act = (action: string): Promise<Record<string, unknown>> =>
      ask(path, { action, reason: 'a test' });
    expect(await act('pause')).toMatchObject({ action: 'pause', state: 'done', by: 'local' });
    expect(stateOf()).toBe('paused');
    expect(await act('kill')).toMatchObject({ error: { code: 'denied' } });
    expect(await act('unpause')).toMatchObject({ state: 'undone' });
    expect(stateOf()).toBe('running');
    const timeline = async (): Promise<string> =>
      JSON.stringify((await ask(`/api/v1/containers/${name}/timeline`))['responses']);
    await expect.poll(timeline, pollMs).toContain('asked for by local');
    const tellings = (): string => (existsSync(told) ? readFileSync(told, 'utf8') : '');
    await expect.poll(tellings, pollMs).toContain('asked for by local');
    expect(await ask('/api/v1/responses')).toMatchObject({
      items: [{ container: { name }, result: expect.stringContaining('goes on') }],
    });
    expect(await ask('/api/v1/alerts')).toMatchObject({
      state: 'on',
      outputs: [{ name: 'log', lost: 0 }],
      responses: { byHand: ['pause', 'unpause', 'stop'], done: 1 },
    });
  }, 180_000);
});
