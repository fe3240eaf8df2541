// Syslog over a local socket, UDP (RFC 5426), TCP with counted octets (RFC 6587) and TLS (RFC 5425).
import { createSocket } from 'node:dgram';
import { connect as connectSocket, isIPv6, type Socket } from 'node:net';
import { SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';
import { NetworkError, networkError } from '../../base/http-error.ts';
import { loadLibrary } from '../kernel/index.ts';
import type { Sender } from './queue.ts';
import { openStream, writeAll } from './stream-connection.ts';

export interface SyslogPlace {
  readonly protocol: 'unix' | 'udp' | 'tcp' | 'tls';
  /** Host, or the path of a socket. */
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
}

/**
 * A sender of syslog messages.
 * @param encode one message without its frame
 */
export function createSyslogSender<Item>(
  place: SyslogPlace,
  encode: (item: Item, lost: number) => string,
): Sender<Item> {
  const wire = wireOf(place);
  return {
    close: () => wire.close(),
    send: async (items, lost, signal) => {
      const messages = items.map((item, index) =>
        Buffer.from(encode(item, index === 0 ? lost : 0)),
      );
      await wire.write(messages, signal);
    },
  };
}

interface Wire {
  write(messages: readonly Buffer[], signal: AbortSignal): Promise<void>;
  close(): void;
}

function wireOf(place: SyslogPlace): Wire {
  if (place.protocol === 'udp') return datagramWire(place);
  return place.protocol === 'unix' ? localWire(place.host) : streamWire(place);
}

function datagramWire({ host, port }: SyslogPlace): Wire {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  // Nobody listens there (ICMP): the next send says it.
  socket.on('error', () => undefined);
  socket.unref();
  return {
    close: () => socket.close(),
    write: async (messages) => {
      for (const message of messages) {
        await new Promise<void>((resolve, reject) => {
          socket.send(message, port, host, (error) => {
            if (error === null) resolve();
            else reject(networkError(error, { place: host, reusedConnection: false }));
          });
        });
      }
    },
  };
}

/** RFC 6587 section 3.4.1: `LENGTH SP MESSAGE`. */
function streamWire(place: SyslogPlace): Wire {
  const name = `${place.host}:${place.port}`;
  let socket: Socket | null = null;
  return {
    close: () => socket?.end(),
    write: async (messages, signal) => {
      if (socket === null || socket.destroyed || !socket.writable) {
        socket = await openStream(place, place.protocol === 'tls' ? place.tls : null, signal);
        // A receiver that closes is noticed before the next message is given to a dead connection.
        socket.on('end', () => socket?.destroy());
        socket.resume();
        socket.unref();
      }
      const frames = messages.flatMap((message) => [Buffer.from(`${message.length} `), message]);
      await writeAll(socket, Buffer.concat(frames), { name, signal });
    },
  };
}

/** `/dev/log` is a datagram socket, which Node cannot speak: the C library does. Streams are tried too. */
function localWire(path: string): Wire {
  let datagrams: DatagramSocket | null = null;
  let stream: Socket | null = null;
  return {
    close: () => {
      datagrams?.close();
      stream?.end();
    },
    write: async (messages, signal) => {
      if (stream === null || stream.destroyed) {
        datagrams ??= openDatagramSocket(path);
        if (datagrams !== null) return sendAll(datagrams, messages);
        stream = await openLocalStream(path, signal);
      }
      // Local streams carry one message a line (RFC 6587 section 3.4.2): messages hold no line feed.
      const lines = messages.flatMap((message) => [message, Buffer.from('\n')]);
      await writeAll(stream, Buffer.concat(lines), { name: path, signal });
    },
  };

  function sendAll(socket: DatagramSocket, messages: readonly Buffer[]): void {
    for (const message of messages) {
      if (socket.send(message)) continue;
      // The daemon was restarted, or does not read: the next try connects anew.
      datagrams?.close();
      datagrams = null;
      throw new NetworkError(`${path} does not take messages`, { transient: true });
    }
  }
}

function openLocalStream(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ path, signal });
    socket.once('error', (error) => {
      reject(networkError(error, { place: path, reusedConnection: false }));
    });
    socket.once('connect', () => {
      socket.on('error', () => undefined);
      socket.unref();
      resolve(socket);
    });
  });
}

interface DatagramSocket {
  /** False when it cannot be sent now. Never waits. */
  send(message: Uint8Array): boolean;
  close(): void;
}

const familyUnix = 1;
const typeDatagram = 2;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const noSignal = 0x4000;
/** `sun_path` with its family (unix(7)). */
const addressBytes = 110;

/** A connected datagram socket; null when the socket there is none of that kind. */
function openDatagramSocket(path: string): DatagramSocket | null {
  const name = Buffer.from(path);
  if (name.length > addressBytes - 3) {
    throw new SeaworthyError('usage', `the path of the socket ${path} is too long`);
  }
  const library = loadLibrary('libc.so.6');
  const socket = library.func('int socket(int family, int type, int protocol)');
  const connect = library.func('int connect(int descriptor, const void *address, unsigned int n)');
  const send = library.func('long send(int descriptor, const void *bytes, size_t n, int flags)');
  const close = library.func('int close(int descriptor)');
  const descriptor: number = socket(familyUnix, typeDatagram | closeOnExec | nonBlocking, 0);
  if (descriptor < 0) return null;
  const address = Buffer.alloc(addressBytes);
  address.writeUInt16LE(familyUnix, 0);
  name.copy(address, 2);
  if (connect(descriptor, address, address.length) !== 0) {
    close(descriptor);
    return null;
  }
  return {
    send: (message) =>
      Number(send(descriptor, message, message.length, noSignal)) === message.length,
    close: () => void close(descriptor),
  };
}
