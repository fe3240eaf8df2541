// containerd's own events over its socket: containers of every client, where neither sensor nor folders tell
// (containerd.services.events.v1.Events/Subscribe; gRPC over HTTP/2, github.com/grpc/grpc PROTOCOL-HTTP2).
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { SeaworthyError } from '../../base/error.ts';
import { codeOf } from '../../base/http-error.ts';
import { type Message, readMessage, textField } from './protobuf.ts';

export type ContainerdEvent =
  /** It answers; from now on everything is told. */
  | { readonly kind: 'connected' }
  /** Its first process was started. */
  | {
      readonly kind: 'started';
      readonly id: string;
      readonly namespace: string;
      readonly pid: number;
      readonly atNs: bigint;
    }
  /** Its first process has ended. */
  | {
      readonly kind: 'ended';
      readonly id: string;
      readonly namespace: string;
      readonly exitCode: number;
      readonly atNs: bigint;
    }
  | {
      readonly kind: 'created';
      readonly id: string;
      readonly namespace: string;
      readonly image: string;
      readonly atNs: bigint;
    };

const containerdSocket = '/run/containerd/containerd.sock';
/** An event is some hundred bytes; an extension of one may be large. */
const messageMost = 1024 * 1024;
const headBytes = 5;

/**
 * Events from now on, until the signal is aborted or containerd goes away.
 *
 * @throws SeaworthyError `not-found`, `denied` at the connection; `network` when it ends
 */
export async function* containerdEvents(
  signal: AbortSignal,
  path: string = containerdSocket,
): AsyncGenerator<ContainerdEvent, void, undefined> {
  const session = await open(path);
  const close = (): void => session.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/containerd.services.events.v1.Events/Subscribe',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // An empty request: no filters.
    stream.end(Buffer.alloc(headBytes));
    yield { kind: 'connected' };
    for await (const message of messagesOf(stream)) {
      const event = eventOf(readMessage(message));
      if (event !== null) yield event;
    }
  } catch (error) {
    if (!signal.aborted) throw failure(path, error);
  } finally {
    signal.removeEventListener('abort', close);
    session.destroy();
  }
}

function open(path: string): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(path);
    const session = connect('http://containerd', { createConnection: () => socket });
    session.once('connect', () => resolve(session));
    // Later ones are those of the stream.
    session.on('error', (error) => reject(failure(path, error)));
  });
}

function failure(path: string, error: unknown): SeaworthyError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new SeaworthyError('not-found', `containerd does not answer at ${path}`);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new SeaworthyError('denied', `this user may not use ${path}`);
  }
  return new SeaworthyError('network', `the events of containerd ended at ${path}`);
}

/** Messages of a stream: a byte for compression, four for the length, then the message. */
async function* messagesOf(stream: ClientHttp2Stream): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    held = held.length === 0 ? (chunk as Buffer) : Buffer.concat([held, chunk as Buffer]);
    while (held.length >= headBytes) {
      const length = held.readUInt32BE(1);
      if (length > messageMost) throw new Error(`a message of ${length} bytes`);
      if (held.length < headBytes + length) break;
      // Compressed ones were not asked for.
      if (held[0] === 0) yield held.subarray(headBytes, headBytes + length);
      held = held.subarray(headBytes + length);
    }
  }
}

/** Envelope: timestamp, namespace, topic, event (an `Any`: type, value). */
function eventOf(envelope: Message): ContainerdEvent | null {
  const atNs = timeOf(envelope.bytes.get(1));
  const namespace = textField(envelope, 2);
  const any = readMessage(envelope.bytes.get(4) ?? new Uint8Array());
  const event = readMessage(any.bytes.get(2) ?? new Uint8Array());
  const id = textField(event, 1);
  if (id === '') return null;
  switch (textField(envelope, 3)) {
    case '/containers/create':
      return { kind: 'created', id, namespace, image: textField(event, 2), atNs };
    case '/tasks/start':
      return { kind: 'started', id, namespace, pid: Number(event.numbers.get(2) ?? 0n), atNs };
    case '/tasks/exit': {
      // Of a process that was executed later: its own id stands in the second field.
      if (textField(event, 2) !== id) return null;
      const exitCode = Number(event.numbers.get(4) ?? 0n);
      return { kind: 'ended', id, namespace, exitCode, atNs: timeOf(event.bytes.get(5)) || atNs };
    }
    default:
      return null;
  }
}

/** `google.protobuf.Timestamp` in nanoseconds since 1970. */
function timeOf(bytes: Uint8Array | undefined): bigint {
  const { numbers } = readMessage(bytes ?? new Uint8Array());
  return (numbers.get(1) ?? 0n) * 1_000_000_000n + (numbers.get(2) ?? 0n);
}
