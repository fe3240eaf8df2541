// What `server enrol`, `token`, `agents` and `revoke` do. A token is printed once; its hash is kept.
import { oneLine, SeaworthyError } from '../../base/error.ts';
import { newSecret, secretHash } from '../../base/secret.ts';
import { type Agent, type FleetStore, openFleetStore } from '../../store/fleet/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { stdout } from '../stdout.ts';
import { fileOption } from './fleet-options.ts';
import type {
  ServerEnrolOptions,
  ServerStoreOptions,
  ServerTokenOptions,
} from './server-options.ts';

const hourMs = 3_600_000;
const pageRows = 500;

async function withStore<T>(
  address: string,
  action: (store: FleetStore) => Promise<T>,
): Promise<T> {
  const store = await openFleetStore(address, { connections: 2 });
  try {
    return await action(store);
  } finally {
    await store.close();
  }
}

/** Prints a new enrolment token; returns the exit code. */
export async function runServerEnrol(options: ServerEnrolOptions): Promise<number> {
  const uses = Number(options.uses);
  const hours = Number(options.hours);
  if (!(Number.isInteger(uses) && uses > 0 && uses <= 1e6 && hours > 0 && hours <= 1e5)) {
    throw new SeaworthyError('usage', '--uses and --hours are numbers above 0');
  }
  const token = newSecret('swe');
  const { label } = options;
  await withStore(options.store, (store) =>
    store.addEnrolment({ hash: secretHash(token), label, uses, lifeMs: hours * hourMs }),
  );
  stdout().write(`${token}\n`);
  return exitCodes.satisfied;
}

/** Prints a new token for questions; returns the exit code. */
export async function runServerToken(options: ServerTokenOptions): Promise<number> {
  const { role, label, team, tokenFile } = options;
  const token = tokenFile === undefined ? newSecret('swt') : tokenIn(tokenFile);
  if (role === 'admin' && team !== undefined) {
    throw new SeaworthyError('usage', 'an admin is not limited to teams', {
      advice: 'leave out --team, or make it a viewer or a responder',
    });
  }
  await withStore(options.store, (store) =>
    store.addToken({ hash: secretHash(token), role, label, teams: team ?? null }),
  );
  // Who gave it knows it.
  if (tokenFile === undefined) stdout().write(`${token}\n`);
  return exitCodes.satisfied;
}

/** A token that somebody made: as long as ours, because only its hash is kept. */
function tokenIn(file: string): string {
  const token = fileOption('--token-file', file).trim();
  if (/^swt_[\w-]{43,200}$/.test(token)) return token;
  throw new SeaworthyError('malformed', `${file} holds no token`, {
    advice: 'make one of 32 random bytes: swt_$(openssl rand -base64 32 | tr +/ -_ | tr -d =)',
  });
}

/** Lists the agents; returns the exit code. */
export async function runServerAgents(options: ServerStoreOptions): Promise<number> {
  const agents = await withStore(options.store, allAgents);
  const text =
    options.format === 'json'
      ? `${JSON.stringify(agents, null, 2)}\n`
      : agentsTable(agents, new Date());
  stdout().write(text);
  return exitCodes.satisfied;
}

async function allAgents(store: FleetStore): Promise<readonly Agent[]> {
  const agents: Agent[] = [];
  for (;;) {
    const page = await store.agents({ after: agents.at(-1)?.id ?? null, limit: pageRows });
    agents.push(...page);
    if (page.length < pageRows) return agents;
  }
}

function agentsTable(agents: readonly Agent[], now: Date): string {
  const rows = agents.map((agent) => [
    agent.node,
    agent.revoked ? 'revoked' : agent.seenUs === null ? 'never seen' : 'enrolled',
    agent.seenUs === null ? '-' : `${Math.round((now.getTime() - agent.seenUs / 1000) / 1000)} s`,
    agent.aheadUs === null ? '-' : `${(agent.aheadUs / 1e6).toFixed(1)} s`,
    String(agent.records),
    String(agent.missing),
    String(agent.setAside),
    agent.health === null ? '-' : `${(agent.health.spooledBytes / 1048576).toFixed(1)} MiB`,
    agent.id,
  ]);
  const head = ['NODE', 'STATE', 'SEEN', 'AHEAD', 'RECORDS', 'MISSING', 'ASIDE', 'SPOOL', 'ID'];
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((row) => oneLine(row[column] ?? '').length)),
  );
  return all
    .map(
      (row) =>
        `${row
          .map((cell, index) => oneLine(cell).padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Ends the sessions of a name or subject; returns the exit code. */
export async function runServerLogout(
  person: string,
  options: ServerStoreOptions,
): Promise<number> {
  const ended = await withStore(options.store, (store) => store.endSessionsOf(person));
  if (ended === 0) throw new SeaworthyError('not-found', `${oneLine(person)} is not logged in`);
  return exitCodes.satisfied;
}

/** Lets an agent in no more; returns the exit code. */
export async function runServerRevoke(agent: string, options: ServerStoreOptions): Promise<number> {
  const isKnown = await withStore(options.store, (store) => store.revoke(agent));
  if (!isKnown) throw new SeaworthyError('not-found', `there is no agent ${oneLine(agent)}`);
  return exitCodes.satisfied;
}
