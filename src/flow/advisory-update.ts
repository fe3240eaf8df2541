// Building and updating the advisory database with the network of this machine.
import { arrangementOf } from '../advisory/match/index.ts';
import {
  type BuildResult,
  buildDatabase,
  publicBucket,
  type UpdateProgress,
  type UpdateResult,
  updateDatabase,
} from '../advisory/update/index.ts';
import { SeaworthyError } from '../base/error.ts';
import { createHttpClient } from '../base/http.ts';
import { realPace } from '../base/retry.ts';
import { createRegistry, parseReference, type RegistryOptions } from '../host/registry/index.ts';
import { matchEcosystems } from './ecosystems.ts';
import type { ProgressEvent } from './services.ts';

export interface AdvisoryServices {
  readonly file: string;
  readonly registry: RegistryOptions;
  readonly now: () => Date;
  readonly progress: (event: ProgressEvent) => void;
}

export interface UpdateRequest {
  /**
   * Finished databases (`oci://`, `*.db` by https, file or path) are asked after OSV's public bucket,
   * mirrors and folders of feeds instead of it.
   */
  readonly from: readonly string[];
  /** False: never ask OSV's public bucket. */
  readonly public: boolean;
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
  const { offline, ecosystems, tries } = request;
  return updateDatabase({
    file,
    from: sourcesOf(request),
    offline,
    clock: now,
    arrangement: arrangementOf(matchEcosystems),
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

const finishedForm = /^oci:|\.db(?:\.gz|\.zst)?$/;

function sourcesOf({ from, public: asksPublic }: UpdateRequest): readonly string[] {
  const replaces = from.some((source) => !finishedForm.test(source));
  if (!asksPublic && from.length === 0) {
    throw new SeaworthyError('usage', '--no-public leaves nothing to ask', {
      advice: 'name a source with --from',
    });
  }
  return asksPublic && !replaces ? [publicBucket, ...from] : from;
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
    arrangement: arrangementOf(matchEcosystems),
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
