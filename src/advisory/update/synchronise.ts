// Makes the database agree with a bucket: on a copy of the present one, or from nothing.
import { SeaworthyError } from '../../base/error.ts';
import { type Arrangement, DatabaseWriter, type PresentDatabase } from '../database/index.ts';
import { type Bucket, bucketEcosystems } from './bucket.ts';
import { type DeltaContext, updateEcosystem } from './delta.ts';
import { inputOf, readAddress, readFile } from './input.ts';
import type { UpdateProblem } from './progress.ts';

const publicKev =
  'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json';
const publicEpss = 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz';

export interface SynchroniseOptions {
  readonly file: string;
  /** Default: all of the bucket that concern containers. */
  readonly ecosystems?: readonly string[] | undefined;
  /** Addresses or files; null leaves that table as it is. Default: where CISA and FIRST publish. */
  readonly kev?: string | null | undefined;
  readonly epss?: string | null | undefined;
  readonly arrangement?: Arrangement | undefined;
  readonly clock: () => Date;
}

export interface Synchronised {
  /** Advisories added or changed, up to a bound; null when all are new. */
  readonly changed: readonly string[] | null;
  readonly removed: readonly string[];
  readonly problems: readonly UpdateProblem[];
}

/**
 * Publishes a new file. An ecosystem or side feed that fails keeps its old rows and is a problem; when
 * nothing at all could be read, throws `network` and the present file stays.
 */
export async function synchronise(
  bucket: Bucket,
  present: PresentDatabase | null,
  options: SynchroniseOptions,
): Promise<Synchronised> {
  // The first answer decides whether this bucket can be reached at all.
  const offered = await bucketEcosystems(bucket);
  const names = options.ecosystems ?? offered.names;
  const mayLack = !offered.listed && options.ecosystems === undefined;
  const writer = new DatabaseWriter(options.file, {
    update: present !== null,
    arrangement: options.arrangement,
  });
  try {
    const feeds = new Map(present?.feeds.map((feed) => [feed.name, feed]));
    const context: DeltaContext = { ...options, writer, feeds };
    const changed: string[] = [];
    const removed: string[] = [];
    const problems: UpdateProblem[] = [];
    let read = 0;
    for (const name of names) {
      const outcome = await updateEcosystem(bucket, name, context);
      if ('message' in outcome) {
        if (!mayLack || feeds.has(name)) problems.push(outcome);
        continue;
      }
      read += 1;
      changed.push(...outcome.ids);
      removed.push(...outcome.removed);
    }
    if (read === 0) {
      const why = problems[0]?.message ?? 'it lists no ecosystems';
      throw new SeaworthyError('network', `no advisories came from ${bucket.base}: ${why}`);
    }
    problems.push(...(await readSides(bucket, writer, options)));
    bucket.onProgress?.({ kind: 'sort' });
    writer.finish({ builtAt: options.clock().toISOString() });
    return { changed: present === null ? null : changed, removed, problems };
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** KEV and EPSS; what fails is a problem and its old table stays. */
async function readSides(
  bucket: Bucket,
  writer: DatabaseWriter,
  options: SynchroniseOptions,
): Promise<readonly UpdateProblem[]> {
  const { kev = publicKev, epss = publicEpss, file, clock } = options;
  const { network, onProgress } = bucket;
  const context = { writer, output: file, network, clock, onProgress };
  const problems: UpdateProblem[] = [];
  for (const [name, source] of [
    ['kev', kev],
    ['epss', epss],
  ] as const) {
    if (source === null) continue;
    try {
      const input = inputOf(source);
      let totals = null;
      if (input.kind === 'address') totals = await readAddress(context, input.url);
      else if (input.kind === 'file') totals = await readFile(context, input.path, name);
      if (totals?.sources.has(name) !== true) {
        problems.push({ name, message: `${source} is not what it should be` });
      }
    } catch (error) {
      if (!(error instanceof SeaworthyError) || fatal.has(error.code)) throw error;
      problems.push({ name, message: error.message });
    }
  }
  return problems;
}

const fatal = new Set(['disk-full', 'denied', 'database']);
