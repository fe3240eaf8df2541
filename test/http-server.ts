// Servers of tests: real sockets on free loopback ports, closed with every connection they hold.
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Server } from 'node:net';

export interface RunningServer {
  /** `http://127.0.0.1:PORT` or https. */
  readonly origin: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

export interface ServerOptions {
  /** Serves TLS with these. */
  readonly tls?: https.ServerOptions;
  /** Another address of this machine than 127.0.0.1. */
  readonly address?: string;
  /** A Unix socket instead of a port. */
  readonly socketPath?: string;
}

/** Starts an HTTP(S) server. */
export async function startServer(
  handler: http.RequestListener,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const server =
    options.tls === undefined
      ? http.createServer(handler)
      : https.createServer(options.tls, handler);
  return listen(server, { ...options, closeAll: () => server.closeAllConnections() });
}

interface ListenOptions extends ServerOptions {
  readonly closeAll: () => void;
}

/** Listens with any server of node:net. */
export async function listen(server: Server, options: ListenOptions): Promise<RunningServer> {
  await new Promise<void>((resolve) => {
    if (options.socketPath === undefined) server.listen(0, options.address ?? '127.0.0.1', resolve);
    else server.listen(options.socketPath, resolve);
  });
  const port = options.socketPath === undefined ? (server.address() as AddressInfo).port : 0;
  const host = `${options.address ?? '127.0.0.1'}:${port}`;
  return {
    origin: `${options.tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        options.closeAll();
      }),
  };
}
