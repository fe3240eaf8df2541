// Two replicas of a fleet's server on one store with logins switched on, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetListener } from '../src/server/ingest/index.ts';
import {
  createLoginDesk,
  type LoginDesk,
  openProvider,
  readLoginSettings,
} from '../src/server/login/index.ts';
import { type FleetStore, openFleetStore } from '../src/store/fleet/index.ts';
import { listenLab } from './fleet-lab.ts';
import { clientSecret } from './oidc-lab.ts';

export interface LoginLab {
  /** Origins of both replicas; people know the first. */
  readonly first: string;
  readonly second: string;
  readonly store: FleetStore;
  readonly warnings: readonly string[];
  /** Tells both replicas of a provider; `more` is further YAML. */
  use(issuer: string, more: string): void;
  close(): Promise<void>;
}

const nowMs = (): number => performance.now();

export async function loginLab(): Promise<LoginLab> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-login-'));
  const address = `sqlite:${join(folder, 'fleet.db')}`;
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const stores: FleetStore[] = [];
  const listeners: FleetListener[] = [];
  const desks: LoginDesk[] = [];
  const closers: (() => void)[] = [];
  const end = new AbortController();
  for (const index of [0, 1]) {
    const store = await openFleetStore(address);
    stores.push(store);
    // Addresses are known only when both listen.
    const login: LoginDesk = {
      handle: (request) => desks[index]?.handle(request) ?? Promise.resolve(null),
      account: (request) => desks[index]?.account(request) ?? Promise.resolve(null),
      callerOf: (request) => desks[index]?.callerOf(request) ?? Promise.resolve(null),
    };
    const { listener } = await listenLab({ store, login, warn, signal: end.signal });
    listeners.push(listener);
  }
  const [first = '', second = ''] = listeners.map(({ port }) => `http://127.0.0.1:${port}`);
  const [store] = stores;
  if (store === undefined) throw new Error('no store');
  return {
    first,
    second,
    store,
    warnings,
    use(issuer, more) {
      const lines = [`issuer: ${issuer}`, 'clientId: seaworthy', `publicUrl: ${first}`, more];
      const settings = readLoginSettings(lines.join('\n'), 'oidc.yaml');
      desks.length = 0;
      for (const own of stores) {
        const provider = openProvider({ settings, clientSecret, authorities: [], nowMs });
        closers.push(() => provider.close());
        desks.push(createLoginDesk({ store: own, settings, provider, warn }));
      }
    },
    async close() {
      end.abort();
      for (const close of closers) close();
      for (const listener of listeners) await listener.close();
      for (const one of stores) await one.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
