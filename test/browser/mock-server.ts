// A server that speaks the contract of the dashboard from made-up answers: usual, huge, empty, failing,
// hostile. It sends the strict policy of the real one, so that a page that needs more fails here.
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { lessons } from '../../src/lesson/index.ts';
import type { GateDecision } from '../../src/model/gate-decision.ts';
import { pagesOfMachine } from '../../src/server/api/index.ts';
import { sampleReport } from '../sample-report.ts';
import {
  ago,
  detectionsOf,
  harbourOf,
  harm,
  hostileContainers,
  hour,
  imagesOf,
  manyContainers,
  timelineOf,
  usualContainers,
} from './mock-answers.ts';
import {
  actionsOf,
  alertsOf,
  auditOf,
  exposedOf,
  networkOf,
  responsesOf,
  trustOf,
  waiversOf,
} from './mock-house.ts';

export type Variant = 'usual' | 'starting' | 'huge' | 'empty' | 'failing' | 'locked' | 'hostile';

export interface MockServer {
  readonly address: string;
  /** Sends an event to all pages that listen. */
  readonly push: (event: string, data: unknown) => void;
  /** Ends all streams; browsers come back by themselves. */
  readonly breakStreams: () => void;
  /** The last id that a browser gave when it came back; null: none did. */
  readonly resumedFrom: () => string | null;
  readonly close: () => Promise<void>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the files of `folder` and the answers of `variant` on a free port of 127.0.0.1. */
export async function startMock(folder: string, variant: Variant, port = 0): Promise<MockServer> {
  const listeners = new Set<ServerResponse>();
  const answers = answersOf(variant, new Date());
  let lastId = 0;
  let resumedFrom: string | null = null;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/api/v1/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 200\n\n');
      resumedFrom = request.headers['last-event-id']?.toString() ?? resumedFrom;
      listeners.add(response);
      request.on('close', () => listeners.delete(response));
      return;
    }
    if (url.pathname.startsWith('/api/v1')) {
      const path = url.pathname.slice('/api/v1'.length);
      const { status, body } = answers(path, url.searchParams, request.method ?? 'GET');
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
      return;
    }
    sendFile(response, folder, url.pathname);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    push: (event, data) => {
      lastId += 1;
      const text = `id: ${lastId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      for (const listener of listeners) listener.write(text);
    },
    breakStreams: () => {
      for (const listener of listeners) listener.end();
    },
    resumedFrom: () => resumedFrom,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function sendFile(response: ServerResponse, folder: string, path: string): void {
  const name = normalize(path === '/' ? '/index.html' : path);
  try {
    const bytes = readFileSync(join(folder, name));
    const type = contentTypes[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

interface MockAnswer {
  readonly status: number;
  readonly body: unknown;
}

type Answers = (path: string, query: URLSearchParams, method: string) => MockAnswer;

const plain = (word: string): string => word;
const harmful = (word: string): string => `${word} ${harm}`;

function answersOf(variant: Variant, now: Date): Answers {
  if (variant === 'failing') {
    const error = {
      code: 'internal',
      message: 'The record is locked.',
      advice: 'Run `seaworthy up` again.',
    };
    return () => ({ status: 503, body: { error } });
  }
  if (variant === 'locked') return () => ({ status: 401, body: { error: { code: 'token' } } });
  if (variant === 'empty') return (path) => emptyAnswer(path, now);
  return fullAnswers(variant, now);
}

function statusOf(): object {
  return {
    version: '0.0.0',
    scope: 'machine',
    pages: pagesOfMachine,
    scans: { waiting: 0, running: 0, done: 2 },
    caller: { id: 'local', role: 'admin', teams: null },
  };
}

function emptyAnswer(path: string, now: Date): MockAnswer {
  const harbour = {
    ...harbourOf(now, []),
    answer: 'No container has run here yet',
    grade: null,
    trend: [],
    actions: [],
    counts: {},
  };
  const bodies: Readonly<Record<string, unknown>> = {
    '/harbour': harbour,
    '/status': statusOf(),
    '/network': { nodes: [], flows: [] },
    '/audit': { latest: [], history: [] },
    '/alerts': {
      state: 'off',
      howToSwitchOn: 'seaworthy up --alerts alerts.yaml',
      digest: null,
      outputs: [],
      responses: { state: 'off', howToSwitchOn: null, byHand: [], waiting: 0, done: 0, failed: 0 },
    },
    '/responses': { items: [] },
    '/waivers': { state: 'off', howToSwitchOn: null, items: [] },
    '/gate': {
      state: 'off',
      howToSwitchOn: 'Run `seaworthy gate docker` beside your engine.',
      decisions: [],
    },
    '/exposed': {
      sentence: 'Nothing here ran it',
      total: { images: 0, containers: 0, running: 0, used: 0 },
      items: [],
    },
    '/lessons': { items: [], next: null },
  };
  return { status: 200, body: bodies[path] ?? { items: [], next: null } };
}

function fullAnswers(variant: Variant, now: Date): Answers {
  const text = variant === 'hostile' ? harmful : plain;
  // The first answers of a start are of before it.
  let remembered = variant === 'starting' ? 2 : 0;
  const asOf = (): string | null => (remembered-- > 0 ? ago(now, hour) : null);
  const made = {
    usual: usualContainers,
    starting: usualContainers,
    huge: (at: Date) => manyContainers(at, 12_000),
    hostile: hostileContainers,
  };
  const containers = made[variant as keyof typeof made](now);
  const named = containers.find(({ name }) => name === 'shop-api-2') ?? containers[0];
  if (named === undefined) throw new Error('there are no containers');
  const simple: Readonly<Record<string, () => unknown>> = {
    '/status': () => statusOf(),
    '/harbour': () => ({ ...harbourOf(now, containers), asOf: asOf() }),
    '/images': () => ({ items: imagesOf(now, text), next: null }),
    '/detections': () => ({ items: detectionsOf(now, named, text), next: null }),
    '/network': () => networkOf(now, containers.slice(0, variant === 'huge' ? 400 : 12)),
    '/audit': () => auditOf(now, text),
    '/alerts': () => alertsOf(now, text),
    '/alerts/test': () => ({
      outputs: [
        { output: text('team-chat'), kind: 'slack', delivered: true, problem: null },
        { output: 'mail', kind: 'email', delivered: false, problem: text('no route to host') },
      ],
    }),
    '/responses': () => ({ items: responsesOf(now, named, text) }),
    '/waivers': () => waiversOf(text),
    '/gate': () => ({ state: 'on', howToSwitchOn: null, decisions: decisions(now, text) }),
    '/lessons': () => ({ items: lessons, next: null }),
  };
  return (path, query, method) => {
    const answer = Object.hasOwn(simple, path) ? simple[path] : undefined;
    if (answer !== undefined) return { status: 200, body: answer() };
    if (path === '/containers') return { status: 200, body: pageOf(containers, query) };
    if (path === '/exposed') {
      return {
        status: 200,
        body: exposedOf(now, containers.slice(0, 300), query.get('question') ?? ''),
      };
    }
    const [, page, id = '', part] = path.split('/');
    if (page === 'containers' && part === 'timeline') {
      const container = containers.find((one) => one.id === decodeURIComponent(id)) ?? named;
      return { status: 200, body: timelineOf(now, container, text) };
    }
    if (page === 'containers' && part === 'actions') {
      const [response] = responsesOf(now, named, text);
      return { status: 200, body: method === 'POST' ? response : actionsOf() };
    }
    if (page === 'images' && part === 'trust') return { status: 200, body: trustOf(now, text) };
    if (page === 'images') return { status: 200, body: hostileReport(text) };
    if (page === 'lessons') {
      return { status: 200, body: lessons.find((one) => one.id === id) ?? lessons[0] };
    }
    const error = { code: 'not-found', message: 'There is nothing of that name.', advice: null };
    return { status: 404, body: { error } };
  };
}

function hostileReport(text: (word: string) => string): unknown {
  const report = sampleReport();
  const findings = report.findings.map((one) => ({ ...one, title: text(one.title) }));
  return { ...report, findings, target: { ...report.target, name: text(report.target.name) } };
}

function pageOf(items: readonly unknown[], query: URLSearchParams): object {
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit') ?? 100);
  return { items: items.slice(from, to), next: to < items.length ? String(to) : null };
}

function decisions(now: Date, text: (word: string) => string): readonly GateDecision[] {
  const pod: GateDecision = {
    time: now.toISOString(),
    by: 'webhook',
    operation: 'CREATE',
    kind: 'Pod',
    namespace: 'shop',
    name: text('api'),
    user: text('ann'),
    decision: 'deny',
    controls: ['privileged', text('host-path')],
    waived: [],
    images: [text('shop/api:1.4')],
    problem: null,
    message: '',
    isDryRun: false,
    isEnforced: true,
  };
  const operation = 'container-create';
  const engine = { ...pod, by: 'docker', operation, kind: null, namespace: null } as const;
  return [
    pod,
    { ...pod, decision: 'allow', controls: [], waived: [text('host-network')] },
    { ...engine, isEnforced: false, message: text('it mounts the socket of the engine') },
  ];
}
