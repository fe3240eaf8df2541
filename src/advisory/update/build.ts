// `db build`: a database out of the folders, files and mirrors that the user names. Strict: what is
// named and cannot be read ends the build, and the old file stays.
import { basename } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import { type Arrangement, DatabaseWriter, temporaryBeside } from '../database/index.ts';
import { type Bucket, bucketEcosystems, readExport } from './bucket.ts';
import type { IngestTotals } from './ingest.ts';
import {
  type Input,
  type InputContext,
  inputOf,
  readAddress,
  readFile,
  readFolder,
} from './input.ts';
import type { Network } from './network.ts';
import type { OnProgress } from './progress.ts';

export interface BuildOptions {
  /** Folders, files, `file://` and `http(s)://` addresses; a mirror's base address means all of it. */
  readonly from: readonly string[];
  readonly kev?: string | undefined;
  readonly epss?: string | undefined;
  /** Files or folders with NVD 2.0 or CVE 5 JSON. */
  readonly cve?: readonly string[] | undefined;
  /** Ecosystems to take from mirrors; default: all that concern containers. */
  readonly ecosystems?: readonly string[] | undefined;
  readonly output: string;
  readonly arrangement?: Arrangement | undefined;
  readonly clock: () => Date;
  readonly network: Network;
  readonly onProgress?: OnProgress | undefined;
}

export interface BuildResult {
  readonly file: string;
  readonly records: number;
  /** Bad records: skipped, counted, and named in `databaseStatus`. */
  readonly bad: number;
}

/**
 * Builds the database anew and replaces `output` in one step. Throws `SeaworthyError`: `not-found`,
 * `malformed` (a named file is no feed, or there is no advisory at all), `network`, `disk-full` ...
 */
export async function buildDatabase(options: BuildOptions): Promise<BuildResult> {
  const inputs = options.from.map(inputOf);
  const sides = [options.kev, options.epss, ...(options.cve ?? [])].filter((s) => s !== undefined);
  const sideInputs = sides.map(inputOf);
  if (inputs.length === 0) throw new SeaworthyError('usage', 'nothing is named to build from');
  const writer = new DatabaseWriter(options.output, { arrangement: options.arrangement });
  try {
    const context = { ...options, writer };
    let records = 0;
    let bad = 0;
    for (const input of [...inputs, ...sideInputs]) {
      for await (const totals of readInput(context, input, options.ecosystems)) {
        records += totals.records;
        bad += totals.bad;
      }
    }
    if (records === 0) {
      const named = options.from.join(', ');
      throw new SeaworthyError('malformed', `no advisory was found in ${named}`, {
        advice: 'name a folder with OSV records or with <ecosystem>/all.zip files',
      });
    }
    options.onProgress?.({ kind: 'sort' });
    const builtAt = options.clock().toISOString();
    writer.finish({ builtAt });
    return { file: options.output, records, bad };
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

async function* readInput(
  context: InputContext,
  input: Input,
  ecosystems: readonly string[] | undefined,
): AsyncGenerator<IngestTotals> {
  switch (input.kind) {
    case 'file':
      yield await readFile(context, input.path, basename(input.path));
      return;
    case 'folder':
      yield* readFolder(context, input.path);
      return;
    case 'address':
      yield await readAddress(context, input.url);
      return;
    case 'bucket':
      yield* readBucket(context, input.base, ecosystems);
      return;
    case 'prebuilt':
    case 'artifact':
      throw new SeaworthyError('usage', 'a finished database is not something to build from', {
        advice: 'fetch it with `seaworthy db update --from`',
      });
  }
}

async function* readBucket(
  context: InputContext,
  base: string,
  chosen: readonly string[] | undefined,
): AsyncGenerator<IngestTotals> {
  const { writer, output, network, clock, onProgress } = context;
  const bucket: Bucket = { base, network, onProgress };
  const offered = await bucketEcosystems(bucket);
  for (const ecosystem of chosen ?? offered.names) {
    const spool = temporaryBeside(output);
    const totals = await readExport(bucket, ecosystem, { writer, spool });
    if (totals === null) {
      if (!offered.listed && chosen === undefined) continue;
      throw new SeaworthyError('not-found', `${base} has no advisories of ${ecosystem}`);
    }
    noteExport(context, ecosystem, totals, clock().toISOString());
    yield totals;
  }
}

/** Remembers what an export held, so that deltas can go on from there. */
export function noteExport(
  context: Pick<InputContext, 'writer'>,
  ecosystem: string,
  totals: IngestTotals,
  retrievedAt: string,
): void {
  for (const source of totals.sources) context.writer.noteRetrieved(source, retrievedAt);
  context.writer.noteFeed(ecosystem, { cursor: totals.newest, retrievedAt, full: true });
}
