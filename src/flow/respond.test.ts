// From a detection to its answer: told, decided, on the disk before it is done, taken back.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { present } from '../../test/present.ts';
import { SeaworthyError } from '../base/error.ts';
import type { Actor } from '../host/response/index.ts';
import type { Alert } from '../model/alert.ts';
import type { ContainerIdentity } from '../model/container.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import { readResponsePolicy } from '../runtime/response/index.ts';
import type { Detection } from '../runtime/rules/index.ts';
import { openResponseLog } from '../store/index.ts';
import type { Alerting } from './alerts.ts';
import { type ActorEvents, createResponder, type Responder } from './respond.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-respond-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const detection: Detection = {
  hostname: 'node-1',
  output: '20:54:01.1: Critical Miner (command=xmrig --password hunter2)',
  priority: 'Critical',
  rule: 'Miner',
  source: 'syscall',
  tags: ['T1496'],
  time: '2026-01-02T20:54:01.100000000Z',
  outputFields: new Map([['proc.cmdline', 'xmrig --password hunter2']]),
};

const container: ContainerIdentity = {
  id: 'a'.repeat(64),
  engine: 'docker',
  name: 'api',
  image: { reference: 'shop/api', id: null, digest: null },
  labels: new Map(),
  mounts: [],
  capabilities: null,
  privileged: null,
  network: { mode: null, addresses: [], ports: [] },
  user: null,
  command: null,
  pidMode: null,
  pod: null,
  createdAtNs: null,
};
const seen = { timeNs: 1_767_387_241_100_000_000n, container };

const policy = readResponsePolicy(
  'response.yaml',
  `apiVersion: seaworthy.dev/v1
kind: ResponsePolicy
mode: enforce
rules:
  - { name: miners, match: { rules: [Miner] }, actions: [pause, deny-drift] }
`,
);

interface World {
  readonly responder: Responder;
  readonly acted: string[];
  readonly told: Alert[];
  readonly recorded: RuntimeRecord[];
  readonly warned: string[];
  readonly events: ActorEvents;
}

function start(act: Actor['act'], log = openResponseLog(folder), config = policy): World {
  const acted: string[] = [];
  const told: Alert[] = [];
  const recorded: RuntimeRecord[] = [];
  const warned: string[] = [];
  let events: ActorEvents | null = null;
  const alerting: Alerting = {
    tell: (alert) => void told.push(alert),
    repeat: () => undefined,
    tick: () => undefined,
    keep: () => undefined,
    figures: () => new Map(),
    isSettled: () => true,
    close: () => Promise.resolve(),
  };
  const responder = createResponder({
    hostname: 'node-1',
    alerting,
    record: (record) => void recorded.push(record),
    warn: (line) => void warned.push(line),
    response: {
      config,
      log,
      actor: (given) => {
        events = given;
        return {
          act: async (action, id) => {
            acted.push(action);
            return act(action, id);
          },
          undo: (undo) => {
            acted.push(undo.kind);
            return Promise.resolve('taken back');
          },
          guard: () => null,
          close: () => Promise.resolve(),
        };
      },
    },
  });
  return {
    responder,
    acted,
    told,
    recorded,
    warned,
    events: present(events as ActorEvents | null),
  };
}

const works: Actor['act'] = (action) =>
  Promise.resolve({
    result: 'done so',
    undo: action === 'pause' ? { kind: 'unpause', by: 'engine' } : { kind: 'lift-deny' },
  });

test('told without secrets; written before it is done; recorded with its reason and its way back', async () => {
  const before: string[] = [];
  const { responder, acted, told, recorded } = start((action, id) => {
    before.push(readFileSync(join(folder, 'responses.jsonl'), 'utf8'));
    return works(action, id);
  });
  responder.take(detection, seen);
  responder.take(detection, seen);
  await responder.close();
  expect(acted).toEqual(['pause', 'deny-drift']);
  expect(before[0]).toContain('"state":"begun"');
  const records = openResponseLog(folder).read();
  expect(records).toMatchObject([
    {
      action: 'pause',
      state: 'done',
      container: { id: container.id, name: 'api', image: 'shop/api' },
      why: { rule: 'Miner', priority: 'Critical' },
      policy: { file: 'response.yaml', rule: 'miners', line: 5 },
      undo: { kind: 'unpause', by: 'engine' },
    },
    { action: 'deny-drift', state: 'done' },
  ]);
  expect(told.map(({ kind }) => kind)).toEqual(['detection', 'detection', 'response', 'response']);
  expect(told[2]?.output).toContain(`seaworthy respond undo ${records[0]?.id ?? ''}`);
  expect(recorded).toMatchObject([
    { kind: 'detection', containerId: container.id, detection: { rule: 'Response: pause' } },
    {},
  ]);
  const everything = JSON.stringify([told, records, recorded], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(everything).not.toContain('hunter2');
});

test('what cannot be done is told; nothing is done when it cannot be written down', async () => {
  const first = start(() =>
    Promise.reject(new SeaworthyError('not-found', 'the container is gone')),
  );
  first.responder.take(detection, seen);
  await first.responder.close();
  expect(
    openResponseLog(folder)
      .read()
      .map(({ state, result }) => [state, result]),
  ).toEqual([
    ['failed', 'the container is gone'],
    ['failed', 'the container is gone'],
  ]);
  const broken = {
    ...openResponseLog(folder),
    write: () => {
      throw new SeaworthyError('disk-full', 'no room');
    },
  };
  const second = start(works, broken);
  second.responder.take(detection, { ...seen, container: { ...container, id: 'b'.repeat(64) } });
  await second.responder.close();
  expect(second.acted).toEqual([]);
  expect(second.warned).toContain('no room');
});

test('on the host nothing is done', async () => {
  const { responder, acted, told } = start(works);
  responder.take(detection, { timeNs: 1n, container: null });
  await responder.close();
  expect(acted).toEqual([]);
  expect(told).toHaveLength(1);
});

test('another process asks to take back: done at the next tick, once; not done again at once', async () => {
  const { responder, acted } = start(works);
  responder.take(detection, seen);
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  const log = openResponseLog(folder);
  const record = present(log.read().find(({ action }) => action === 'deny-drift'));
  log.write({ ...record, undoRequestedAt: '2026-01-02T21:00:00Z' });
  responder.tick();
  responder.tick();
  responder.take(detection, seen);
  await responder.close();
  expect(acted).toEqual(['pause', 'deny-drift', 'lift-deny']);
  expect(log.read().find(({ id }) => id === record.id)).toMatchObject({
    state: 'undone',
    result: 'taken back',
  });
});

test('denials of a former run are taken up; a broken line of the log hides nothing', async () => {
  const first = start(works);
  first.responder.take(detection, seen);
  await first.responder.close();
  appendFileSync(join(folder, 'responses.jsonl'), '{"id":"x","at');
  const second = start(works);
  await second.responder.close();
  expect(second.acted).toEqual(['deny-drift']);
  const log = openResponseLog(folder);
  log.write({ ...present(log.read()[0]), id: 'other' });
  expect(log.read()).toHaveLength(3);
});

test('a program that was refused is told', async () => {
  const { responder, events, told } = start(works);
  events.onDenied({ containerId: container.id, pid: 7, path: '/tmp/x', drift: 'new', atNs: 1n });
  await responder.close();
  expect(told[0]?.output).toContain('/tmp/x was not run: it is not from the image (process 7)');
});

test('by hand: recorded with who asked, told, taken back; never what the policy does not name', async () => {
  const byHandPolicy = readResponsePolicy(
    'response.yaml',
    'apiVersion: seaworthy.dev/v1\nkind: ResponsePolicy\nmanual: { actions: [pause] }\n',
  );
  const { responder, acted, told, recorded } = start(
    () => Promise.resolve({ result: 'paused', undo: { kind: 'unpause', by: 'engine' } }),
    openResponseLog(folder),
    byHandPolicy,
  );
  const target = { id: container.id, name: 'api', image: 'shop/api', labels: new Map() };
  const asked = { target, by: 'ann', reason: 'a miner' } as const;
  await expect(responder.byHand({ ...asked, action: 'kill' })).rejects.toMatchObject({
    code: 'denied',
  });
  await expect(responder.byHand({ ...asked, action: 'unpause' })).rejects.toMatchObject({
    code: 'not-found',
  });
  const done = await responder.byHand({ ...asked, action: 'pause' });
  expect(done).toMatchObject({ state: 'done', by: 'ann', why: { output: 'a miner' } });
  const undone = await responder.byHand({ ...asked, by: 'bob', action: 'unpause' });
  expect(undone).toMatchObject({ id: done.id, state: 'undone', by: 'ann' });
  expect(undone.result).toBe('taken back (bob asked for it)');
  const shielded = { ...target, labels: new Map([['seaworthy.dev/protected', 'true']]) };
  expect(await responder.byHand({ ...asked, target: shielded, action: 'pause' })).toMatchObject({
    state: 'refused',
  });
  expect(acted).toEqual(['pause', 'unpause']);
  expect(told.map(({ rule }) => rule)).toEqual(Array(3).fill('Response: pause'));
  expect(told[0]?.output).toContain('asked for by ann');
  expect(recorded).toHaveLength(3);
  expect(openResponseLog(folder).read()).toHaveLength(2);
});
