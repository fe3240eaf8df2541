// The webhook: HTTPS, one review in, one answer out, within a deadline and whatever comes.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../base/error.ts';
import { field, stringField } from '../../base/json.ts';
import {
  type AdmissionRequest,
  failAnswer,
  imagesOfRequest,
  judgeRequest,
  pinPatch,
  type ReviewAnswer,
  readReview,
  responseText,
  reviewAnswer,
  reviewBytes,
} from '../../flow/gate-review.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import type { Policy } from '../../policy/index.ts';
import { createMetrics } from './metrics.ts';
import { createRecorder } from './record.ts';

export interface AdmissionImages {
  /** Facts within the deadline; null: not known by then, and the look goes on for the next time. */
  known(
    references: readonly string[],
    deadlineMs: number,
  ): Promise<(name: string) => ImageFacts | null>;
  /** Digests of a registry, as above. */
  digests(
    references: readonly string[],
    deadlineMs: number,
  ): Promise<(name: string) => string | null>;
}

export interface AdmissionNamespaces {
  /** The namespace within the deadline, or why it is not known. Never throws. */
  find(
    name: string,
    deadlineMs: number,
  ): Promise<
    | { readonly kind: 'known'; readonly namespace: unknown }
    | { readonly kind: 'unknown'; readonly reason: string }
  >;
}

export interface AdmissionOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
  /** The policy of now, with what is known of images; asked for each review. */
  readonly policy: (known: (reference: string) => ImageFacts | null) => Policy;
  /** Null: no policy asks for images. */
  readonly images: AdmissionImages | null;
  readonly asksImages: () => boolean;
  /** Null: the cluster is not asked. */
  readonly namespaces: AdmissionNamespaces | null;
  readonly asksNamespaces: () => boolean;
  readonly pins: boolean;
  readonly failMode: 'Fail' | 'Ignore';
  /** Namespaces that are let through unjudged, ours among them. */
  readonly exempt: ReadonlySet<string>;
  readonly deadlineMs: number;
  readonly recordFile: string | null;
  readonly certificateEnd: () => Date | null;
  readonly now: () => Date;
  readonly clockMs: () => number;
  readonly warn: (line: string) => void;
}

export interface AdmissionServer {
  readonly port: number;
  /** Takes another certificate; connections that are open keep theirs. */
  renew(certificate: string, key: string): void;
  close(): Promise<void>;
}

/** Headers and idle connections; the API server keeps its connections. */
const headersMs = 10_000;
const keptMs = 120_000;
const connectionsMost = 1000;

/** Starts listening. Throws where the port or the certificate is not to be had. */
export async function startAdmission(options: AdmissionOptions): Promise<AdmissionServer> {
  const desk = new Desk(options);
  const server: Server = createServer(
    { cert: options.certificate, key: options.key, minVersion: 'TLSv1.2' },
    (request, response) => void desk.serve(request, response),
  );
  server.headersTimeout = headersMs;
  server.requestTimeout = headersMs;
  server.keepAliveTimeout = keptMs;
  server.maxConnections = connectionsMost;
  // Probes without TLS and foreign certificates of clients are no news.
  server.on('tlsClientError', () => undefined);
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    renew: (certificate, key) => server.setSecureContext({ cert: certificate, key }),
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await desk.recorder.flush();
    },
  };
}

class Desk {
  readonly recorder;
  readonly #options: AdmissionOptions;
  readonly #metrics = createMetrics();
  #open = 0;
  #strangers = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.recorder = createRecorder(options.recordFile, options.warn);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    try {
      if (request.method === 'GET') this.#page(path, response);
      else if (request.method !== 'POST') send(response, 405, 'POST a review\n');
      else if (path === '/validate' || path === '/mutate') {
        await this.#review(request, response, path === '/mutate');
      } else send(response, 404, 'no such page\n');
    } catch (error) {
      this.#options.warn(`a review failed: ${messageOf(error)}`);
      if (!response.headersSent) send(response, 500, 'the review failed\n');
      else response.destroy();
    }
  }

  #page(path: string, response: ServerResponse): void {
    if (path === '/healthz' || path === '/readyz') send(response, 200, 'ok\n');
    else if (path === '/metrics') {
      const end = this.#options.certificateEnd();
      const text = this.#metrics.text({
        reviews_open: this.#open,
        records_lost: this.recorder.lost(),
        namespaces_unknown: this.#strangers,
        certificate_expires_seconds: end === null ? 0 : Math.floor(end.getTime() / 1000),
      });
      send(response, 200, text);
    } else send(response, 404, 'no such page\n');
  }

  async #review(request: IncomingMessage, response: ServerResponse, pins: boolean): Promise<void> {
    const started = this.#options.clockMs();
    this.#open += 1;
    try {
      const body = await readBody(request);
      const read = body.isWhole
        ? readReview(body.text)
        : ({ ...readReview(body.text), reason: `more than ${reviewBytes} bytes` } as const);
      if (!body.isWhole || read.kind === 'malformed') {
        const uid = read.kind === 'malformed' ? read.uid : '';
        const reason = 'reason' in read ? read.reason : 'not understood';
        const answer = failAnswer(this.#options.failMode, reason);
        this.#finish(response, { uid, answer, started, request: null, reason });
        return;
      }
      await this.#decide(read.request, response, { pins, started });
    } finally {
      this.#open -= 1;
    }
  }

  async #decide(
    request: AdmissionRequest,
    response: ServerResponse,
    { pins, started }: { readonly pins: boolean; readonly started: number },
  ): Promise<void> {
    let answer: ReviewAnswer;
    let reason: string | null = null;
    try {
      answer = pins ? await this.#pin(request) : await this.#validate(request);
    } catch (error) {
      // A defect of ours must not decide by chance.
      reason = messageOf(error);
      answer = failAnswer(this.#options.failMode, reason);
    }
    this.#finish(response, { uid: request.uid, answer, started, request, reason });
  }

  async #validate(request: AdmissionRequest): Promise<ReviewAnswer> {
    const { images, asksImages, deadlineMs, policy, exempt } = this.#options;
    if (request.namespace !== null && exempt.has(request.namespace)) return exempted;
    const isAsked = images !== null && asksImages() && request.operation !== 'DELETE';
    const known = isAsked
      ? await images.known(imagesOfRequest(request), deadlineMs)
      : (): null => null;
    const { namespace, unknown } = await this.#namespaceOf(request);
    const answer = reviewAnswer(judgeRequest(request, policy(known), namespace));
    if (unknown === null) return answer;
    const annotations = { ...answer.annotations, 'namespace-unknown': unknown.slice(0, 500) };
    return { ...answer, annotations };
  }

  /** Where policies ask for it. What is not known is counted, and stands in the audit of the cluster. */
  async #namespaceOf(request: AdmissionRequest) {
    const { namespaces, asksNamespaces, deadlineMs } = this.#options;
    const nothing = { namespace: null, unknown: null };
    if (request.namespace === null || !asksNamespaces()) return nothing;
    const found =
      namespaces === null
        ? ({ kind: 'unknown', reason: 'the cluster is not asked (--namespaces)' } as const)
        : await namespaces.find(request.namespace, deadlineMs);
    if (found.kind === 'known') return { namespace: found.namespace, unknown: null };
    this.#strangers += 1;
    return { namespace: null, unknown: found.reason };
  }

  async #pin(request: AdmissionRequest): Promise<ReviewAnswer> {
    const { images, deadlineMs, pins, exempt } = this.#options;
    const isExempt = request.namespace !== null && exempt.has(request.namespace);
    if (!pins || images === null || isExempt || request.kind !== 'Pod') return exempted;
    const digests = await images.digests(imagesOfRequest(request), deadlineMs);
    const patch = pinPatch(request, digests);
    return { ...exempted, annotations: { pinned: String(patch.length) }, patch };
  }

  #finish(response: ServerResponse, finished: Finished): void {
    const { uid, answer, started, request, reason } = finished;
    const elapsedMs = this.#options.clockMs() - started;
    const decision = answer.annotations['decision'] ?? 'allow';
    this.#metrics.count(decision);
    this.#metrics.observe(elapsedMs);
    const text = responseText(uid, answer);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
    this.recorder.add({
      time: this.#options.now().toISOString(),
      uid,
      operation: request?.operation ?? '',
      kind: request?.kind ?? '',
      namespace: request?.namespace ?? null,
      name: request?.name ?? '',
      objectUid: stringField(field(request?.object, 'metadata'), 'uid'),
      user: request?.user ?? '',
      decision,
      controls: answer.annotations['controls'] ?? '',
      waived: (answer.annotations['waived'] ?? '').split(',').filter((one) => one !== ''),
      images: request === null ? [] : imagesOfRequest(request).slice(0, imagesRecorded),
      isDryRun: request?.isDryRun ?? false,
      problem: reason,
      elapsedMs: Math.round(elapsedMs * 100) / 100,
    });
  }
}

const imagesRecorded = 50;

interface Finished {
  readonly uid: string;
  readonly answer: ReviewAnswer;
  readonly started: number;
  readonly request: AdmissionRequest | null;
  readonly reason: string | null;
}

const exempted: ReviewAnswer = {
  allowed: true,
  message: '',
  warnings: [],
  annotations: { decision: 'allow' },
  patch: [],
};

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

/** The body as far as it may be long; the rest is read and dropped, so that the answer arrives. */
async function readBody(
  request: IncomingMessage,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  let isWhole = true;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > reviewBytes * 2) {
      isWhole = false;
      break;
    }
    if (length <= reviewBytes) chunks.push(chunk);
    else isWhole = false;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isWhole };
}
