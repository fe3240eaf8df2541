// Records of gates, audits and repeated detections on their way into their tables: of what replaces itself
// the newest of a batch, so that one statement never meets a row twice.
import { zstdCompressSync } from 'node:zlib';
import type { Fresh, Row } from './ingest-rows.ts';
import type { Insert, SqlSession } from './sql.ts';

const text = 'text';
const number = 'bigint';

/** The key of a row, and the row. */
type Keyed = readonly [string, Row];

interface HouseTable extends Omit<Insert, 'rows'> {
  readonly rowsOf: (fresh: Fresh, nowUs: number) => readonly Keyed[];
}

const tables: readonly HouseTable[] = [
  {
    table: 'repeated',
    columns: [
      ['agent', text],
      ['container', text],
      ['time_us', number],
      ['rule', text],
      ['count', number],
      ['last_us', number],
      ['received_us', number],
    ],
    tail: `ON CONFLICT (agent, container, time_us, rule) DO UPDATE SET count = excluded.count,
      last_us = excluded.last_us, received_us = excluded.received_us
      WHERE excluded.count > repeated.count`,
    rowsOf({ agent, record }, nowUs) {
      if (record.kind !== 'repeat') return [];
      const { container, timeUs, rule, count, lastUs } = record;
      const place = [agent, container ?? '', timeUs, rule];
      return [[place.join('\n'), [...place, count, lastUs, nowUs]]];
    },
  },
  {
    table: 'decision',
    columns: [
      ['agent', text],
      ['time_us', number],
      ['id', text],
      ['decision', text],
      ['value', text],
      ['received_us', number],
    ],
    tail: 'ON CONFLICT DO NOTHING',
    rowsOf({ agent, record }, nowUs) {
      if (record.kind !== 'decision') return [];
      const { timeUs, id, decision } = record;
      const place = [agent, timeUs, id];
      const value = JSON.stringify(decision);
      return [[place.join('\n'), [...place, decision.decision, value, nowUs]]];
    },
  },
  {
    table: 'decided',
    columns: [
      ['agent', text],
      ['day', text],
      ['decision', text],
      ['count', number],
      ['received_us', number],
    ],
    tail: `ON CONFLICT (agent, day, decision) DO UPDATE SET count = excluded.count,
      received_us = excluded.received_us WHERE excluded.count > decided.count`,
    rowsOf({ agent, record }, nowUs) {
      if (record.kind !== 'decided') return [];
      const { day, counts } = record;
      return counts.map(({ decision, count }): Keyed => {
        const place = [agent, day, decision];
        return [place.join('\n'), [...place, count, nowUs]];
      });
    },
  },
  {
    table: 'audit_run',
    columns: [
      ['agent', text],
      ['target', text],
      ['at_us', number],
      ['audit', text],
      ['score', number],
      ['failed', text],
      ['received_us', number],
    ],
    tail: 'ON CONFLICT DO NOTHING',
    rowsOf({ agent, record }, nowUs) {
      if (record.kind !== 'audit') return [];
      const { target, atUs, audit, score, failed } = record;
      const place = [agent, target, atUs];
      return [[place.join('\n'), [...place, audit, score, JSON.stringify(failed), nowUs]]];
    },
  },
  {
    table: 'audit_answer',
    columns: [
      ['agent', text],
      ['audit', text],
      ['target', text],
      ['at_us', number],
      ['value', 'bytea'],
      ['received_us', number],
    ],
    tail: `ON CONFLICT (agent, audit) DO UPDATE SET target = excluded.target, at_us = excluded.at_us,
      value = excluded.value, received_us = excluded.received_us
      WHERE excluded.at_us > audit_answer.at_us`,
    rowsOf({ agent, record }, nowUs) {
      if (record.kind !== 'audit-answer') return [];
      const { audit, target, atUs, answer } = record;
      const value = zstdCompressSync(Buffer.from(JSON.stringify(answer)));
      return [[`${agent}\n${audit}`, [agent, audit, target, atUs, value, nowUs]]];
    },
  },
];

const kinds: ReadonlySet<string> = new Set([
  'repeat',
  'decision',
  'decided',
  'audit',
  'audit-answer',
]);

/** Within their transaction; in one order for all servers. */
export async function writeHouse(
  session: SqlSession,
  fresh: readonly Fresh[],
  nowUs: number,
): Promise<void> {
  const found = fresh.filter(({ record }) => kinds.has(record.kind));
  if (found.length === 0) return;
  // Of two with one key the last one is written: that must be the newest.
  const own = found.toSorted((a, b) => ageOf(a) - ageOf(b));
  for (const { rowsOf, ...table } of tables) {
    const rows = new Map(own.flatMap((one) => rowsOf(one, nowUs)));
    const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (sorted.length > 0) await session.insert({ ...table, rows: sorted.map(([, row]) => row) });
  }
}

function ageOf({ record }: Fresh): number {
  if (record.kind === 'repeat') return record.count;
  return record.kind === 'audit-answer' ? record.atUs : 0;
}
