// Two replicas of a fleet's server on one store, with people of each role, two nodes and what they told.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { newSecret, secretHash } from '../src/base/secret.ts';
import { type FleetStore, openFleetStore } from '../src/store/fleet/index.ts';
import { type FleetReplica, listenLab } from './fleet-lab.ts';
import { missingPostgres, type PostgresCluster, startPostgres } from './postgres-cluster.ts';
import { present } from './present.ts';
import { fleetBatch, fleetDetection, fleetFlow, fleetInventory, fleetRun } from './sample-fleet.ts';
import { idOf } from './sample-record.ts';

export interface Json {
  readonly [key: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly value: Json;
}

export interface Asked {
  readonly method?: string;
  readonly token?: string | null;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const patience = { timeout: 60_000, interval: 50 };
export const roles = ['viewer', 'responder', 'admin'] as const;
export const backends = ['sqlite', ...(missingPostgres() === null ? ['postgres'] : [])];

export interface FleetPair {
  /** Of people by their label: `viewer`, `viewer of a team` ... */
  readonly tokens: Map<string, string>;
  /** Secrets of nodes. */
  readonly agents: ReadonlyMap<string, string>;
  readonly stores: () => readonly FleetStore[];
  readonly replicas: () => readonly FleetReplica[];
  /** Records of a node, taken by the second replica. */
  readonly tell: (agent: string, records: Parameters<typeof fleetBatch>[2]) => Promise<void>;
  readonly ask: (path: string, asked?: Asked, at?: number) => Promise<Answer>;
  readonly asAgent: (agent: string, question: Json, at?: number) => Promise<Answer>;
}

/**
 * Made before all tests of the block that it is called in, and ended after them.
 * @param dashboard where it is built to
 */
export function fleetPair(backend: string, dashboard = '/nowhere'): FleetPair {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-front-'));
  const end = new AbortController();
  const tokens = new Map<string, string>();
  const agents = new Map<string, string>();
  let cluster: PostgresCluster | null = null;
  let stores: readonly FleetStore[] = [];
  let replicas: readonly FleetReplica[] = [];
  const tell = async (agent: string, records: Parameters<typeof fleetBatch>[2]): Promise<void> => {
    const stream = `s${agent}`;
    const after = await present(stores[0]).acknowledged(agent, stream);
    await present(stores[1]).ingest([fleetBatch(agent, after, records, stream)]);
  };
  const ask = (path: string, asked: Asked = {}, at = 0): Promise<Answer> => {
    const { method = 'GET', token = 'admin', body, headers = {} } = asked;
    const secret = token === null ? null : (tokens.get(token) ?? token);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          port: present(replicas[at]).listener.port,
          method,
          path,
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            const { statusCode: status = 0, headers: got } = response;
            const value = text.startsWith('{') ? (JSON.parse(text) as Json) : {};
            resolve({ status, headers: got, text, value });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  };
  const asAgent = async (agent: string, question: Json, at = 1): Promise<Answer> =>
    ask(
      '/api/v1/agents/orders',
      { method: 'POST', token: present(agents.get(agent)), body: JSON.stringify(question) },
      at,
    );

  beforeAll(async () => {
    if (backend === 'postgres') cluster = await startPostgres();
    const address = cluster?.database() ?? `sqlite:${join(folder, 'fleet.db')}`;
    stores = [await openFleetStore(address), await openFleetStore(address)];
    const [store] = stores;
    for (const role of roles) {
      for (const teams of [null, ['checkout']]) {
        const token = newSecret('swt');
        const label = teams === null ? role : `${role} of a team`;
        tokens.set(label, token);
        await present(store).addToken({ hash: secretHash(token), role, label, teams });
      }
    }
    for (const id of ['a', 'b']) {
      const secret = newSecret('swa');
      agents.set(id, secret);
      await present(store).addEnrolment({ hash: id, label: 't', uses: 1, lifeMs: 1e9 });
      const secrets = { secretHash: secretHash(secret), enrolmentHash: id };
      await present(store).enrol({ id, node: `node-${id}`, ...secrets });
    }
    replicas = [];
    for (const one of stores) {
      replicas = [
        ...replicas,
        await listenLab({
          store: one,
          signal: end.signal,
          names: ['fleet.example'],
          dashboard,
        }),
      ];
    }
    const theirs = fleetRun('web', { addresses: ['172.17.0.2'] });
    const workload = { ...theirs.workload, team: 'data' };
    await tell('a', [
      theirs,
      fleetRun('old', { alive: false, exitCode: 137 }),
      fleetInventory('shop/api:1.2', ['openssl@3.0.1']),
      fleetDetection('web', 'Terminal shell in container'),
      fleetFlow('web', '10.1.2.3', 2),
      { kind: 'use', container: idOf('web'), purls: ['pkg:deb/debian/openssl@3.0.1'] },
    ]);
    await tell('b', [
      fleetRun('db', { workload, addresses: ['172.17.0.2'] }),
      fleetDetection('db', 'Drift'),
    ]);
  }, 120_000);
  afterAll(async () => {
    end.abort();
    for (const { listener } of replicas) await listener.close();
    for (const store of stores) await store.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
  return {
    tokens,
    agents,
    stores: () => stores,
    replicas: () => replicas,
    tell,
    ask,
    asAgent,
  };
}
