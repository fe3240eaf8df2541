// Docker's authorisation plugin: HTTP over a Unix socket, asked before and after each request to the
// engine (docs.docker.com/engine/extend/plugins_authorization). An answer that fails denies.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../../base/error.ts';
import { entriesOf, field, parseJson, stringField } from '../../base/json.ts';
import type { EngineRequest } from '../../flow/gate-docker.ts';
import { Desk, type DeskOptions } from './desk.ts';
import { listenOnSocket } from './socket.ts';

export interface PluginOptions extends DeskOptions {
  readonly socket: string;
}

export interface GuardServer {
  close(): Promise<void>;
}

/** A body of 1 MiB in base64, with headers; answers of the engine come as long. */
const envelopeBytes = 8 * 1024 * 1024;
const headersMs = 10_000;
const keptMs = 600_000;

/** Starts listening. Throws `SeaworthyError` where the socket is not to be had. */
export async function startPlugin(options: PluginOptions): Promise<GuardServer> {
  const desk = new Desk(options);
  const server: Server = createServer((request, response) => void serve(desk, request, response));
  server.headersTimeout = headersMs;
  server.requestTimeout = headersMs;
  server.keepAliveTimeout = keptMs;
  server.on('clientError', (_, socket) => socket.destroy());
  await listenOnSocket(server, options.socket, 0o600);
  return {
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await desk.close();
    },
  };
}

async function serve(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { url = '', method } = request;
    if (method === 'GET' && url === '/metrics') return answerText(response, desk.metrics());
    if (method === 'GET' && url === '/healthz') return answerText(response, 'ok\n');
    if (method !== 'POST') return answer(response, 404, { Err: 'no such call' });
    if (url === '/Plugin.Activate') {
      request.resume();
      return answer(response, 200, { Implements: ['authz'] });
    }
    if (url === '/AuthZPlugin.AuthZRes') {
      // What an engine answers was asked for before; nobody needs to read it here.
      request.resume();
      return answer(response, 200, { Allow: true });
    }
    if (url !== '/AuthZPlugin.AuthZReq') return answer(response, 404, { Err: 'no such call' });
    const text = await readText(request, envelopeBytes);
    answer(response, 200, await authorize(desk, text));
  } catch (error) {
    if (response.headersSent) response.destroy();
    else answer(response, 200, denial(`the plugin failed: ${messageOf(error)}`));
  }
}

/** The answer to one question of the engine; `text` null: it was longer than anything honest. */
export async function authorize(desk: Desk, text: string | null): Promise<unknown> {
  const asked = text === null ? null : envelopeOf(text);
  if (asked === null) return denial('the question of the engine could not be read');
  const ruling = await desk.decide(asked.request, { by: 'plugin', user: asked.user });
  if (ruling.isAllowed) return { Allow: true };
  return denial(ruling.decision.message);
}

function denial(message: string) {
  return { Allow: false, Msg: message };
}

interface Envelope {
  readonly request: EngineRequest;
  readonly user: string;
}

/** What the engine tells of a request (moby, pkg/authorization/api.go); null: it is not understood. */
function envelopeOf(text: string): Envelope | null {
  const parsed = parseJson(text, { maximumLength: envelopeBytes });
  if (!parsed.ok) return null;
  const { value } = parsed;
  const method = stringField(value, 'RequestMethod');
  const uri = stringField(value, 'RequestUri') ?? stringField(value, 'RequestURI');
  if (method === null || uri === null) return null;
  const headers = new Map<string, string>();
  for (const [name, one] of entriesOf(field(value, 'RequestHeaders'))) {
    if (typeof one === 'string') headers.set(name.toLowerCase(), one);
  }
  const encoded = stringField(value, 'RequestBody');
  const user = (stringField(value, 'User') ?? '').slice(0, 200);
  const header = (name: string): string | null => headers.get(name) ?? null;
  const body = encoded === null || encoded === '' ? null : Buffer.from(encoded, 'base64');
  return { request: { method, uri, header, body }, user };
}

/** The text of a request; null: it is longer than `most` bytes. */
async function readText(request: IncomingMessage, most: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= most) chunks.push(chunk);
    else chunks.length = 0;
    if (length > most * 4) return null;
  }
  return length > most ? null : Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/vnd.docker.plugins.v1.2+json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function answerText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
