// What `server` does: store, desk, listener and shared work put together until it is told to end.
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import { partFolder } from '../../host/program/index.ts';
import { openStaticFiles } from '../../server/http/index.ts';
import {
  createFleetDesk,
  type FleetListener,
  type FurtherFigures,
  listenFleet,
  tracedStore,
} from '../../server/ingest/index.ts';
import {
  createLoginDesk,
  type LoginSettings,
  openProvider,
  readLoginSettings,
} from '../../server/login/index.ts';
import { openFleetStore } from '../../store/fleet/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { fileOption, stampOf } from './fleet-options.ts';
import { openServerFront } from './server-front.ts';
import type { ServerOptions } from './server-options.ts';
import { startServerWork } from './server-work.ts';

const renewMs = 60_000;
const nowMs = (): number => performance.now();

/** Serves until SIGTERM or Ctrl-C; returns the exit code. */
export async function runServer(options: ServerOptions): Promise<number> {
  const warn = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  const numbers = {
    port: wholeNumber('--port', options.port, 65_535),
    connections: Math.max(2, wholeNumber('--connections', options.connections, 1000)),
    eventDays: wholeNumber('--keep-events', options.keepEvents, 100_000),
    runDays: wholeNumber('--keep-runs', options.keepRuns, 100_000),
  };
  const tls = tlsOf(options);
  const opened = options.oidc === undefined ? null : loginOf(options.oidc);
  const { connections } = numbers;
  const store = tracedStore(await openFleetStore(options.store, { connections }));
  const end = new AbortController();
  process.once('SIGTERM', () => end.abort());
  process.once('SIGINT', () => end.abort());
  const { signal } = end;
  const login = opened === null ? null : createLoginDesk({ ...opened, store, warn });
  const alerts =
    options.alerts === undefined
      ? null
      : (await import('./watch-response.ts')).alertDeskOf(options.alerts, warn);
  const work = startServerWork(options, { store, alerts, retention: numbers, signal, warn });
  const desk = createFleetDesk({ store, nowMs, warn });
  const { host } = options;
  const { front, live } = openServerFront({
    store,
    desk,
    login,
    publicUrl: opened?.settings.publicUrl ?? null,
    alerts,
    advisories: work.advisories,
    figures: (): FurtherFigures => work.figures(),
    worker: work.worker,
    host,
    names: options.name ?? [],
    certificate: tls?.certificate ?? null,
    files: openStaticFiles(partFolder('ui')),
    now: () => new Date(),
    signal,
    warn,
  });
  try {
    const listener = await listenFleet({ host, port: numbers.port, desk, front, tls });
    warn(
      `the server listens on ${tls === null ? 'http' : 'https'}://${host}:${listener.port}; store ${store.place}`,
    );
    await renewing(options, listener, { signal, warn });
    await listener.close();
  } finally {
    end.abort();
    await Promise.all([work.ended, live.ended]);
    opened?.provider.close();
    await store.close();
  }
  return exitCodes.satisfied;
}

/** Throws `SeaworthyError` for a file that it cannot take; the provider is asked at the first login. */
function loginOf(file: string): {
  readonly settings: LoginSettings;
  readonly provider: ReturnType<typeof openProvider>;
} {
  const settings = readLoginSettings(fileOption('--oidc', file), file);
  const { clientSecretFile, caFile } = settings;
  const provider = openProvider({
    settings,
    clientSecret:
      clientSecretFile === null ? null : fileOption('clientSecretFile', clientSecretFile).trim(),
    authorities: caFile === null ? [] : [fileOption('caFile', caFile)],
    nowMs,
  });
  return { settings, provider };
}

type Tls = Parameters<typeof listenFleet>[0]['tls'];

function tlsOf(options: ServerOptions): Tls {
  const { tlsCert, tlsKey, clientCa, host, plainHttp } = options;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return {
      certificate: fileOption('--tls-cert', tlsCert),
      key: fileOption('--tls-key', tlsKey),
      clientAuthority: clientCa === undefined ? null : fileOption('--client-ca', clientCa),
    };
  }
  if (tlsCert !== undefined || tlsKey !== undefined || clientCa !== undefined) {
    throw new SeaworthyError('usage', '--tls-cert and --tls-key belong together', {
      advice: 'give both; --client-ca needs them as well',
    });
  }
  const isHere = ['127.0.0.1', '::1', 'localhost'].includes(host);
  if (isHere || plainHttp === true) return null;
  throw new SeaworthyError('usage', `${host} can be reached by others, and there is no TLS`, {
    advice: 'give --tls-cert and --tls-key, or --plain-http behind something that ends TLS',
  });
}

/**
 * Files that were replaced on the disk are taken within a minute, or at once with SIGHUP; broken ones
 * leave the old ones.
 */
async function renewing(
  options: ServerOptions,
  listener: FleetListener,
  { signal, warn }: { signal: AbortSignal; warn: (line: string) => void },
): Promise<void> {
  const { tlsCert, tlsKey, clientCa } = options;
  const files = [tlsCert, tlsKey, clientCa].filter((file) => file !== undefined);
  let stamp = stampOf(files);
  const look = (): void => {
    try {
      const changed = stampOf(files);
      const tls = changed === stamp ? null : tlsOf(options);
      stamp = changed;
      if (tls === null) return;
      listener.renew(tls);
      warn('certificates were read again');
    } catch (error) {
      warn(`the certificates stay as they were: ${messageOf(error)}`);
    }
  };
  process.on('SIGHUP', look);
  while (!signal.aborted) {
    await realPace.sleep(renewMs, signal).catch(() => undefined);
    if (!signal.aborted) look();
  }
  process.off('SIGHUP', look);
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new SeaworthyError('usage', `${flag} ${text} is no number up to ${most}`);
}
