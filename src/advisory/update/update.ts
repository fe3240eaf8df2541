// `db update`: from OSV's public bucket by default, from a mirror or a finished file when asked. It
// never leaves less than it found: when nothing can be reached, the present database stays and its age
// is told.
import { SeaworthyError } from '../../base/error.ts';
import {
  ageHours,
  type DatabaseStatus,
  databaseStatus,
  type PresentDatabase,
} from '../database/index.ts';
import { buildDatabase } from './build.ts';
import { inputOf } from './input.ts';
import type { Network } from './network.ts';
import { installPrebuilt, type PullArtifact } from './prebuilt.ts';
import type { OnProgress, UpdateProblem } from './progress.ts';
import { type SynchroniseOptions, synchronise } from './synchronise.ts';

/** Where OSV publishes; its data sources and their licences: google.github.io/osv.dev/data. */
export const publicBucket = 'https://osv-vulnerabilities.storage.googleapis.com';

/** With another source to fall back on, an unreachable one is not waited for long. */
const hurriedTries = 2;

export interface UpdateOptions extends SynchroniseOptions {
  /**
   * Tried in this order, the first that answers is taken: mirrors of the bucket, finished databases
   * (`oci://reference`, `https://host/file.db[.gz|.zst]`, `file://`, paths), folders of feeds.
   * Default: OSV's public bucket.
   */
  readonly from?: readonly string[];
  /** No network at all: only the age is told. */
  readonly offline?: boolean;
  readonly network: Network;
  readonly pullArtifact?: PullArtifact;
  readonly onProgress?: OnProgress;
}

export interface UpdateResult {
  /** `kept`: no source could be read, or `offline`. `current`: the source had nothing newer. */
  readonly outcome: 'built' | 'updated' | 'current' | 'kept';
  /** Which source it was; null when kept. */
  readonly source: string | null;
  readonly builtAt: string;
  readonly ageHours: number;
  readonly advisories: number;
  /** Advisories that a delta added or changed (up to 100,000), for re-matching; null = all of them. */
  readonly changed: readonly string[] | null;
  readonly removed: readonly string[];
  /** What could not be fetched: its old advisories are kept. */
  readonly problems: readonly UpdateProblem[];
}

/**
 * Updates the database at `file`. Throws `SeaworthyError` only when there is no usable database
 * afterwards, when the disk fails (`disk-full`, `denied`; the old file is untouched), or for `usage`.
 */
export async function updateDatabase(options: UpdateOptions): Promise<UpdateResult> {
  const present = databaseStatus(options.file, options.clock);
  if (options.offline === true) return keep(options, present, []);
  const from = options.from ?? [];
  const sources = from.length > 0 ? from : [publicBucket];
  const problems: UpdateProblem[] = [];
  let firstError: SeaworthyError | null = null;
  for (const [index, source] of sources.entries()) {
    const tries = index < sources.length - 1 ? hurriedTries : options.network.tries;
    const network = { ...options.network, ...(tries === undefined ? {} : { tries }) };
    try {
      const result = await fromSource({ ...options, network }, present, source);
      return { ...result, problems: [...problems, ...result.problems] };
    } catch (error) {
      if (!(error instanceof SeaworthyError) || isOurs(error)) throw error;
      firstError ??= error;
      problems.push({ name: source, message: error.message });
    }
  }
  if (present.kind !== 'present' && firstError !== null) throw firstError;
  return keep(options, present, problems);
}

/** Faults of this machine or of the command, which no other source cures. */
function isOurs(error: SeaworthyError): boolean {
  return error.code === 'disk-full' || error.code === 'denied' || error.code === 'usage';
}

function keep(
  options: UpdateOptions,
  present: DatabaseStatus,
  problems: readonly UpdateProblem[],
): UpdateResult {
  if (present.kind === 'unusable') {
    const advice = present.advice === null ? {} : { advice: present.advice };
    throw new SeaworthyError('database', present.reason, advice);
  }
  if (present.kind === 'absent') {
    throw new SeaworthyError('not-found', `there is no advisory database at ${options.file}`, {
      advice: 'run `seaworthy db update` with a network, or with --from and a file',
    });
  }
  return { ...told(present), outcome: 'kept', source: null, problems };
}

function told(present: PresentDatabase): Omit<UpdateResult, 'outcome' | 'source'> {
  const { info, ageHours: hours } = present;
  const { builtAt, advisories } = info;
  return { builtAt, advisories, ageHours: hours, changed: [], removed: [], problems: [] };
}

async function fromSource(
  options: UpdateOptions,
  status: DatabaseStatus,
  source: string,
): Promise<UpdateResult> {
  const input = inputOf(source);
  if (input.kind === 'bucket') {
    const present = status.kind === 'present' ? status : null;
    const { network, onProgress } = options;
    const bucket = { base: input.base, network, onProgress };
    const done = await synchronise(bucket, present, options);
    return finished(options, { ...done, outcome: present === null ? 'built' : 'updated', source });
  }
  if (input.kind === 'folder' || input.kind === 'address') {
    const { kev, epss, ...rest } = options;
    const sides = { kev: kev ?? undefined, epss: epss ?? undefined };
    await buildDatabase({ ...rest, ...sides, from: [source], output: options.file });
    return finished(options, { outcome: 'built', source, changed: null });
  }
  const isNew = await installPrebuilt(input, options);
  return finished(
    options,
    isNew ? { outcome: 'built', source, changed: null } : { outcome: 'current', source },
  );
}

/** The result as the published file tells it. */
function finished(
  options: UpdateOptions,
  about: Partial<UpdateResult> & Pick<UpdateResult, 'outcome' | 'source'>,
): UpdateResult {
  const status = databaseStatus(options.file, options.clock);
  if (status.kind !== 'present') {
    throw new SeaworthyError('database', `the new database ${options.file} cannot be read`);
  }
  return { ...told(status), ...about, ageHours: ageHours(status.info.builtAt, options.clock()) };
}
