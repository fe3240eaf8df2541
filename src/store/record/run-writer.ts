// Rows of runs, images and their tallies; every method works within the caller's transaction.
import type { ContainerRun } from '../../model/container.ts';
import type { LiveRun } from './live-run.ts';
import {
  beforeOf,
  containerKey,
  encodeRun,
  microseconds,
  namingCode,
  packFacet,
  type RunBefore,
  type RunRow,
  runColumns,
} from './run-row.ts';
import type { Statements } from './statements.ts';
import { countAlive, countRun } from './tally.ts';

interface KnownRow extends RunRow {
  readonly base_us: number;
  readonly image: number | null;
  readonly use_set: number | null;
  readonly sealed_order: number;
}

const knownColumns = `${runColumns}, base_us, image, use_set, sealed_order`;

export interface FoundRun {
  readonly row: number;
  readonly baseNs: bigint;
  readonly image: number | null;
  readonly useSet: number | null;
  readonly alive: boolean;
  readonly sealedOrder: number;
  readonly containerId: string;
  readonly before: RunBefore;
}

function foundOf(row: KnownRow): FoundRun {
  return {
    row: row.id,
    baseNs: BigInt(row.base_us) * 1000n,
    image: row.image,
    useSet: row.use_set,
    alive: row.alive === 1,
    sealedOrder: row.sealed_order,
    containerId:
      typeof row.container === 'string'
        ? row.container
        : Buffer.from(row.container).toString('hex'),
    before: beforeOf(row),
  };
}

/** The row of a container id, or null. */
export function findRow(statements: Statements, containerId: string): FoundRun | null {
  const { key, stored } = containerKey(containerId);
  const row = statements
    .of(`SELECT ${knownColumns} FROM run WHERE key = ? AND container = ?`)
    .get(key, stored) as KnownRow | undefined;
  return row === undefined ? null : foundOf(row);
}

/** The row with this number, or null. */
export function readRow(statements: Statements, id: number): FoundRun | null {
  const row = statements.of(`SELECT ${knownColumns} FROM run WHERE id = ?`).get(id) as
    | KnownRow
    | undefined;
  return row === undefined ? null : foundOf(row);
}

/** Writes what is known of a run; the first time it makes the row. */
export function writeRun(statements: Statements, live: LiveRun): void {
  const run = live.told() ?? unnamedRun(live.containerId);
  const { facet, hash, own } = encodeRun(run, live.startedBy);
  const facetId = facetRow(statements, hash, facet);
  const image = live.run === null ? live.image : imageRow(statements, run);
  const alive = run.endedAtNs === null;
  const times = {
    created: timeOf(run.identity.createdAtNs),
    started: timeOf(run.startedAtNs),
    ended: timeOf(run.endedAtNs),
  };
  const first = times.started ?? times.created ?? microseconds(live.baseNs);
  const last = Math.max(first, times.ended ?? first, microseconds(live.lastNs));
  const common = {
    name: run.identity.name,
    image,
    facet: facetId,
    ...times,
    exit: run.exitCode,
    naming: namingCode(run.naming),
    grade: run.grade,
    own,
    alive: alive ? 1 : 0,
    last,
  };
  if (live.row === null) {
    const { key, stored } = containerKey(live.containerId);
    const added = statements.of(insertRun).run({
      key,
      container: stored,
      base: microseconds(live.baseNs),
      first,
      ...common,
    });
    live.row = Number(added.lastInsertRowid);
    if (image !== null) countRun(statements, image, { alive, firstUs: first, lastUs: last });
  } else {
    statements.of(updateRun).run({ id: live.row, ...common });
    if (image !== null && live.image === null) {
      countRun(statements, image, { alive, firstUs: first, lastUs: last });
    } else if (image !== null && alive !== live.alive) {
      countAlive(statements, image, { alive: alive ? 1 : -1, lastUs: last });
    }
  }
  live.image = image;
  live.alive = alive;
}

const insertRun = `INSERT INTO run (key, container, name, image, facet, base_us, created_us,
  started_us, ended_us, first_us, last_us, exit_code, naming, grade, own, alive)
  VALUES ($key, $container, $name, $image, $facet, $base, $created, $started, $ended, $first, $last,
  $exit, $naming, $grade, $own, $alive)`;
const updateRun = `UPDATE run SET name = $name, image = $image, facet = $facet,
  created_us = $created, started_us = $started, ended_us = $ended, last_us = max(last_us, $last),
  exit_code = $exit, naming = $naming, grade = $grade, own = $own, alive = $alive WHERE id = $id`;

function facetRow(statements: Statements, hash: Uint8Array, facet: string): number {
  const known = statements.of('SELECT id FROM facet WHERE hash = ?').get(hash) as
    | { id: number }
    | undefined;
  if (known !== undefined) return known.id;
  const added = statements
    .of('INSERT INTO facet (hash, value) VALUES (?, ?)')
    .run(hash, packFacet(facet));
  return Number(added.lastInsertRowid);
}

function imageRow(statements: Statements, { identity: { image } }: ContainerRun): number | null {
  const id = image.id ?? image.digest;
  return id === null ? null : imageNumber(statements, { ...image, imageId: id });
}

/** The number of an image in the record, made when it is new. */
export function imageNumber(
  statements: Statements,
  image: {
    readonly imageId: string;
    readonly digest: string | null;
    readonly reference: string | null;
  },
): number {
  const known = statements
    .of('SELECT id, digest, reference FROM image WHERE image_id = ?')
    .get(image.imageId) as unknown as
    | { id: number; digest: string | null; reference: string | null }
    | undefined;
  if (known !== undefined) {
    // Whoever heard of it first may not have known its name.
    const { id, digest, reference } = known;
    if ((reference ?? image.reference) !== reference || (digest ?? image.digest) !== digest) {
      statements
        .of('UPDATE image SET reference = ?, digest = ? WHERE id = ?')
        .run(reference ?? image.reference, digest ?? image.digest, id);
    }
    return id;
  }
  const added = statements
    .of('INSERT INTO image (image_id, digest, reference) VALUES (?, ?, ?)')
    .run(image.imageId, image.digest, image.reference);
  return Number(added.lastInsertRowid);
}

/** Something was seen of a container that nobody named. */
function unnamedRun(id: string): ContainerRun {
  const nobody = { user: null, team: null, application: null, environment: null };
  return {
    identity: {
      id,
      engine: 'unknown',
      name: null,
      image: { reference: null, id: null, digest: null },
      labels: new Map(),
      mounts: [],
      capabilities: null,
      privileged: null,
      network: { mode: null, addresses: [], ports: [] },
      user: null,
      command: null,
      pidMode: null,
      pod: null,
      createdAtNs: null,
    },
    node: '',
    workload: nobody,
    naming: 'never',
    startedAtNs: null,
    endedAtNs: null,
    exitCode: null,
    grade: null,
  };
}

function timeOf(timeNs: bigint | null): number | null {
  return timeNs === null ? null : microseconds(timeNs);
}
