// The webhook and an image that nobody has seen: its registry is asked, it is scanned, and the answer
// comes by the deadline whatever is known by then.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asOciLayout } from '../../test/lab/images.ts';
import { hasOptionalTool, startRegistry } from '../../test/registry-process.ts';
import { type Case, imageOf, launcherFile, withFolder } from './context.ts';
import { type Figure, figure, median, type Row, spread } from './figure.ts';

const deadlineMs = 3000;
/** What a deadline may be late by: timers of a busy machine, and TLS. */
const lateMs = 250;
const policy = `apiVersion: seaworthy.dev/v1
kind: Policy
metadata: {name: bench}
spec: {profiles: [baseline], onUnknown: deny, images: {scanned: true}}
`;

function review(image: string): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      operation: 'CREATE',
      namespace: 'shop',
      name: 'web',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { containers: [{ name: 'web', image }] },
      },
    },
  });
}

interface Webhook {
  readonly process: ChildProcess;
  readonly agent: Agent;
  readonly port: number;
}

/** Starts `gate serve` with an empty store. */
async function startWebhook(folder: string): Promise<Webhook> {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, policy);
  const words = ['gate', 'serve', '--port', '0', '--policy', file, '--data', folder];
  const started = spawn(
    launcherFile(),
    [...words, '--deadline', String(deadlineMs), '--plain-http'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    started.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /listens on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    started.once('exit', () => reject(new Error(said)));
  });
  const ca = readFileSync(join(folder, 'gate/ca.crt'), 'utf8');
  return { process: started, port, agent: new Agent({ keepAlive: true, ca }) };
}

interface Told {
  readonly wallMs: number;
  readonly allowed: boolean;
}

async function ask({ agent, port }: Webhook, image: string): Promise<Told> {
  const started = performance.now();
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(
      {
        agent,
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        path: '/validate',
        method: 'POST',
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    call.on('error', reject);
    call.end(review(image));
  });
  const { allowed } = (JSON.parse(text) as { response: { allowed: boolean } }).response;
  return { wallMs: performance.now() - started, allowed };
}

async function oneRound(
  folder: string,
  image: string,
): Promise<readonly [first: Told, known: number]> {
  const webhook = await startWebhook(folder);
  try {
    const started = performance.now();
    const first = await ask(webhook, image);
    let last = first;
    while (!last.allowed && performance.now() - started < 120_000) {
      await sleep(100);
      last = await ask(webhook, image);
    }
    if (!last.allowed) throw new Error('the image was never known');
    return [first, performance.now() - started];
  } finally {
    webhook.agent.destroy();
    webhook.process.kill('SIGTERM');
  }
}

export const gateImage: Case = {
  name: 'gate-image',
  async measure(context): Promise<readonly Row[]> {
    if (
      !hasOptionalTool('docker-registry', '--version') ||
      !hasOptionalTool('skopeo', '--version')
    ) {
      return [{ name: 'webhook, cold image', skipped: 'docker-registry or skopeo is missing' }];
    }
    const lab = asOciLayout(await imageOf(context, 'debian-12-web'), context.cache);
    if (lab.kind === 'skipped') return [{ name: 'webhook, cold image', skipped: lab.reason }];
    const registry = await startRegistry();
    const image = `${registry.host}/bench/web:1`;
    try {
      const source = `oci:${lab.file}:latest`;
      const words = ['copy', '--quiet', '--dest-tls-verify=false', source, `docker://${image}`];
      const copied = spawnSync('skopeo', words, { encoding: 'utf8' });
      if (copied.status !== 0) throw new Error(copied.stderr);
      const firsts: Told[] = [];
      const knowns: number[] = [];
      for (let round = 0; round < context.rounds; round += 1) {
        const [first, known] = await withFolder(context, (folder) => oneRound(folder, image));
        firsts.push(first);
        knowns.push(known);
      }
      return figures(firsts, knowns);
    } finally {
      await registry.stop();
    }
  },
};

function figures(firsts: readonly Told[], knowns: readonly number[]): Figure[] {
  const times = firsts.map(({ wallMs }) => wallMs);
  const inTime = firsts.filter(({ allowed }) => allowed).length;
  return [
    figure({
      name: 'webhook, answer for an image that nobody has seen, worst',
      value: Math.max(...times),
      unit: 'ms',
      target: deadlineMs + lateMs,
      note: `deadline ${deadlineMs} ms; known by then in ${inTime} of ${firsts.length}; ${spread(times)}`,
    }),
    figure({
      name: 'webhook, until such an image is known',
      value: median(knowns),
      unit: 'ms',
      note: `pulled from a registry of this machine and scanned; ${spread(knowns)}`,
    }),
  ];
}
