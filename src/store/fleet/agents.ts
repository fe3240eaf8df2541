// Who may speak: tokens and secrets as hashes, enrolment, rotation, and how the agents are.
import type { AgentHealth } from '../../model/fleet.ts';
import type {
  Agent,
  FleetAgentCounts,
  FleetToken,
  Identity,
  NewToken,
  Role,
} from './fleet-store.ts';
import { teamsOf } from './sessions.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

export async function addToken(
  database: SqlDatabase,
  { hash, role, label, teams }: NewToken,
): Promise<void> {
  await database.query(
    `INSERT INTO token (hash, role, label, teams, created_us)
     VALUES ($1, $2, $3, $4, ${database.words.nowUs})
     ON CONFLICT (hash) DO UPDATE SET role = excluded.role, label = excluded.label,
       teams = excluded.teams WHERE token.role <> 'agent'`,
    [hash, role, label, teams === null ? null : JSON.stringify(teams)],
  );
}

/** Digits of a token's hash that name it in lists. */
const tokenIdLength = 12;

/** Tokens of people and programs, the oldest first; never what would let anybody in. */
export async function listTokens(database: SqlDatabase): Promise<readonly FleetToken[]> {
  const rows = await database.query(
    `SELECT substr(hash, 1, ${tokenIdLength}) AS id, role, label, teams, created_us FROM token
     WHERE role IN ('viewer', 'responder', 'admin') ORDER BY created_us, hash`,
  );
  return rows.map((row) => ({
    id: String(row['id']),
    role: row['role'] as FleetToken['role'],
    label: String(row['label']),
    teams: teamsOf(row),
    createdUs: Number(row['created_us']),
  }));
}

/** @returns false when there is none of that id */
export async function endToken(database: SqlDatabase, id: string): Promise<boolean> {
  const rows = await database.query(
    `DELETE FROM token WHERE substr(hash, 1, ${tokenIdLength}) = $1
     AND role IN ('viewer', 'responder', 'admin') RETURNING hash`,
    [id],
  );
  return rows.length > 0;
}

export async function addEnrolment(
  database: SqlDatabase,
  token: { hash: string; label: string; uses: number; lifeMs: number },
): Promise<void> {
  const now = database.words.nowUs;
  await database.query(
    `INSERT INTO token (hash, role, label, uses_left, until_us, created_us)
     VALUES ($1, 'enrolment', $2, $3, ${now} + $4, ${now})`,
    [token.hash, token.label, token.uses, token.lifeMs * 1000],
  );
}

/** A crash may come between the commit and the answer: the same secret enrols twice as once. */
export async function enrol(
  database: SqlDatabase,
  agent: { id: string; node: string; secretHash: string; enrolmentHash: string },
): Promise<boolean> {
  const now = database.words.nowUs;
  return database.transaction(async (session) => {
    const [known] = await session.query('SELECT secret, revoked FROM agent WHERE id = $1', [
      agent.id,
    ]);
    if (known !== undefined) {
      return known['secret'] === agent.secretHash && known['revoked'] === 0;
    }
    const spent = await session.query(
      `UPDATE token SET uses_left = uses_left - 1 WHERE hash = $1 AND role = 'enrolment'
       AND uses_left > 0 AND until_us > ${now} RETURNING hash`,
      [agent.enrolmentHash],
    );
    if (spent.length === 0) return false;
    await session.query(
      `INSERT INTO agent (id, node, secret, enrolled_us) VALUES ($1, $2, $3, ${now})`,
      [agent.id, agent.node, agent.secretHash],
    );
    return true;
  });
}

/** @returns false when it was revoked */
export async function admit(
  database: SqlDatabase,
  { id, node }: { id: string; node: string },
): Promise<boolean> {
  await database.query(
    `INSERT INTO agent (id, node, enrolled_us) VALUES ($1, $2, ${database.words.nowUs})
     ON CONFLICT DO NOTHING`,
    [id, node],
  );
  const [row] = await database.query('SELECT revoked FROM agent WHERE id = $1', [id]);
  return row?.['revoked'] === 0;
}

export async function rotate(
  database: SqlDatabase,
  agent: string,
  nextHash: string,
): Promise<void> {
  await database.query('UPDATE agent SET next_secret = $2 WHERE id = $1 AND secret <> $2', [
    agent,
    nextHash,
  ]);
}

/** The first use of a next secret ends the one before it. */
export async function identify(database: SqlDatabase, hash: string): Promise<Identity | null> {
  const [agent] = await database.query(
    'SELECT id, node, next_secret FROM agent WHERE (secret = $1 OR next_secret = $1) AND revoked = 0',
    [hash],
  );
  if (agent !== undefined) {
    const id = String(agent['id']);
    if (agent['next_secret'] === hash) {
      await database.query(
        'UPDATE agent SET secret = $2, next_secret = NULL WHERE id = $1 AND next_secret = $2',
        [id, hash],
      );
    }
    return { role: 'agent', id, node: String(agent['node']), teams: null };
  }
  const [token] = await database.query(
    "SELECT role, label, teams FROM token WHERE hash = $1 AND role IN ('viewer', 'responder', 'admin')",
    [hash],
  );
  if (token === undefined) return null;
  const teams = teamsOf(token);
  return { role: token['role'] as Role, id: String(token['label']), node: null, teams };
}

export async function revoke(database: SqlDatabase, agent: string): Promise<boolean> {
  const rows = await database.query(
    'UPDATE agent SET revoked = 1, next_secret = NULL WHERE id = $1 RETURNING id',
    [agent],
  );
  return rows.length > 0;
}

export async function listAgents(
  database: SqlDatabase,
  { after, limit }: { after: string | null; limit: number },
): Promise<readonly Agent[]> {
  const rows = await database.query('SELECT * FROM agent WHERE id > $1 ORDER BY id LIMIT $2', [
    after ?? '',
    limit,
  ]);
  return rows.map(agentOf);
}

/** Of agents that were not revoked. */
export async function countAgents(
  database: SqlDatabase,
  silentUs: number,
): Promise<FleetAgentCounts> {
  const [row] = await database.query(
    `SELECT count(*) AS agents, coalesce(sum(missing), 0) AS missing,
       coalesce(sum(CASE WHEN coalesce(seen_us, 0) < $1 THEN 1 ELSE 0 END), 0) AS silent
     FROM agent WHERE revoked = 0`,
    [silentUs],
  );
  return {
    all: Number(row?.['agents'] ?? 0),
    silent: Number(row?.['silent'] ?? 0),
    missing: Number(row?.['missing'] ?? 0),
  };
}

function agentOf(row: SqlRow): Agent {
  const number = (name: string): number => Number(row[name]);
  const numberOrNull = (name: string): number | null =>
    row[name] === null ? null : Number(row[name]);
  const health = row['health'];
  return {
    id: String(row['id']),
    node: String(row['node']),
    enrolledUs: number('enrolled_us'),
    seenUs: numberOrNull('seen_us'),
    revoked: number('revoked') === 1,
    health: typeof health === 'string' ? (JSON.parse(health) as AgentHealth) : null,
    aheadUs: numberOrNull('ahead_us'),
    records: number('records'),
    missing: number('missing'),
    setAside: number('set_aside'),
  };
}
