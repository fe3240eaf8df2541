// A real server over a real record, catalogue and tokens of a folder of its own, for tests of the API.
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { builtinSource } from '../src/advisory/builtin/index.ts';
import type { Remembered } from '../src/flow/harbour.ts';
import type { TrustDesk } from '../src/flow/image-trust-view.ts';
import { closedTrustDesk } from '../src/flow/image-trust-view.ts';
import { createLiveFeed, type LiveFeed } from '../src/flow/live.ts';
import { machineEvidence } from '../src/flow/machine-evidence.ts';
import { type AnsweringDesk, machineResponses } from '../src/flow/response-desk.ts';
import { partsOfFolder } from '../src/host/program/index.ts';
import { readWaivers } from '../src/policy/index.ts';
import { type MachineServices, pagesOfMachine } from '../src/server/api/index.ts';
import {
  openChangeLog,
  openStaticFiles,
  openTokens,
  type RunningServer,
  serve,
  type Tokens,
} from '../src/server/http/index.ts';
import { type Catalogue, type CatalogueEntry, openCatalogue } from '../src/store/catalog/index.ts';
import { openResponseLog } from '../src/store/index.ts';
import { openRecord, openRecorder, usualRetention } from '../src/store/record/index.ts';
import {
  detected,
  exited,
  flow,
  imageIdOf,
  lifecycle,
  sampleRun,
  second,
  started,
  startNs,
} from './sample-record.ts';
import { sampleReport } from './sample-report.ts';

export interface LabAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; undefined where it is none. */
  readonly value: unknown;
}

export interface LabRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Null: without any. Default: the token of the machine. */
  readonly token?: string | null;
}

export interface ServerLab {
  readonly folder: string;
  readonly port: number;
  readonly tokens: Tokens;
  readonly live: LiveFeed;
  readonly catalogue: Catalogue;
  ask(path: string, request?: LabRequest): Promise<LabAnswer>;
  close(): Promise<void>;
}

/** 2026-01-02T04:00:00Z: an hour after the sample record begins. */
const labNow = new Date('2026-01-02T04:00:00.000Z');

/** An entry of the catalogue with the report that belongs to it. */
function labEntry(id: string, reference: string): CatalogueEntry {
  const { grade, summary } = sampleReport();
  return {
    id,
    kind: 'image',
    reference,
    digest: id,
    os: 'Debian 12',
    packages: summary.packages,
    layers: 2,
    size: 1000,
    grade: { letter: grade.letter, score: grade.score },
    fixFirst: grade.fixFirst,
    summary,
    scannedAt: '2026-01-02T03:30:00.000Z',
    state: 'scanned',
    basis: 'test',
    why: null,
    present: true,
  };
}

/** Two containers, one alive, of the team `checkout`; one of nobody's image; detections and flows. */
function fill(folder: string): void {
  const clock = { wallNs: () => startNs + 60n * second, monotonicNs: () => 1n };
  const retention = { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 };
  const writer = openRecorder({ folder, clock, retention, warn: () => undefined });
  const foreign = sampleRun('billing', { image: 'bill:1' });
  for (const record of [
    lifecycle(sampleRun('web')),
    started('web', { pid: 10, timeNs: startNs }),
    flow('web', 'out', '10.1.2.3', { hostName: 'db.shop', timeNs: startNs + 9n }),
    detected('web', 'Terminal shell in container', startNs + second),
    detected('web', 'Terminal shell in container', startNs + 2n * second),
    exited('web', { pid: 10 }),
    lifecycle(sampleRun('old', { endedAtNs: startNs + second, exitCode: 137 })),
    lifecycle({ ...foreign, workload: { ...foreign.workload, team: 'billing' } }),
  ]) {
    writer.append(record);
  }
  writer.close();
}

const labWaivers =
  'waivers: [{ control: privileged, reason: builds, owner: bob, expires: 2026-02-01 }]';
const nothingAnswers: AnsweringDesk = { alerts: null, policy: null, responder: null };

export interface LabOptions {
  /** Tells and does something about detections; default: nothing does. */
  readonly answering?: (folder: string) => AnsweringDesk;
  /** Looks at signatures; default: nobody does. */
  readonly trust?: (parts: { readonly catalogue: Catalogue; readonly live: LiveFeed }) => TrustDesk;
  /** Where the dashboard was built to. */
  readonly dashboard?: string;
  /** Makes the record of a folder; default: the sample of three containers. */
  readonly fillRecord?: (folder: string) => void;
  /** Since when nobody looked what runs; default: it is known. */
  readonly remembered?: () => Remembered | null;
  /** The server's clock, which stands still. Default: an hour after the sample begins. */
  readonly now?: Date;
}

/** Starts it; `close` removes everything. */
export async function openServerLab(options: LabOptions = {}): Promise<ServerLab> {
  const { dashboard = '/nowhere', fillRecord = fill, now = labNow } = options;
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-server-'));
  fillRecord(folder);
  const record = openRecord(folder);
  const catalogue = openCatalogue(folder);
  const shop = imageIdOf('shop/api:1.2');
  catalogue.put(labEntry(shop, 'shop/api:1.2'), sampleReport());
  catalogue.put({ ...labEntry(`sha256:${'e'.repeat(64)}`, 'bill:1'), state: 'failed' }, null);
  catalogue.putScore({ day: '2026-01-01', score: 40, letter: 'D', images: 1 });
  const tokens = openTokens(folder, () => labNow);
  const changes = openChangeLog(folder);
  const answering = options.answering?.(folder) ?? nothingAnswers;
  const live = createLiveFeed(labNow.getTime());
  const coverage = [{ what: 'sensor', state: 'off', why: 'a test', howToSwitchOn: null }] as const;
  const services: MachineServices = {
    evidence: machineEvidence({
      catalogue,
      record: () => record,
      advisories: () => builtinSource(),
      coverage: () => coverage,
      remembered: options.remembered ?? (() => null),
      now: () => now,
    }),
    responses: machineResponses({
      answering: () => answering,
      responses: () => openResponseLog(folder).read(),
      record: () => record,
    }),
    trust: options.trust?.({ catalogue, live }) ?? closedTrustDesk('a test'),
    pages: pagesOfMachine,
    scope: 'machine',
    record: () => record,
    status: () => ({ waiting: 0, running: 0, done: 2 }),
    audits: {
      latest: () => [],
      history: () => [{ at: labNow.toISOString(), score: 70, failed: [], target: 'docker' }],
      run: async () => ({ audit: 'docker', score: 70 }) as never,
    },
    gate: () => null,
    gateHint: () => null,
    waivers: () => readWaivers(labWaivers, 'waivers.yaml', now),
    changes: (limit) => changes.newest(limit),
    tokens,
    now: () => now,
    toolVersion: '0.0.0',
  };
  const server: RunningServer = await serve({
    host: '127.0.0.1',
    names: ['harbour.example'],
    port: 0,
    furtherPorts: 0,
    services,
    tokens,
    live,
    files: openStaticFiles(partsOfFolder(dashboard)),
    changes,
    isReady: () => true,
    gauges: () => new Map([['images', 2]]),
    clockMs: () => performance.now(),
    warn: (line) => {
      throw new Error(line);
    },
  });
  return {
    folder,
    port: server.port,
    tokens,
    live,
    catalogue,
    ask: (path, request) => ask({ path, port: server.port, own: tokens.own }, request),
    async close() {
      await server.close();
      record.close();
      catalogue.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Asked {
  readonly path: string;
  readonly port: number;
  readonly own: string;
}

function ask({ path, port, own }: Asked, request: LabRequest = {}): Promise<LabAnswer> {
  const token = request.token === undefined ? own : request.token;
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...request.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, path, method: request.method ?? 'GET', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isPacked = response.headers['content-encoding'] === 'gzip';
          const text = (isPacked ? gunzipSync(bytes) : bytes).toString('utf8');
          const isJson = String(response.headers['content-type']).includes('json');
          const value: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, value });
        });
      },
    );
    sent.on('error', reject);
    sent.end(request.body);
  });
}
