// Connections that become a stream in both directions: attach, exec, build sessions. Nothing flows before
// the request was decided, and then everything, byte by byte.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answeredHeaders, type Forwarded, openUpstream } from './upstream.ts';

/** Operations that may leave HTTP. */
export const hijacked: ReadonlySet<string> = new Set([
  'container.attach',
  'container.attach-ws',
  'exec.start',
  'session',
  'grpc',
]);

export interface Hijack {
  readonly client: Duplex;
  /** What the client sent behind its request. */
  readonly head: Buffer;
  /** Of the `Upgrade` header: `tcp`, `h2c`, `websocket`. */
  readonly protocol: string;
  readonly forwarded: Forwarded;
  readonly body: Buffer;
}

/** Opens the stream to the engine and joins both ends; an engine that refuses is heard as it is. */
export function joinStreams({ client, head, protocol, forwarded, body }: Hijack): void {
  const upstream = openUpstream({
    ...forwarded,
    headers: {
      ...forwarded.headers,
      connection: 'Upgrade',
      upgrade: protocol,
      'content-length': String(body.length),
    },
  });
  client.on('error', () => upstream.destroy());
  client.on('close', () => upstream.destroy());
  upstream.on('error', () => {
    if (client.writable) endWith(client, 502, 'the engine does not answer');
  });
  upstream.on('upgrade', (answer: IncomingMessage, socket: Duplex, first: Buffer) => {
    client.write(`${statusLine(answer)}${headerLines(answer, protocol)}\r\n`);
    if (first.length > 0) client.write(first);
    if (head.length > 0) socket.write(head);
    socket.on('error', () => client.destroy());
    client.on('error', () => socket.destroy());
    client.on('close', () => socket.destroy());
    socket.on('close', () => client.end());
    socket.pipe(client);
    client.pipe(socket);
  });
  upstream.on('response', (answer) => {
    const lines = `${statusLine(answer)}${headerLines(answer, null)}connection: close\r\n\r\n`;
    client.write(lines);
    answer.on('error', () => client.destroy());
    answer.pipe(client);
  });
  upstream.end(body);
}

function statusLine(answer: IncomingMessage): string {
  const words = (answer.statusMessage ?? '').replaceAll(/[^\x20-\x7e]/g, '');
  return `HTTP/1.1 ${answer.statusCode ?? 502} ${words}\r\n`;
}

function headerLines(answer: IncomingMessage, protocol: string | null): string {
  const headers = answeredHeaders(answer);
  let lines = '';
  for (let at = 0; at + 1 < headers.length; at += 2) {
    lines += `${headers[at]}: ${headers[at + 1]}\r\n`;
  }
  return protocol === null ? lines : `${lines}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
}

/** Ends a connection that has no response object with a refusal. */
export function endWith(client: Duplex, status: number, message: string): void {
  const text = `${JSON.stringify({ message: `Seaworthy: ${message}` })}\n`;
  client.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
