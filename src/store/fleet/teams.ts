// Whose a detection is: the team of its run, kept beside it, so that a page of a team reads no others. A
// run may become known after its detection, or go to another team.
import { detectionTable, type KnownRun, nameOf, type Row, runTable } from './ingest-rows.ts';
import type { SqlSession, SqlValue } from './sql.ts';

const runAt = placesOf(runTable.columns);
const detectionAt = placesOf(detectionTable.columns);

function placesOf<Name extends string>(
  columns: readonly (readonly [Name, string])[],
): Readonly<Record<Name, number>> {
  return Object.fromEntries(columns.map(([name], index) => [name, index])) as Record<Name, number>;
}

/** What the store has of these runs and of the runs of these detections. */
export async function knownRuns(
  session: SqlSession,
  runs: readonly Row[],
  detections: readonly Row[],
): Promise<ReadonlyMap<string, KnownRun>> {
  const pairs = new Map<string, readonly [SqlValue, SqlValue]>();
  const add = (agent: SqlValue | undefined, container: SqlValue | undefined): void => {
    if (agent === undefined || container === undefined || container === null) return;
    pairs.set(nameOf(agent, container), [agent, container]);
  };
  for (const row of runs) add(row[runAt.agent], row[runAt.container]);
  for (const row of detections) add(row[detectionAt.agent], row[detectionAt.container]);
  if (pairs.size === 0) return new Map();
  const rows = await session.query(
    `SELECT r.agent, r.container, r.image, r.reference, r.team, r.alive
     FROM ${session.words.elements('$1')}
     JOIN run r ON r.agent = w.value->>0 AND r.container = w.value->>1`,
    [JSON.stringify([...pairs.values()])],
  );
  return new Map(rows.map((row) => [nameOf(row['agent'], row['container']), row]));
}

interface Told {
  readonly session: SqlSession;
  readonly nowUs: number;
  readonly runs: ReadonlyMap<string, Row>;
  readonly known: ReadonlyMap<string, KnownRun>;
}

/** The rows with their teams; whose run nobody told of yet is remembered until somebody does. */
export async function withTeams(
  { session, nowUs, runs, known }: Told,
  detections: readonly Row[],
): Promise<readonly Row[]> {
  const untold = new Map<string, Row>();
  const rows = detections.map((row): Row => {
    const [agent, container] = [row[detectionAt.agent], row[detectionAt.container] ?? null];
    if (container === null) return [...row, null];
    const name = nameOf(agent, container);
    const run = runs.get(name);
    if (run !== undefined) return [...row, run[runAt.team] ?? null];
    const stored = known.get(name);
    if (stored === undefined) untold.set(name, [agent ?? null, container, nowUs]);
    return [...row, stored?.['team'] ?? null];
  });
  if (untold.size > 0) {
    await session.insert({
      table: 'untold',
      columns: [
        ['agent', 'text'],
        ['container', 'text'],
        ['received_us', 'bigint'],
      ],
      rows: [...untold.values()],
      tail: 'ON CONFLICT DO NOTHING',
    });
  }
  return rows;
}

/** Detections from before their run was known, or before it went to another team, follow it. */
export async function followTeams({ session, runs, known }: Told): Promise<void> {
  const fresh: (readonly SqlValue[])[] = [];
  const moved: (readonly SqlValue[])[] = [];
  for (const [name, row] of runs) {
    const team = row[runAt.team] ?? null;
    const stored = known.get(name);
    const told = [row[runAt.agent] ?? null, row[runAt.container] ?? null, team];
    if (stored === undefined) fresh.push(told);
    else if ((stored['team'] ?? null) !== team) moved.push(told);
  }
  if (fresh.length > 0) moved.push(...(await toldOf(session, fresh)));
  if (moved.length === 0) return;
  await session.query(
    `UPDATE detection SET team = w.value->>2 FROM ${session.words.elements('$1')}
     WHERE detection.agent = w.value->>0 AND detection.container = w.value->>1`,
    [JSON.stringify(moved)],
  );
}

/** Of runs that are new those with detections already. */
async function toldOf(
  session: SqlSession,
  fresh: readonly (readonly SqlValue[])[],
): Promise<(readonly SqlValue[])[]> {
  const gone = await session.query(
    `DELETE FROM untold WHERE EXISTS (
       SELECT 1 FROM ${session.words.elements('$1')}
       WHERE w.value->>0 = untold.agent AND w.value->>1 = untold.container)
     RETURNING agent, container`,
    [JSON.stringify(fresh)],
  );
  const names = new Set(gone.map((row) => nameOf(row['agent'], row['container'])));
  return fresh.filter(([agent, container]) => names.has(nameOf(agent, container)));
}
