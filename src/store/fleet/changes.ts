// The log of changes of a fleet: who did or tried what, and what came of it, for all replicas.
import type { FleetChange } from './fleet-store.ts';
import type { SqlDatabase } from './sql.ts';

/** Changes are kept longer than what they are about. */
const keptUs = 400 * 86_400_000_000;

/** Resolves when it is written: only then the caller is told that it is done. */
export async function addChange(
  database: SqlDatabase,
  change: Omit<FleetChange, 'atUs'>,
): Promise<void> {
  const { caller, role, address, method, path, status, what } = change;
  await database.query(
    `INSERT INTO change (at_us, caller, role, address, method, path, status, what)
     VALUES (${database.words.nowUs}, $1, $2, $3, $4, $5, $6, $7)`,
    [caller, role, address, method, path, status, what],
  );
}

/** The newest first. */
export async function askChanges(
  database: SqlDatabase,
  limit: number,
): Promise<readonly FleetChange[]> {
  const rows = await database.query('SELECT * FROM change ORDER BY id DESC LIMIT $1', [limit]);
  return rows.map((row) => ({
    atUs: Number(row['at_us']),
    caller: row['caller'] === null ? null : String(row['caller']),
    role: row['role'] === null ? null : String(row['role']),
    address: String(row['address']),
    method: String(row['method']),
    path: String(row['path']),
    status: Number(row['status']),
    what: row['what'] === null ? null : String(row['what']),
  }));
}

export async function forgetChanges(database: SqlDatabase, nowUs: number): Promise<void> {
  await database.query('DELETE FROM change WHERE at_us < $1', [nowUs - keptUs]);
}
