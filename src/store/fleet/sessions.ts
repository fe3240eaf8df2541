// Logins of people: what was begun at a provider of identities, and the sessions that came of it. All
// replicas share them, secrets are kept as hashes, and the database's clock says when they end.
import type { Identity, LoginBegun, NewSession, Session } from './fleet-store.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

const sessionRoles = ['viewer', 'responder', 'admin'] as const;

export async function beginLogin(
  database: SqlDatabase,
  { state, browser, nonce, verifier, goal, lifeMs }: LoginBegun & { readonly lifeMs: number },
): Promise<void> {
  await database.query(
    `INSERT INTO login (state, browser, nonce, verifier, goal, until_us)
     VALUES ($1, $2, $3, $4, $5, ${database.words.nowUs} + $6)`,
    [state, browser, nonce, verifier, goal, lifeMs * 1000],
  );
}

/** Takes it away: a state is good once, whatever comes of it. Null too for another browser. */
export async function takeLogin(
  database: SqlDatabase,
  { state, browser }: { state: string; browser: string },
): Promise<LoginBegun | null> {
  const [row] = await database.query(
    `DELETE FROM login WHERE state = $1 AND browser = $2 AND until_us > ${database.words.nowUs}
     RETURNING nonce, verifier, goal`,
    [state, browser],
  );
  if (row === undefined) return null;
  const [nonce, verifier, goal] = [row['nonce'], row['verifier'], row['goal']].map(String);
  return { state, browser, nonce: nonce ?? '', verifier: verifier ?? '', goal: goal ?? '/' };
}

export async function addSession(
  database: SqlDatabase,
  { hash, subject, name, role, teams, lifeMs }: NewSession,
): Promise<void> {
  const now = database.words.nowUs;
  await database.query(
    `INSERT INTO session (hash, subject, name, role, teams, created_us, until_us)
     VALUES ($1, $2, $3, $4, $5, ${now}, ${now} + $6)`,
    [hash, subject, name, role, teams === null ? null : JSON.stringify(teams), lifeMs * 1000],
  );
}

/** Null: there is none, it was ended, or it is over. */
export async function sessionOf(database: SqlDatabase, hash: string): Promise<Session | null> {
  const [row] = await database.query(
    `SELECT subject, name, role, teams, until_us FROM session
     WHERE hash = $1 AND until_us > ${database.words.nowUs}`,
    [hash],
  );
  if (row === undefined) return null;
  return {
    subject: String(row['subject']),
    name: String(row['name']),
    role: sessionRoles.find((role) => role === row['role']) ?? 'viewer',
    teams: teamsOf(row),
    untilUs: Number(row['until_us']),
  };
}

export async function endSession(database: SqlDatabase, hash: string): Promise<void> {
  await database.query('DELETE FROM session WHERE hash = $1', [hash]);
}

/** @param who name or subject. @returns how many sessions ended */
export async function endSessionsOf(database: SqlDatabase, who: string): Promise<number> {
  const rows = await database.query(
    'DELETE FROM session WHERE subject = $1 OR name = $1 RETURNING hash',
    [who],
  );
  return rows.length;
}

export async function forgetLogins(database: SqlDatabase, nowUs: number): Promise<void> {
  await database.query('DELETE FROM login WHERE until_us < $1', [nowUs]);
  await database.query('DELETE FROM session WHERE until_us < $1', [nowUs]);
}

/** The teams of a token or a session: what cannot be read sees nothing. */
export function teamsOf(row: SqlRow): Identity['teams'] {
  const text = row['teams'];
  if (text === null || text === undefined) return null;
  const value: unknown = JSON.parse(String(text));
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
