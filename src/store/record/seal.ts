// Sealing: the committed lines of a run leave the journal and become a chunk of its own, together with
// its in-use set and the sums of its flows, in one transaction: nothing is ever there twice.
import { addMember, packNumbers, unpackNumbers } from './bits.ts';
import { chunkTextBytes, packLines } from './chunk.ts';
import type { LiveRun } from './live-run.ts';
import { microseconds } from './run-row.ts';
import type { Statements } from './statements.ts';
import { countUse } from './tally.ts';

/** Writes the lines of `live` into chunks; the caller's transaction, and its `released` afterwards. */
export function sealRun(statements: Statements, live: LiveRun): void {
  const { row } = live;
  if (row === null) return;
  for (const text of chunksOf(live.lines)) {
    statements
      .of(
        `INSERT INTO chunk (run, first_order, last_order, first_us, last_us, records, value)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        row,
        live.firstOrder,
        live.lastOrder,
        microseconds(live.firstNs),
        microseconds(live.lastNs),
        text.records,
        packLines(text.lines),
      );
  }
  const useSet = live.files.size === 0 ? live.useSet : growUseSet(statements, live);
  statements
    .of('UPDATE run SET sealed_order = ?, last_us = max(last_us, ?), use_set = ? WHERE id = ?')
    .run(live.lastOrder, microseconds(live.lastNs), useSet, row);
  live.useSet = useSet;
  writePeers(statements, live, row);
}

function chunksOf(lines: readonly string[]): { lines: string; records: number }[] {
  const chunks: { lines: string; records: number }[] = [];
  let part: string[] = [];
  let length = 0;
  const end = (): void => {
    if (part.length > 0) chunks.push({ lines: `${part.join('\n')}\n`, records: part.length });
    part = [];
    length = 0;
  };
  for (const line of lines) {
    if (length > 0 && length + line.length > chunkTextBytes) end();
    part.push(line);
    length += line.length + 1;
  }
  end();
  return chunks;
}

/** Forgets batches of which every line is in a chunk. @param order the first that is in none */
export function dropBatches(statements: Statements, order: number): void {
  statements.of('DELETE FROM batch WHERE last_order < ?').run(order);
}

function growUseSet(statements: Statements, live: LiveRun): number | null {
  const { image } = live;
  if (image === null) return live.useSet;
  const files = new Set(filesOfSet(statements, live.useSet));
  const before = files.size;
  for (const path of live.files) files.add(fileNumber(statements, image, path));
  if (files.size === before) return live.useSet;
  const value = packNumbers([...files].toSorted((a, b) => a - b));
  const known = statements
    .of('SELECT id FROM use_set WHERE image = ? AND files = ?')
    .get(image, value) as { id: number } | undefined;
  const set = known?.id ?? newSet(statements, image, value);
  if (live.useSet !== null) countUse(statements, live.useSet, -1);
  countUse(statements, set, 1);
  return set;
}

function newSet(statements: Statements, image: number, value: Uint8Array): number {
  const added = statements
    .of('INSERT INTO use_set (image, files, posted) VALUES (?, ?, 0)')
    .run(image, value);
  const set = Number(added.lastInsertRowid);
  postSet(statements, set, value);
  return set;
}

/**
 * Enters an in-use set under the packages of its files, once all of them are mapped.
 * @returns whether they were
 */
export function postSet(statements: Statements, set: number, value: Uint8Array): boolean {
  const select = statements.of('SELECT version FROM image_file WHERE id = ?');
  const versions = new Set<number>();
  for (const file of unpackNumbers(value)) {
    const row = select.get(file) as { version: number | null } | undefined;
    if (row?.version === null) return false;
    if (row !== undefined && row.version !== 0) versions.add(row.version);
  }
  addMember(statements.database, { kind: 1, member: set, owners: [...versions] });
  statements.of('UPDATE use_set SET posted = 1 WHERE id = ?').run(set);
  return true;
}

/** Files of an in-use set, as numbers of `image_file`. */
export function filesOfSet(statements: Statements, set: number | null): number[] {
  if (set === null) return [];
  const row = statements.of('SELECT files FROM use_set WHERE id = ?').get(set) as
    | { files: Uint8Array }
    | undefined;
  return row === undefined ? [] : unpackNumbers(row.files);
}

function fileNumber(statements: Statements, image: number, path: string): number {
  const known = statements
    .of('SELECT id FROM image_file WHERE image = ? AND path = ?')
    .get(image, path) as { id: number } | undefined;
  if (known !== undefined) return known.id;
  const added = statements
    .of('INSERT INTO image_file (image, path, version) VALUES (?, ?, NULL)')
    .run(image, path);
  return Number(added.lastInsertRowid);
}

function writePeers(statements: Statements, live: LiveRun, row: number): void {
  const insert = statements.of(
    `INSERT INTO peer (run, direction, protocol, port, remote, name, flows, sent, received,
       first_us, last_us) VALUES ($run, $direction, $protocol, $port, $remote, $name, $flows, $sent,
       $received, $first, $last)
     ON CONFLICT (run, direction, protocol, port, remote) DO UPDATE SET
       name = coalesce(excluded.name, name), flows = flows + excluded.flows,
       sent = sent + excluded.sent, received = received + excluded.received,
       first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us)`,
  );
  for (const { firstNs, lastNs, ...sum } of live.peers.values()) {
    insert.run({ run: row, ...sum, first: microseconds(firstNs), last: microseconds(lastNs) });
  }
}
