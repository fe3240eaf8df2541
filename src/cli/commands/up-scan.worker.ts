// The process that scans for `up`: of low priority, so that pages stay quick, and on its own, so that a
// hostile image takes down nothing else. One job after the other; the results go into the catalogue.
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../base/error.ts';
import { connectTo } from '../../flow/engines.ts';
import { knownInventory } from '../../flow/known-inventory.ts';
import { laterAdvisories } from '../../flow/later-advisories.ts';
import { indexInventory, indexKnown, mapRan } from '../../flow/ran-images.ts';
import { scanTarget } from '../../flow/scan.ts';
import { loadSuppressor } from '../../flow/suppress.ts';
import { parseTarget } from '../../flow/target.ts';
import type { ScanJob } from '../../flow/up-scans.ts';
import type { DockerEngine } from '../../host/docker/index.ts';
import { usualScanners } from '../../inspect/scanner.ts';
import type { Report } from '../../model/report.ts';
import { openCatalogue } from '../../store/catalog/index.ts';
import { openRecord, type RecordReader } from '../../store/record/index.ts';
import { compose } from '../compose.ts';
import { programName, version } from '../version.ts';

export interface ScanWorkerStart {
  readonly data: string;
  readonly db: string;
}

export type ScanWorkerJob =
  | {
      readonly kind: 'scan';
      readonly job: ScanJob;
      /** Of the program and the advisories, as `up` knows them. */
      readonly basis: string;
    }
  /** Files that ran since their image was scanned are mapped to packages. */
  | { readonly kind: 'map' };

export type ScanWorkerAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** Actions and their ids that the catalogue keeps beside the report. */
const actionsKept = 20;
const idsKept = 5;

const [first = ''] = process.argv.slice(2);
const start = JSON.parse(first) as ScanWorkerStart;
try {
  setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Then it scans at the priority of everybody.
}
const options = { data: start.data, quiet: true, progress: false };
const { services } = compose(options, {}, usualScanners);
const catalogue = openCatalogue(start.data);
let chain: Promise<unknown> = Promise.resolve();

process.on('message', (message: ScanWorkerJob) => {
  chain = chain.then(async () => {
    const answer = await work(message);
    process.send?.(answer);
  });
});
// The parent is gone: nobody wants the answer any more.
process.on('disconnect', () => process.exit(0));

async function work(message: ScanWorkerJob): Promise<ScanWorkerAnswer> {
  try {
    if (message.kind === 'scan') await scan(message.job, message.basis);
    else await onRecord((record) => indexKnown(services, record));
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', why: messageOf(error) };
  }
}

async function scan(job: ScanJob, basis: string): Promise<void> {
  let engine: DockerEngine | null = null;
  const advisories = laterAdvisories(start.db);
  try {
    const { engine: address } = job;
    if (address !== null) engine = await connectTo(address);
    const suppressor = await loadSuppressor({ vex: [] }, services.now);
    const own = { ...services, engine: async () => engine };
    const [report] = await scanTarget(
      {
        ...own,
        advisories,
        suppressor,
        toolVersion: version,
        program: programName(import.meta.url),
      },
      parseTarget(targetOf(job)),
      {
        platform: null,
        verifyDigests: false,
        offline: true,
        onlyFixed: false,
        scanners: usualScanners,
        baseLayers: [],
      },
    );
    if (report !== undefined) await keep(job, report, basis);
  } finally {
    advisories.close();
    engine?.close();
  }
}

function targetOf({ kind, id }: ScanJob): string {
  if (kind === 'image') return `docker:${id}`;
  return kind === 'container' ? id : 'rootfs:/';
}

/** Of an image that ran before any engine listed it. */
function sizeOf({ target }: Report): number | null {
  const sizes = target.layers.map((layer) => layer.size);
  return sizes.length === 0 ? null : sizes.reduce((sum, one) => sum + one, 0);
}

async function keep(job: ScanJob, found: Report, basis: string): Promise<void> {
  const report = { ...found, target: { ...found.target, name: job.reference } };
  const { target, grade, summary, generatedAt } = report;
  const { id, kind, reference, size } = job;
  catalogue.put(
    {
      id,
      kind,
      reference,
      size: size ?? sizeOf(report),
      digest: target.digest,
      os: target.os?.name ?? null,
      packages: summary.packages,
      layers: target.layers.length,
      grade: { letter: grade.letter, score: grade.score },
      fixFirst: grade.fixFirst
        .slice(0, actionsKept)
        .map((fix) => ({ ...fix, ids: fix.ids.slice(0, idsKept) })),
      summary,
      scannedAt: generatedAt,
      state: 'scanned',
      basis,
      why: null,
      present: true,
    },
    report,
  );
  if (kind === 'image') await index(id);
}

/** What is in it is asked by package from now on, also of runs of before. */
function index(imageId: string): Promise<void> {
  return onRecord(async (record) => {
    const known = knownInventory(services, imageId);
    if (known === null) return;
    indexInventory(record, imageId, known);
    await mapRan(services, record, imageId);
  });
}

async function onRecord(change: (record: RecordReader) => Promise<unknown>): Promise<void> {
  try {
    const record = openRecord(join(start.data));
    try {
      await change(record);
    } finally {
      record.close();
    }
  } catch {
    // Nothing was recorded yet, or the recorder is busy: the question itself indexes what is missing.
  }
}
