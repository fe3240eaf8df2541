// One careful question to a port: connect, shake hands, GET. Nothing is followed, nothing is trusted,
// every answer is bounded in size and time. Never sends more than it is given.
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { messageOf } from '../../base/error.ts';

export interface Place {
  /** A resolved address: it is not looked up again, so that no second answer of DNS counts. */
  readonly address: string;
  readonly port: number;
  /** Name for TLS and the Host header. */
  readonly name: string;
}

export interface TlsDetails {
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601; null where the certificate tells none. */
  readonly validTo: string | null;
  readonly names: readonly string[];
  /** Signed by an authority that Node or the system trusts, for this name. */
  readonly isTrusted: boolean;
}

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Its first bytes as text. */
  readonly body: string;
  readonly isCut: boolean;
}

export interface NoAnswer {
  readonly kind: 'none';
  readonly reason: string;
  /** The server ended it because no client certificate was shown. */
  readonly demandsCertificate: boolean;
}

export type Answer = HttpAnswer | NoAnswer;

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another Host header than the name of the place. */
  readonly host?: string;
  readonly body?: string;
}

export interface ProbeLimits {
  /** For each connection, whatever happens on it. */
  readonly deadlineMs: number;
  readonly bodyBytes: number;
}

/** Whether something takes connections: `open`, `closed` (refused), `silent` (nothing came back). */
export function knock(
  { address, port }: Place,
  { deadlineMs }: ProbeLimits,
): Promise<'open' | 'closed' | 'silent'> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    const signal = AbortSignal.timeout(deadlineMs);
    const end = (answer: 'open' | 'closed' | 'silent'): void => {
      socket.destroy();
      resolve(answer);
    };
    signal.addEventListener('abort', () => end('silent'), { once: true });
    socket.once('connect', () => end('open'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'closed' : 'silent'),
    );
  });
}

/** The certificate and protocol of a port that speaks TLS; null: it does not. */
export function shakeHands(place: Place, { deadlineMs }: ProbeLimits): Promise<TlsDetails | null> {
  return new Promise((resolve) => {
    const socket = tls.connect({ ...tlsOptions(place) });
    const end = (details: TlsDetails | null): void => {
      socket.destroy();
      resolve(details);
    };
    AbortSignal.timeout(deadlineMs).addEventListener('abort', () => end(null), { once: true });
    socket.once('error', () => end(null));
    socket.once('close', () => resolve(null));
    socket.once('secureConnect', () => {
      // Errors after the handshake (a certificate that is demanded) are the next question's.
      socket.on('error', () => undefined);
      end(detailsOf(socket));
    });
  });
}

function tlsOptions({ address, port, name }: Place) {
  return {
    host: address,
    port,
    // What the certificate is worth is told, not demanded: nothing secret is sent.
    rejectUnauthorized: false,
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    minVersion: 'TLSv1',
  } as const;
}

function detailsOf(socket: tls.TLSSocket): TlsDetails {
  const certificate = socket.getPeerX509Certificate();
  const validTo = certificate === undefined ? Number.NaN : Date.parse(certificate.validTo);
  const names = (certificate?.subjectAltName ?? '').split(', ').slice(0, 50);
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    subject: (certificate?.subject ?? '').replaceAll('\n', ', ').slice(0, 300),
    issuer: (certificate?.issuer ?? '').replaceAll('\n', ', ').slice(0, 300),
    validTo: Number.isNaN(validTo) ? null : new Date(validTo).toISOString(),
    names: names.filter((one) => one !== '').map((one) => one.slice(0, 200)),
    isTrusted: socket.authorized,
  };
}

/** Asks once on a connection of its own. Never throws. */
export function ask(
  place: Place,
  question: Question,
  options: ProbeLimits & { readonly isTls: boolean },
): Promise<Answer> {
  return new Promise((resolve) => {
    let request: http.ClientRequest | null = null;
    const end = (answer: Answer): void => {
      request?.destroy();
      resolve(answer);
    };
    const fail = (error: unknown): void => end(noAnswer(error));
    const signal = AbortSignal.timeout(options.deadlineMs);
    signal.addEventListener('abort', () => fail(new Error('it did not answer in time')), {
      once: true,
    });
    try {
      request = (options.isTls ? https : http).request({
        ...(options.isTls ? tlsOptions(place) : { host: place.address, port: place.port }),
        method: question.method,
        path: question.path,
        setHost: false,
        agent: false,
        maxHeaderSize: 16 * 1024,
        headers: {
          Host: question.host ?? hostHeader(place),
          'User-Agent': 'seaworthy-audit',
          Accept: '*/*',
          Connection: 'close',
          ...question.headers,
          ...(question.body === undefined
            ? {}
            : { 'Content-Length': String(Buffer.byteLength(question.body)) }),
        },
      });
      request.on('error', fail);
      request.on('response', (response) => readAnswer(response, options.bodyBytes, { end, fail }));
      request.end(question.body);
    } catch (error) {
      fail(error);
    }
  });
}

function hostHeader({ name, port }: Place): string {
  return `${net.isIPv6(name) ? `[${name}]` : name}:${port}`;
}

interface Ending {
  readonly end: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
}

function readAnswer(response: http.IncomingMessage, most: number, { end, fail }: Ending): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const tell = (isCut: boolean): void => {
    const headers = new Map(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        (Array.isArray(value) ? value.join(', ') : (value ?? '')).slice(0, 1000),
      ]),
    );
    const body = Buffer.concat(chunks).subarray(0, most).toString('utf8');
    end({ kind: 'answer', status: response.statusCode ?? 0, headers, body, isCut });
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= most) tell(true);
  });
  response.on('end', () => tell(false));
  response.on('error', fail);
}

/** Alerts of TLS (RFC 8446 section 6.2) with which servers turn away who shows no certificate. */
const demands =
  /certificate[ _]required|bad[ _]certificate|handshake[ _]failure|CERTIFICATE_REQUIRED/i;

function noAnswer(error: unknown): NoAnswer {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 200);
  return { kind: 'none', reason, demandsCertificate: demands.test(`${code} ${reason}`) };
}
