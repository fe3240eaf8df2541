// The Docker guard: what a decision costs, questions a second over the socket, and what a real engine's
// create takes with the plugin, behind the proxy, and alone.
import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { decideRequest, type GuardSetting } from '../../src/flow/gate-docker.ts';
import { operationRules } from '../../src/policy/docker-api/index.ts';
import { newestMinor, noWaivers } from '../../src/policy/index.ts';
import {
  type DeskOptions,
  resolveHostPath,
  startPlugin,
  startProxy,
} from '../../src/server/docker-guard/index.ts';
import {
  secondEngineMissing,
  startSecondEngine,
  writeSmallImage,
} from '../../test/second-engine.ts';
import { type Case, type Context, withFolder } from './context.ts';
import { type Figure, figure, median } from './figure.ts';

const setting: GuardSetting = {
  rules: operationRules('usual', { allow: ['image.load'], deny: [] }),
  policy: {
    profiles: ['recommended'],
    minor: newestMinor,
    onUnknown: 'deny',
    waivers: noWaivers,
  },
  images: null,
  engine: null,
  resolve: resolveHostPath,
};

const desk: DeskOptions = {
  setting: () => setting,
  isAudit: false,
  recordFile: null,
  now: () => new Date(),
  clockMs: () => performance.now(),
  warn: () => undefined,
};

const reference = 'gatedocker:1';
const body = JSON.stringify({
  Image: reference,
  Cmd: ['/bin/true'],
  Env: Array.from({ length: 20 }, (_, index) => `NAME_${index}=value of a usual length`),
  Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
  HostConfig: {
    NetworkMode: 'none',
    Binds: ['/srv/shop:/data:rw', 'shop_more:/more:rw'],
    RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
    Memory: 268_435_456,
    MaskedPaths: null,
  },
});
const path = '/v1.41/containers/create';

async function decisions(): Promise<Figure> {
  const bytes = Buffer.from(body);
  const one = () =>
    decideRequest(
      { method: 'POST', uri: path, header: () => 'application/json', body: bytes },
      setting,
    );
  for (let at = 0; at < 500; at += 1) await one();
  const count = 3000;
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (let at = 0; at < count; at += 1) await one();
  const wallMs = performance.now() - started;
  const used = process.cpuUsage(cpu);
  const cpuMs = (used.user + used.system) / 1000;
  return figure({
    name: 'Docker guard: one create decided, in process',
    value: wallMs / count,
    unit: 'ms',
    target: 1,
    note: `CPU ${(cpuMs / count).toFixed(3)} ms each, of ${count}; body of ${bytes.length} bytes`,
  });
}

/** Asks as an engine does: a question before and one after each request. */
const client = `
const { parentPort, workerData } = require('node:worker_threads');
const { Agent, request } = require('node:http');
const { socketPath, text, count, lanes } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: lanes });
const one = (path) => new Promise((resolve, reject) => {
  const call = request({ agent, socketPath, path, method: 'POST', headers: { 'content-length': Buffer.byteLength(text) } }, (response) => {
    response.on('data', () => undefined);
    response.on('end', resolve);
  });
  call.on('error', reject);
  call.end(text);
});
const times = [];
let next = 0;
const lane = async () => {
  while (next++ < count) {
    const started = performance.now();
    await one('/AuthZPlugin.AuthZReq');
    await one('/AuthZPlugin.AuthZRes');
    times.push(performance.now() - started);
  }
};
(async () => {
  for (let at = 0; at < 300; at += 1) await one('/AuthZPlugin.AuthZReq');
  parentPort.postMessage('warm');
  const started = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  const wallMs = performance.now() - started;
  times.sort((a, b) => a - b);
  agent.destroy();
  parentPort.postMessage({ wallMs, p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)] });
})();
`;

interface Load {
  readonly wallMs: number;
  readonly p50: number;
  readonly p99: number;
}

async function questions(folder: string): Promise<Figure[]> {
  const socket = join(folder, 'plugin.sock');
  const plugin = await startPlugin({ ...desk, socket });
  const text = JSON.stringify({
    RequestMethod: 'POST',
    RequestUri: path,
    RequestHeaders: { 'Content-Type': 'application/json' },
    RequestBody: Buffer.from(body).toString('base64'),
  });
  const count = 3000;
  try {
    let cpu = process.threadCpuUsage();
    const { load, used } = await new Promise<{ load: Load; used: NodeJS.CpuUsage }>(
      (resolve, reject) => {
        const workerData = { socketPath: socket, text, count, lanes: 4 };
        const worker = new Worker(client, { eval: true, workerData });
        worker.on('error', reject);
        worker.on('message', (message: Load | 'warm') => {
          if (message === 'warm') cpu = process.threadCpuUsage();
          else resolve({ load: message, used: process.threadCpuUsage(cpu) });
        });
      },
    );
    const cpuMs = (used.user + used.system) / 1000;
    const note = `${(cpuMs / count).toFixed(3)} ms CPU each: ${Math.round((count / cpuMs) * 1000)} a second of one core; median ${load.p50.toFixed(2)} ms; 4 connections`;
    return [
      figure({
        name: 'Docker guard: creates a second through the plugin',
        value: (count / load.wallMs) * 1000,
        unit: 'requests/s',
        note,
      }),
      figure({
        name: 'Docker guard: both questions of a create, p99',
        value: load.p99,
        unit: 'ms',
        target: 20,
        note,
      }),
    ];
  } finally {
    await plugin.close();
  }
}

type Place = { readonly socketPath: string } | { readonly port: number };

function send(place: Place, agent: Agent, sent: { method: string; path: string; body: string }) {
  return new Promise<string>((resolve, reject) => {
    const { method } = sent;
    const type = { 'content-type': 'application/json' };
    const headers = { ...type, 'content-length': Buffer.byteLength(sent.body) };
    const call = request({ ...place, host: '127.0.0.1', agent, method, path: sent.path, headers });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    call.end(sent.body);
  });
}

/** Milliseconds of creates, one after the other, each removed again. */
async function creates(place: Place, rounds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let round = -3; round < rounds; round += 1) {
    const started = performance.now();
    const text = await send(place, agent, { method: 'POST', path, body });
    if (round >= 0) times.push(performance.now() - started);
    const id = /"Id":"([0-9a-f]{64})"/.exec(text)?.[1];
    if (id === undefined) throw new Error(`no container was made: ${text}`);
    await send(place, agent, { method: 'DELETE', path: `/containers/${id}`, body: '' });
  }
  agent.destroy();
  return times;
}

/** Starts an engine with the image in it, and ends it. */
async function withEngine(
  plugin: string | null,
  measure: (socket: string) => Promise<void>,
): Promise<void> {
  const engine = await startSecondEngine(plugin);
  try {
    const file = join(engine.folder, 'image.tar');
    writeSmallImage(file, reference);
    // Not in sync: the plugin of this process is asked as well.
    await promisify(execFile)('/usr/bin/docker', [
      '-H',
      `unix://${engine.socket}`,
      'load',
      '-i',
      file,
    ]);
    await measure(engine.socket);
  } finally {
    await engine.stop();
  }
}

async function realEngine(context: Context): Promise<Figure[]> {
  const rounds = context.rounds * 8;
  const alone: number[] = [];
  const proxied: number[] = [];
  await withEngine(null, async (socket) => {
    const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    const proxy = await startProxy({ ...desk, listen, upstream: socket, hosts: [], owner: null });
    // In turns, so that a busy machine is unkind to both.
    for (let part = 0; part < 4; part += 1) {
      alone.push(...(await creates({ socketPath: socket }, rounds / 4)));
      proxied.push(...(await creates({ port: proxy.port }, rounds / 4)));
    }
    await proxy.close();
  });
  const name = `seaworthy-bench-${process.pid}`;
  const plugin = await startPlugin({ ...desk, socket: `/run/docker/plugins/${name}.sock` });
  const guarded: number[] = [];
  try {
    await withEngine(name, async (socket) => {
      guarded.push(...(await creates({ socketPath: socket }, rounds)));
    });
  } finally {
    await plugin.close();
  }
  const base = median(alone);
  const told = (times: readonly number[]): string =>
    `median ${median(times).toFixed(1)} ms, best ${Math.min(...times).toFixed(1)}; the engine alone ${base.toFixed(1)} ms, best ${Math.min(...alone).toFixed(1)}; ${times.length} creates, one after the other`;
  return [
    figure({
      name: 'Docker guard: added to a create by the plugin',
      value: median(guarded) - base,
      unit: 'ms',
      note: told(guarded),
    }),
    figure({
      name: 'Docker guard: added to a create by the proxy',
      value: median(proxied) - base,
      unit: 'ms',
      note: told(proxied),
    }),
  ];
}

export const dockerGuard: Case = {
  name: 'docker-guard',
  measure: (context) =>
    withFolder(context, async (folder) => [
      await decisions(),
      ...(await questions(folder)),
      ...(secondEngineMissing === ''
        ? await realEngine(context)
        : [{ name: 'Docker guard: a real engine', skipped: `needs ${secondEngineMissing}` }]),
    ]),
};
