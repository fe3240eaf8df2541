// Answers to detections over HTTP: who may do what to which container, what is written down and told, and
// that nothing can be done that no policy names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '../../../test/sample-record.ts';
import { type LabAnswer, openServerLab, type ServerLab } from '../../../test/server-lab.ts';
import { openAlertDesk } from '../../flow/alert-desk.ts';
import { createResponder } from '../../flow/respond.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import { readAlertConfig } from '../../runtime/alert/index.ts';
import { readResponsePolicy } from '../../runtime/response/index.ts';
import { openResponseLog } from '../../store/index.ts';
import { routesOfMachine as routes } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-answering-'));
const head = 'apiVersion: seaworthy.dev/v1\n';
const done: string[] = [];
const recorded: RuntimeRecord[] = [];
let lab: ServerLab;

beforeAll(async () => {
  const policy = readResponsePolicy(
    'response.yaml',
    `${head}kind: ResponsePolicy\nmanual: { actions: [pause, cut-network] }\nprotect: { containers: [billing] }\n`,
  );
  const config = readAlertConfig(
    'alerts.yaml',
    `${head}kind: Alerts
outputs:
  - { name: log, type: file, path: ${join(root, 'alerts.jsonl')} }
  - { name: chat, type: slack, url: "http://127.0.0.1:9/secret-path" }
`,
  );
  const alerts = openAlertDesk({
    config,
    hostname: 'node-1',
    version: '0.0.0',
    write: () => undefined,
    now: () => new Date(0),
    warn: () => undefined,
  });
  lab = await openServerLab({
    answering: (folder) => ({
      alerts,
      policy,
      responder: createResponder({
        hostname: 'node-1',
        alerting: null,
        record: (record) => void recorded.push(record),
        response: {
          config: policy,
          log: openResponseLog(folder),
          actor: () => ({
            act: (action, id) => {
              done.push(`${action} ${id.slice(0, 12)}`);
              return Promise.resolve({ result: 'done', undo: { kind: 'unpause', by: 'engine' } });
            },
            undo: (undo, id) => {
              done.push(`${undo.kind} ${id.slice(0, 12)}`);
              return Promise.resolve('it goes on');
            },
            guard: () => null,
            close: () => Promise.resolve(),
          }),
        },
      }),
    }),
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(root, { recursive: true, force: true });
});

const web = idOf('web').slice(0, 12);
const act = (name: string, body: object, token?: string): Promise<LabAnswer> =>
  lab.ask(`/api/v1/containers/${name}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(token === undefined ? {} : { token }),
  });
const tokenOf = (role: 'viewer' | 'responder', teams: readonly string[] | null = null): string =>
  lab.tokens.create({ name: `${role} of a test`, role, teams }).token;

describe('by hand', () => {
  test('a viewer may not, whoever is of another team does not even see it', async () => {
    expect(await act('web', { action: 'pause' }, tokenOf('viewer'))).toMatchObject({ status: 403 });
    const foreign = tokenOf('responder', ['billing']);
    expect(await act('web', { action: 'pause' }, foreign)).toMatchObject({ status: 404 });
    expect(done).toEqual([]);
  });

  test.each([
    [{ action: 'rm -rf' }, 400],
    [{}, 400],
    [{ action: 'pause', reason: 'x'.repeat(501) }, 400],
    [{ action: 'pause', container: 'other' }, 400],
    [{ action: 'kill' }, 403],
    [{ action: 'unpause' }, 404],
  ])('%j gives %i', async (body, status) => {
    expect(await act('web', body)).toMatchObject({ status });
    expect(done).toEqual([]);
  });

  test('a responder pauses and goes on: log, timeline, log of changes', async () => {
    const token = tokenOf('responder', ['checkout']);
    const paused = await act('web', { action: 'pause', reason: 'a miner' }, token);
    expect(paused.value).toMatchObject({
      state: 'done',
      canUndo: true,
      why: { output: 'a miner' },
    });
    const { value } = await lab.ask('/api/v1/containers/web/actions');
    expect(value).toMatchObject({
      state: 'on',
      allowed: ['pause', 'unpause', 'cut-network', 'restore-network'],
      items: [{ action: 'pause', canUndo: true }],
    });
    const back = await act('web', { action: 'unpause' }, token);
    expect(back.value).toMatchObject({ state: 'undone', canUndo: false });
    expect(done).toEqual([`pause ${web}`, `unpause ${web}`]);
    expect(recorded.map(({ containerId }) => containerId)).toEqual([idOf('web'), idOf('web')]);
    const changes = await lab.ask('/api/v1/changes?limit=2');
    expect(changes.value).toMatchObject({
      items: [
        { what: 'unpause', role: 'responder', status: 200 },
        { what: 'pause', method: 'POST', status: 200 },
      ],
    });
    expect((await lab.ask('/api/v1/changes', { token })).status).toBe(403);
  });

  test('what the policy protects is refused, and that is written down as well', async () => {
    const { value } = await act('billing', { action: 'pause' });
    expect(value).toMatchObject({ state: 'refused', result: expect.stringContaining('protects') });
    const theirs = await lab.ask('/api/v1/responses', { token: tokenOf('viewer', ['checkout']) });
    expect(theirs.value).toMatchObject({ items: [{ container: { name: 'web' } }] });
    const all = await lab.ask('/api/v1/responses');
    const { items } = all.value as { items: readonly object[] };
    expect(items).toHaveLength(2);
    const route = routes.find(({ path }) => path === '/api/v1/responses');
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
      route?.answer ?? {},
    );
    validate(all.value);
    expect(validate.errors ?? []).toEqual([]);
  });
});

describe('alerts', () => {
  test('each output is tested, its state is told, and no secret with it', async () => {
    const denied = await lab.ask('/api/v1/alerts/test', {
      method: 'POST',
      token: tokenOf('viewer'),
    });
    expect(denied.status).toBe(403);
    const { status, value, text } = await lab.ask('/api/v1/alerts/test', { method: 'POST' });
    expect(status).toBe(200);
    expect(value).toMatchObject({
      outputs: [
        { output: 'log', delivered: true, problem: null },
        { output: 'chat', delivered: false, problem: expect.any(String) },
      ],
    });
    const state = await lab.ask('/api/v1/alerts');
    expect(state.value).toMatchObject({
      state: 'on',
      digest: { seconds: 300 },
      outputs: [{ name: 'log', kind: 'file', atOnce: 20 }, { name: 'chat' }],
      responses: { state: 'on', byHand: ['pause', 'unpause', 'cut-network', 'restore-network'] },
    });
    expect(text + state.text).not.toContain('secret-path');
  }, 60_000);

  test('where nothing was asked for it is off, and the way to switch it on is told', async () => {
    const off = await openServerLab();
    const state = await off.ask('/api/v1/alerts');
    expect(state.value).toMatchObject({ state: 'off', howToSwitchOn: expect.any(String) });
    expect((await off.ask('/api/v1/alerts/test', { method: 'POST' })).status).toBe(409);
    const body = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const asked = { ...body, body: '{"action":"pause"}' };
    expect((await off.ask('/api/v1/containers/web/actions', asked)).status).toBe(403);
    await off.close();
  });
});
