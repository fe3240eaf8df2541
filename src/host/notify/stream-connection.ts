// One connection of TCP or TLS with a deadline for connecting and for writing, and TLS begun at once or
// later (STARTTLS). Names are verified unless the user said otherwise.
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure, getCACertificates } from 'node:tls';
import { SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';
import { networkError } from '../../base/http-error.ts';

export interface StreamPlace {
  readonly host: string;
  readonly port: number;
}

const connectMs = 10_000;

/** Connects; `tls` null: plainly. Throws `NetworkError`. */
export function openStream(
  place: StreamPlace,
  tls: TlsOptions | null,
  signal: AbortSignal,
): Promise<Socket> {
  if (tls !== null) return secureStream(place, tls, { signal });
  return settled(connectPlain(place), { place, event: 'connect', signal });
}

interface SecureOptions {
  readonly signal: AbortSignal;
  /** Goes on over this connection (STARTTLS). */
  readonly over?: Socket;
}

/** TLS to a place, over a new or a given connection. Throws `NetworkError`. */
export function secureStream(
  place: StreamPlace,
  tls: TlsOptions,
  { signal, over }: SecureOptions,
): Promise<Socket> {
  const ca = [
    ...getCACertificates('default'),
    ...getCACertificates('system'),
    ...(tls.authorities ?? []),
  ];
  const socket = connectSecure({
    ...(over === undefined ? place : { socket: over, host: place.host }),
    // An address is no server name (RFC 6066 section 3).
    ...(isIP(place.host) === 0 ? { servername: place.host } : {}),
    ca,
    rejectUnauthorized: tls.verify ?? true,
    minVersion: 'TLSv1.2',
  });
  return settled(socket, { place, event: 'secureConnect', signal });
}

interface Settling {
  readonly place: StreamPlace;
  readonly event: 'connect' | 'secureConnect';
  readonly signal: AbortSignal;
}

function settled(socket: Socket, { place, event, signal }: Settling): Promise<Socket> {
  const name = `${place.host}:${place.port}`;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(networkError(error, { place: name, reusedConnection: false }));
    };
    const abort = (): void =>
      fail(new SeaworthyError('network', `${name} was not reached in time`));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.setTimeout(connectMs, () => {
      fail(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }));
    });
    socket.once(event, () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      // Errors between messages show at the next write.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Writes all of it, or rejects: when the connection breaks, or the receiver does not read. */
export function writeAll(
  socket: Socket,
  bytes: Uint8Array,
  given: { readonly name: string; readonly signal: AbortSignal },
): Promise<void> {
  const { name, signal } = given;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(networkError(error, { place: name, reusedConnection: false }));
    };
    const abort = (): void => fail(new SeaworthyError('network', `${name} does not read`));
    if (signal.aborted) return abort();
    if (socket.destroyed) return fail(Object.assign(new Error('closed'), { code: 'EPIPE' }));
    signal.addEventListener('abort', abort, { once: true });
    socket.write(bytes, (error) => {
      signal.removeEventListener('abort', abort);
      if (error === null || error === undefined) resolve();
      else fail(error);
    });
  });
}
