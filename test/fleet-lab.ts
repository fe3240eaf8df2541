// A replica of a fleet's server within a test: its desk, its front and its listener over a store.

import { builtinSource } from '../src/advisory/builtin/index.ts';
import { openServerFront, type ServerFront } from '../src/cli/commands/server-front.ts';
import type { AlertDesk } from '../src/flow/alert-desk.ts';
import { partsOfFolder } from '../src/host/program/index.ts';
import { openStaticFiles } from '../src/server/http/index.ts';
import {
  createFleetDesk,
  type FleetListener,
  type FleetTls,
  listenFleet,
} from '../src/server/ingest/index.ts';
import type { LoginDesk } from '../src/server/login/index.ts';
import type { FleetStore } from '../src/store/fleet/index.ts';

export interface FleetLabOptions {
  readonly store: FleetStore;
  readonly signal: AbortSignal;
  readonly warn?: (line: string) => void;
  readonly login?: LoginDesk | null;
  readonly alerts?: AlertDesk | null;
  /** Where the dashboard was built to; default: nowhere. */
  readonly dashboard?: string;
  readonly tls?: FleetTls | null;
  readonly names?: readonly string[];
  readonly worker?: string;
}

export interface FleetReplica {
  readonly listener: FleetListener;
  readonly front: ServerFront;
}

let replicas = 0;

/** Listens on a free port of the loopback. */
export async function listenLab(options: FleetLabOptions): Promise<FleetReplica> {
  const { store, signal, login = null, alerts = null, tls = null, names = [] } = options;
  const warn = options.warn ?? (() => undefined);
  const desk = createFleetDesk({ store, nowMs: () => performance.now(), warn });
  const front = openServerFront({
    store,
    desk,
    login,
    publicUrl: null,
    alerts,
    advisories: () => builtinSource(),
    figures: () => new Map(),
    worker: options.worker ?? `lab-${(replicas += 1)}`,
    host: '127.0.0.1',
    names,
    certificate: tls?.certificate ?? null,
    files: openStaticFiles(partsOfFolder(options.dashboard ?? '/nowhere')),
    now: () => new Date(),
    signal,
    warn,
  });
  const listener = await listenFleet({ host: '127.0.0.1', port: 0, desk, front: front.front, tls });
  return { listener, front };
}
