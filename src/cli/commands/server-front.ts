// The front of a fleet's server: the dashboard and the API over the store, who is let in and by which name.
import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { realPace } from '../../base/retry.ts';
import { newSecret, secretHash } from '../../base/secret.ts';
import type { AlertDesk } from '../../flow/alert-desk.ts';
import { fleetCoverage } from '../../flow/fleet-coverage.ts';
import { fleetEvidence } from '../../flow/fleet-evidence.ts';
import { type FleetLive, followFleet } from '../../flow/fleet-live.ts';
import { fleetResponses } from '../../flow/fleet-responses.ts';
import { closedTrustDesk } from '../../flow/image-trust-view.ts';
import type { AdvisorySource } from '../../model/advisory.ts';
import {
  type Caller,
  type FleetServices,
  pagesOfFleet,
  routesOfFleet,
  type TokenDesk,
} from '../../server/api/index.ts';
import { createFront, type Front, type openStaticFiles } from '../../server/http/index.ts';
import type { FleetDesk, FurtherFigures } from '../../server/ingest/index.ts';
import { createEntrance, type LoginDesk } from '../../server/login/index.ts';
import type { FleetStore } from '../../store/fleet/index.ts';
import { version } from '../version.ts';

export interface ServerFrontOptions {
  readonly store: FleetStore;
  readonly desk: FleetDesk;
  /** Null: nobody logs in at a provider. */
  readonly login: LoginDesk | null;
  /** Where browsers reach this fleet, when somebody said so. */
  readonly publicUrl: URL | null;
  /** Null: this replica tells nobody. */
  readonly alerts: AlertDesk | null;
  readonly advisories: () => AdvisorySource | null;
  readonly figures: () => FurtherFigures;
  /** Name of this replica. */
  readonly worker: string;
  readonly host: string;
  /** Further names of `--name`. */
  readonly names: readonly string[];
  /** PEM; null without TLS. */
  readonly certificate: string | null;
  /** The dashboard. */
  readonly files: ReturnType<typeof openStaticFiles>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
}

export interface ServerFront {
  readonly front: Front;
  readonly live: FleetLive;
}

const words = {
  host: 'use a name of the certificate, or start the server with --name',
  origin: 'open the dashboard by the address of this server',
  token:
    'log in on the first page, or send a token of `seaworthy server token` as `Authorization: Bearer`',
  role: 'ask an admin for a token: seaworthy server token --role ROLE',
};

/** Puts it together; it listens nowhere itself. */
export function openServerFront(options: ServerFrontOptions): ServerFront {
  const { store, desk, login, publicUrl, worker, signal, warn } = options;
  const readers = { count: (): number => 0 };
  const live = followFleet({
    store,
    worker,
    readers: () => readers.count(),
    pace: realPace,
    signal,
    warn,
  });
  const front = createFront({
    host: options.host,
    names: namesOf(options),
    origins: publicUrl === null ? [] : [publicUrl.origin],
    routes: routesOfFleet,
    services: servicesOf(options),
    callerOf: async (secret) => callerOf(await desk.identify(secret)),
    entrance: createEntrance(login),
    anyHostWithToken: true,
    isSecure: options.certificate !== null || publicUrl?.protocol === 'https:',
    live,
    files: options.files,
    log: (change) => store.addChange(change),
    isReady: () => isReady(store),
    gauges: () => new Map([['resident_memory_bytes', process.memoryUsage.rss()]]),
    figures: () => desk.figures(options.figures()),
    clockMs: () => performance.now(),
    warn,
    words,
  });
  readers.count = () => front.streams.count;
  return { front, live };
}

/** Agents send, they do not ask. */
function callerOf(identity: Awaited<ReturnType<FleetDesk['identify']>>): Caller | null {
  if (identity === null || identity.role === 'agent') return null;
  const { id, role, teams } = identity;
  return { id, role, teams: teams === null ? null : new Set(teams) };
}

/** Reading one row proves pool and database. */
async function isReady(store: FleetStore): Promise<boolean> {
  try {
    await store.agents({ after: null, limit: 1 });
    return true;
  } catch {
    return false;
  }
}

/** Registries are named by nodes: a server that asked them all could be sent anywhere. */
const noTrust =
  'A fleet server asks no registry for signatures: run the command where the registry is known';

function servicesOf({ store, alerts, advisories, now }: ServerFrontOptions): FleetServices {
  return {
    evidence: fleetEvidence({
      store,
      advisories,
      coverage: () => fleetCoverage({ store, advisories, alerts: alerts !== null, now }),
      now,
    }),
    responses: fleetResponses({ store, alerts, now }),
    trust: closedTrustDesk(noTrust),
    pages: pagesOfFleet,
    scope: 'fleet',
    status: () => ({ waiting: 0, running: 0, done: 0 }),
    changes: async (limit) =>
      (await store.changes(limit)).map(({ atUs, ...change }) => ({
        time: new Date(atUs / 1000).toISOString(),
        ...change,
      })),
    tokens: tokensOf(store, now),
    now,
    toolVersion: version,
    store,
  };
}

function tokensOf(store: FleetStore, now: () => Date): TokenDesk {
  return {
    list: async () =>
      (await store.tokens()).map(({ createdUs, label, ...token }) => ({
        ...token,
        name: label,
        createdAt: new Date(createdUs / 1000).toISOString(),
      })),
    async create({ name, role, teams }) {
      const token = newSecret('swt');
      const hash = secretHash(token);
      await store.addToken({ hash, role, label: name, teams });
      return { id: hash.slice(0, 12), name, role, teams, createdAt: now().toISOString(), token };
    },
    revoke: (id) => store.endToken(id),
  };
}

/** Names of the certificate, of this machine, of the public address, and those that were given. */
function namesOf({ names, certificate, publicUrl }: ServerFrontOptions): readonly string[] {
  const told = certificate === null ? '' : (new X509Certificate(certificate).subjectAltName ?? '');
  const certified = told
    .split(', ')
    .flatMap((one) => /^(?:DNS|IP Address):(.+)$/.exec(one)?.[1]?.toLowerCase() ?? []);
  const own = [hostname().toLowerCase(), ...names.map((name) => name.toLowerCase())];
  return [...certified, ...own, ...(publicUrl === null ? [] : [publicUrl.hostname])];
}
