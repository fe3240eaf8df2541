// A responder asks a fleet to pause a container: the request goes to one replica, the agent asks at the
// other, a real engine pauses it, and both sides have written it down. Real processes, real PostgreSQL.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openRecorder, usualRetention } from '../../src/store/record/index.ts';
import { buildImage, dockerArchive } from '../image-builder.ts';
import { missingPostgres, type PostgresCluster, startPostgres } from '../postgres-cluster.ts';
import { present } from '../present.ts';
import { hasTool } from '../registry-process.ts';
import { lifecycle, sampleRun, second } from '../sample-record.ts';
import { hasTinyProgram, tinyProgram } from '../tiny-program.ts';
import { seaworthy } from './run.ts';

const launcher = fileURLToPath(new URL('../../bin/seaworthy', import.meta.url));
const docker = '/usr/bin/docker';
const patience = { timeout: 90_000, interval: 200 };
const missing =
  missingPostgres() ??
  (hasTool(docker, 'version') && hasTinyProgram ? null : 'needs a Docker engine and a compiler');

interface Json {
  readonly [key: string]: unknown;
}

describe.skipIf(missing !== null)(
  `orders of a fleet${missing === null ? '' : ` (${missing})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-fleet-actions-'));
    const node = join(folder, 'node');
    const name = `fleet-${process.pid}`;
    const children: ChildProcess[] = [];
    const outputs = new Map<ChildProcess, string>();
    let cluster: PostgresCluster | null = null;
    let store = '';
    let addresses: readonly string[] = [];
    let id = '';
    const tokens = new Map<string, string>();

    const engine = (...words: string[]): string =>
      execFileSync(docker, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const run = (words: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess => {
      const child = spawn(launcher, words, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, SEAWORTHY_STORE: store, ...more },
      });
      children.push(child);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) =>
          outputs.set(child, (outputs.get(child) ?? '') + chunk.toString('utf8')),
        );
      }
      return child;
    };
    const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    };
    const addressOf = async (child: ChildProcess): Promise<string> => {
      const find = (): string | undefined =>
        /listens on (http:\/\/[\d.]+:\d+)/.exec(outputs.get(child) ?? '')?.[1];
      await vi.waitUntil(() => {
        if (child.exitCode !== null) throw new Error(outputs.get(child));
        return find() !== undefined;
      }, patience);
      return present(find());
    };
    const ask = async (
      path: string,
      { role = 'responder', at = 0, body = undefined as object | undefined } = {},
    ): Promise<Json> => {
      const answer = await fetch(new URL(path, addresses[at]), {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${tokens.get(role)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, ...((await answer.json()) as Json) };
    };
    const act = (action: string, role = 'responder'): Promise<Json> =>
      ask(`/api/v1/containers/${id}/actions`, { role, body: { action, reason: 'a drill' } });
    const item = async (of: unknown): Promise<Json | undefined> => {
      const { items } = (await ask(`/api/v1/containers/${id}/actions`, { at: 1 })) as {
        items?: readonly Json[];
      };
      return items?.find((one) => one['id'] === of);
    };
    const stateOf = (): string => engine('inspect', '-f', '{{.State.Status}}', name);
    const startAgent = async (token?: string): Promise<ChildProcess> =>
      run(
        [
          'agent',
          `--server=${present(addresses[1])}`,
          `--data=${node}`,
          '--node=node-1',
          `--response=${join(folder, 'response.yaml')}`,
        ],
        token === undefined ? {} : { SEAWORTHY_TOKEN: token },
      );

    beforeAll(async () => {
      const pause = [{ name: 'pause', mode: 0o755, content: tinyProgram() }];
      const image = join(folder, 'image.tar');
      writeFileSync(image, dockerArchive(buildImage([pause]), 'plain', [`${name}:1`]));
      engine('load', '-i', image);
      id = engine(
        'run',
        '-d',
        '--user',
        '0',
        '--network',
        'none',
        '--name',
        name,
        `${name}:1`,
        '/pause',
      );
      writeFileSync(
        join(folder, 'response.yaml'),
        'apiVersion: seaworthy.dev/v1\nkind: ResponsePolicy\nmanual: { actions: [pause] }\n',
      );
      record(node, id, name);
      cluster = await startPostgres();
      store = cluster.database();
      for (const role of ['viewer', 'responder']) {
        const made = await seaworthy([
          'server',
          'token',
          '--role',
          role,
          '--label',
          role,
          '--store',
          store,
        ]);
        tokens.set(role, made.stdout.trim());
      }
      const servers = ['one', 'two'].map((one) =>
        run(['server', '--port=0', `--data=${join(folder, one)}`]),
      );
      addresses = await Promise.all(servers.map(addressOf));
      const enrol = await seaworthy(['server', 'enrol', '--store', store]);
      await startAgent(enrol.stdout.trim());
    }, 240_000);
    afterAll(async () => {
      for (const child of children) await end(child, 'SIGKILL');
      await cluster?.stop();
      for (const words of [
        ['rm', '-f', name],
        ['rmi', '-f', `${name}:1`],
      ]) {
        try {
          engine(...words);
        } catch {
          // It was never made.
        }
      }
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    test('paused at a node that asks at another replica, written down on both sides, taken back', async () => {
      const hands = async (): Promise<unknown> =>
        (await ask(`/api/v1/containers/${id}/actions`))['allowed'];
      await expect.poll(hands, patience).toEqual(['pause', 'unpause']);
      expect((await act('pause', 'viewer'))['status']).toBe(403);
      expect(await act('kill')).toMatchObject({ status: 403, error: { code: 'denied' } });
      expect(stateOf()).toBe('running');
      const asked = await act('pause');
      expect(asked).toMatchObject({ status: 200, state: 'waiting', by: 'responder' });
      await expect
        .poll(() => item(asked['id']), patience)
        .toMatchObject({
          state: 'done',
          canUndo: true,
        });
      expect(stateOf()).toBe('paused');
      const log = readFileSync(join(node, 'responses.jsonl'), 'utf8');
      expect(log).toContain(String(asked['id']));
      expect(log).toContain('"by":"responder"');
      const back = await act('unpause');
      await expect.poll(() => item(back['id']), patience).toMatchObject({ state: 'done' });
      expect(stateOf()).toBe('running');
      expect(await item(asked['id'])).toMatchObject({ state: 'undone', canUndo: false });
      // The timeline of the container tells of it at any replica.
      const told = async (): Promise<string> =>
        JSON.stringify((await ask(`/api/v1/containers/${id}/timeline`))['responses']);
      await expect.poll(told, patience).toContain('asked for by responder');
    }, 200_000);

    test('an agent that is killed and comes back does nothing twice; one that is away is told so', async () => {
      const agent = present(children.at(-1));
      await end(agent, 'SIGKILL');
      const asked = await act('pause');
      // Its node was asked a moment ago, so that it counts as being there; it comes back in time.
      expect(asked['state']).toBe('waiting');
      await startAgent();
      await expect.poll(() => item(asked['id']), patience).toMatchObject({ state: 'done' });
      expect(stateOf()).toBe('paused');
      await end(present(children.at(-1)), 'SIGKILL');
      engine('unpause', name);
      await startAgent();
      const orders = readFileSync(join(node, 'agent', 'orders.json'), 'utf8');
      expect(orders).toContain(String(asked['id']));
      const back = await act('unpause');
      await expect
        .poll(async () => (await item(back['id']))?.['state'], patience)
        .not.toBe('waiting');
      // What was done before was not done again by the agent that came back.
      expect(stateOf()).toBe('running');
    }, 200_000);
  },
);

/** What `watch` would have recorded on the node. */
function record(folder: string, id: string, name: string): void {
  mkdirSync(folder);
  const nowNs = BigInt(Date.now()) * 1_000_000n - 60n * second;
  const clock = { wallNs: () => nowNs, monotonicNs: () => 1n };
  const writer = openRecorder({
    folder,
    clock,
    retention: usualRetention,
    warn: (line) => {
      throw new Error(line);
    },
  });
  const run = sampleRun(name, { startedAtNs: nowNs });
  writer.append(lifecycle({ ...run, identity: { ...run.identity, id, name } }));
  writer.close();
}
