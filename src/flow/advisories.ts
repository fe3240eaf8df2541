// Which advisories a scan asks: the database of the user, or the built-in set until there is one.
import { builtinSource } from '../advisory/builtin/index.ts';
import { databaseStatus, openDatabase } from '../advisory/database/index.ts';
import {
  type BuildResult,
  buildDatabase,
  type UpdateProgress,
  type UpdateResult,
  updateDatabase,
} from '../advisory/update/index.ts';
import { createHttpClient } from '../base/http.ts';
import { realPace } from '../base/retry.ts';
import { createRegistry, parseReference, type RegistryOptions } from '../host/registry/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { ProgressEvent } from './services.ts';

export interface AdvisoryServices {
  readonly file: string;
  readonly registry: RegistryOptions;
  readonly now: () => Date;
  readonly progress: (event: ProgressEvent) => void;
}

/**
 * The user's database, completed by the built-in set where it is silent; the built-in set alone while
 * there is no database. Throws `SeaworthyError` `database` for a file that cannot be used.
 */
export function openAdvisories(file: string, now: () => Date): AdvisorySource {
  const builtin = builtinSource();
  if (databaseStatus(file, now).kind === 'absent') return builtin;
  return completed(openDatabase(file), builtin);
}

/**
 * The built-in set answers for ecosystems of which the database holds nothing at all, and for titles,
 * severities and exploitation of CVEs that it has no facts about. It never contradicts the database.
 */
function completed(database: AdvisorySource, builtin: AdvisorySource): AdvisorySource {
  const covered = new Set(database.info().ecosystems);
  return {
    info: () => database.info(),
    lookup: (ecosystem, name) =>
      (covered.has(ecosystem) ? database : builtin).lookup(ecosystem, name),
    kev: (cve) => database.kev(cve) ?? builtin.kev(cve),
    epss: (cve) => database.epss(cve),
    cve: (cve) => database.cve(cve) ?? builtin.cve(cve),
    byId(id) {
      const known = database.byId(id);
      return known.length > 0 ? known : builtin.byId(id);
    },
    close: () => database.close(),
  };
}

export interface UpdateRequest {
  readonly from: readonly string[];
  readonly offline: boolean;
  readonly ecosystems?: readonly string[];
  /** Tries of one download; a first run without a network should not wait long. */
  readonly tries?: number;
}

/** See `updateDatabase`. */
export function updateAdvisories(
  services: AdvisoryServices,
  request: UpdateRequest,
): Promise<UpdateResult> {
  const { file, registry, now, progress } = services;
  const { from, offline, ecosystems, tries } = request;
  return updateDatabase({
    file,
    from,
    offline,
    clock: now,
    network: {
      client: createHttpClient(),
      pace: realPace,
      ...(tries === undefined ? {} : { tries }),
    },
    pullArtifact: (reference) => createRegistry(registry).pullArtifact(parseReference(reference)),
    onProgress: (event) => progress(asProgress(event)),
    ...(ecosystems === undefined ? {} : { ecosystems }),
  });
}

export interface BuildRequest {
  readonly from: readonly string[];
  readonly kev?: string;
  readonly epss?: string;
  readonly cve: readonly string[];
  readonly ecosystems?: readonly string[];
}

/** See `buildDatabase`. */
export function buildAdvisories(
  services: AdvisoryServices,
  request: BuildRequest,
): Promise<BuildResult> {
  return buildDatabase({
    ...request,
    output: services.file,
    clock: services.now,
    network: { client: createHttpClient(), pace: realPace },
    onProgress: (event) => services.progress(asProgress(event)),
  });
}

function asProgress(event: UpdateProgress): ProgressEvent {
  switch (event.kind) {
    case 'download':
      return { step: event.name, done: event.received, total: event.total, unit: 'bytes' };
    case 'read':
      return { step: event.name, done: event.records, total: null, unit: 'records' };
    case 'sort':
      return { step: 'sorting', done: 0, total: null, unit: 'records' };
  }
}
