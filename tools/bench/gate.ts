// The gate: one Pod in process and as a command, policies in CEL over many manifests, the webhook.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeAuthority, makeServing } from '../../src/base/certificate.ts';
import { type GateAnswer, gateSource } from '../../src/flow/gate.ts';
import { policyWith, readGatePolicy } from '../../src/flow/gate-policy.ts';
import { newestMinor, noWaivers, type Policy } from '../../src/policy/index.ts';
import { startAdmission } from '../../src/server/admission/index.ts';
import { type Case, type Context, seaworthy, withFolder } from './context.ts';
import { type Figure, figure, median, spread } from './figure.ts';
import { runOnce } from './process.ts';

const pod = (index: number): string => `apiVersion: v1
kind: Pod
metadata: {name: web-${index}, namespace: shop, labels: {app: web, team: shop}}
spec:
  automountServiceAccountToken: false
  containers:
    - name: web
      image: registry.example/web:1.${index}
      ports: [{containerPort: 8080}]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      resources: {limits: {memory: 128Mi}}
    - name: sidecar
      image: registry.example/sidecar:2
  volumes: [{name: data, emptyDir: {}}]
`;

const defaults = {
  profiles: ['recommended'],
  minor: newestMinor,
  onUnknown: 'deny',
  waivers: noWaivers,
} as const;

const expressions = [
  "object.spec.containers.all(c, c.image.startsWith('registry.example/'))",
  "object.spec.containers.all(c, !c.image.endsWith(':latest') && c.image.matches(':[^/]+$'))",
  'object.spec.?volumes.orValue([]).all(v, !has(v.hostPath))',
  "has(object.metadata.labels.team) && object.metadata.labels.team.matches('^[a-z]+$')",
  "object.spec.containers.all(c, !has(c.resources) || quantity(c.resources.limits.memory).isLessThan(quantity('2Gi')))",
];

/** Fifty policies, each with a variable, a condition and a validation. */
function fiftyPolicies(): string {
  return Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: `policy-${index}` },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
          ],
        },
        matchConditions: [{ name: 'shop', expression: "object.metadata.namespace == 'shop'" }],
        variables: [{ name: 'names', expression: 'object.spec.containers.map(c, c.name)' }],
        validations: [
          { expression: `variables.names.size() < 50 && ${expressions[index % 5] ?? 'true'}` },
        ],
      },
    }),
  ).join('\n---\n');
}

interface Timed {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function timed(work: () => void): Timed {
  const cpu = process.cpuUsage();
  const started = performance.now();
  work();
  const used = process.cpuUsage(cpu);
  return { wallMs: performance.now() - started, cpuMs: (used.user + used.system) / 1000 };
}

function judgeText(text: string, policy: Policy): GateAnswer[] {
  return gateSource({ file: 'pod.yaml', text, reason: null, isNamed: true }, policy);
}

function onePod(): Figure {
  const times = Array.from({ length: 200 }, (_, at) =>
    timed(() => void judgeText(pod(at), defaults)),
  ).slice(20);
  return figure({
    name: 'gate check of one Pod, in process',
    value: median(times.map(({ wallMs }) => wallMs)),
    unit: 'ms',
    target: 5,
    note: `CPU ${(times.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / times.length).toFixed(2)} ms each`,
  });
}

async function asCommand(context: Context): Promise<Figure> {
  return withFolder(context, async (folder) => {
    const file = join(folder, 'pod.yaml');
    writeFileSync(file, pod(1));
    const times: number[] = [];
    for (let round = 0; round < context.rounds * 2 + 1; round += 1) {
      const { wallMs } = await runOnce(seaworthy(['gate', 'check', file], { codes: [0, 1] }));
      if (round > 0) times.push(wallMs);
    }
    return figure({
      name: 'gate check of one Pod, as a command',
      value: median(times),
      unit: 'ms',
      target: 150,
      note: spread(times),
    });
  });
}

function manyPolicies(): Figure {
  const gate = readGatePolicy([{ file: 'p.yaml', text: fiftyPolicies() }], new Date());
  const policy = policyWith(
    gate,
    { ...defaults, profiles: [] },
    { known: () => null, now: new Date() },
  );
  const texts = Array.from({ length: 1000 }, (_, index) => pod(index));
  let denied = 0;
  const { wallMs, cpuMs } = timed(() => {
    for (const text of texts) {
      denied += judgeText(text, policy).filter(({ decision }) => decision === 'deny').length;
    }
  });
  return figure({
    name: '1,000 manifests with 50 CEL policies',
    value: wallMs / 1000,
    unit: 's',
    target: 3,
    note: `CPU ${(cpuMs / 1000).toFixed(2)} s, ${denied} denied`,
  });
}

const client = `
const { parentPort, workerData } = require('node:worker_threads');
const { Agent, request } = require('node:https');
const { port, ca, bodies, count, lanes } = workerData;
const agent = new Agent({ keepAlive: true, ca, maxSockets: lanes });
const times = [];
let next = 0;
const one = (body) => new Promise((resolve, reject) => {
  const call = request({ agent, host: '127.0.0.1', servername: 'localhost', port, path: '/validate', method: 'POST', headers: { 'content-length': Buffer.byteLength(body) } }, (response) => {
    response.on('data', () => undefined);
    response.on('end', resolve);
  });
  call.on('error', reject);
  call.end(body);
});
const lane = async () => {
  while (next < count) {
    const body = bodies[next++ % bodies.length];
    const started = performance.now();
    await one(body);
    times.push(performance.now() - started);
  }
};
(async () => {
  for (let at = 0; at < 300; at += 1) await one(bodies[at % bodies.length]);
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

async function webhook(): Promise<Figure[]> {
  const now = new Date();
  const authority = makeAuthority('bench', 1, now);
  const { certificate, key } = makeServing(authority, { names: ['localhost'], days: 1, now });
  const server = await startAdmission({
    host: '127.0.0.1',
    port: 0,
    certificate,
    key,
    policy: () => defaults,
    images: null,
    namespaces: null,
    asksNamespaces: () => false,
    asksImages: () => false,
    pins: false,
    failMode: 'Fail',
    exempt: new Set(),
    deadlineMs: 3000,
    recordFile: null,
    certificateEnd: () => null,
    now: () => new Date(),
    clockMs: () => performance.now(),
    warn: () => undefined,
  });
  const bodies = Array.from({ length: 100 }, (_, index) => reviewOf(index));
  const count = 6000;
  try {
    let cpu = process.cpuUsage();
    const { load, used } = await new Promise<{ load: Load; used: NodeJS.CpuUsage }>(
      (resolve, reject) => {
        const worker = new Worker(client, {
          eval: true,
          workerData: { port: server.port, ca: authority.certificate, bodies, count, lanes: 4 },
        });
        worker.on('error', reject);
        worker.on('message', (message: Load | 'warm') => {
          if (message === 'warm') cpu = process.threadCpuUsage();
          else resolve({ load: message, used: process.threadCpuUsage(cpu) });
        });
      },
    );
    const cpuMs = (used.user + used.system) / 1000;
    const note = `${(cpuMs / count).toFixed(3)} ms CPU each: ${Math.round((count / cpuMs) * 1000)} a second of one core; median ${load.p50.toFixed(1)} ms; 4 connections`;
    return [
      figure({
        name: 'webhook, time of 1,500 reviews',
        value: (load.wallMs / count) * 1.5,
        unit: 's',
        target: 1,
        note,
      }),
      figure({ name: 'webhook, p99 of a review', value: load.p99, unit: 'ms', target: 10 }),
    ];
  } finally {
    await server.close();
  }
}

function reviewOf(index: number): string {
  const container = (name: string) => ({
    name,
    image: `registry.example/${name}:1.${index}`,
    ports: [{ containerPort: 8080 }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    resources: { limits: { memory: '128Mi' } },
  });
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      operation: 'CREATE',
      namespace: 'shop',
      name: `web-${index}`,
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      userInfo: { username: 'ann', groups: ['system:authenticated'] },
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `web-${index}`, namespace: 'shop', labels: { app: 'web' } },
        spec: { containers: [container('web'), container('sidecar')] },
      },
    },
  });
}

export const gate: Case = {
  name: 'gate',
  async measure(context) {
    return [onePod(), await asCommand(context), manyPolicies(), ...(await webhook())];
  },
};
