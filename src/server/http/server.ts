// The server of `up`: the front over one machine, listening for it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MachineServices, routesOfMachine } from '../api/index.ts';
import type { ChangeLog } from './change-log.ts';
import { createFront } from './front.ts';
import type { FrontOptions } from './front-options.ts';
import { serverLimits } from './limits.ts';
import type { RestBounds } from './rest.ts';
import type { Tokens } from './tokens.ts';

export interface ServeOptions
  extends Pick<
    FrontOptions<MachineServices>,
    'host' | 'names' | 'services' | 'live' | 'files' | 'isReady' | 'gauges' | 'clockMs' | 'warn'
  > {
  /** 0: any that is free. */
  readonly port: number;
  /** Ports that are tried after it when it is taken. */
  readonly furtherPorts: number;
  readonly tokens: Tokens;
  readonly changes: ChangeLog;
}

export interface RunningServer {
  readonly port: number;
  /** Resolves when nobody waits for an answer any more; what is heavy begins then. */
  untilRest(bounds: RestBounds): Promise<void>;
  close(): Promise<void>;
}

const words = {
  host: 'use the address that `seaworthy up` printed, or start it with --name',
  origin: 'open the dashboard by the address that `seaworthy up` printed',
  token: 'open the link that `seaworthy up` printed, or send it as `Authorization: Bearer`',
  role: 'ask an admin for a token: seaworthy up token create --role ROLE',
};

/** Starts listening. Throws the error of the system where no port is to be had. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { tokens, changes } = options;
  const front = createFront({
    ...options,
    routes: routesOfMachine,
    callerOf: (secret) => tokens.callerOf(secret),
    log: (change) => changes.add(change),
    entrance: null,
    anyHostWithToken: false,
    isSecure: false,
    words,
  });
  const server = createServer(
    { maxHeaderSize: serverLimits.headerBytes, insecureHTTPParser: false },
    (request, response) => void front.serve(request, response),
  );
  server.headersTimeout = serverLimits.headersMs;
  server.requestTimeout = serverLimits.requestMs;
  server.keepAliveTimeout = serverLimits.keptMs;
  server.maxConnections = serverLimits.connections;
  server.on('clientError', (_, socket) => socket.destroy());
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    untilRest: (bounds) => front.untilRest(bounds),
    async close() {
      front.streams.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function listen(server: Server, { host, port, furtherPorts }: ServeOptions): Promise<void> {
  for (let at = port; ; at += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(at, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || at >= port + furtherPorts || at >= 65_535) throw error;
    }
  }
}
