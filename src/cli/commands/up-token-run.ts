// What `up token` does: the tokens of a data folder; a server that runs takes them up at once.
import { SeaworthyError } from '../../base/error.ts';
import { openTokens } from '../../server/http/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import type { UpTokenOptions } from './up-options.ts';

const now = (): Date => new Date();

/** Makes a token and writes its value; returns the exit code. */
export async function runTokenCreate(name: string, options: UpTokenOptions): Promise<number> {
  const teams = options.team.length === 0 ? null : options.team;
  const made = openTokens(options.data, now).create({ name, role: options.role, teams });
  await writeResult(`${made.token}\n`, options.output);
  return exitCodes.satisfied;
}

/** Lists tokens without their values; returns the exit code. */
export async function runTokenList(options: UpTokenOptions): Promise<number> {
  const tokens = openTokens(options.data, now).list();
  const lines = tokens.map(
    ({ id, role, teams, createdAt, name }) =>
      `${id}  ${role.padEnd(9)}  ${createdAt.slice(0, 10)}  ${name}${teams === null ? '' : `  (${teams.join(', ')})`}`,
  );
  const text =
    options.format === 'json'
      ? `${JSON.stringify(tokens, null, 2)}\n`
      : `${lines.length === 0 ? 'only the token of this machine' : lines.join('\n')}\n`;
  await writeResult(text, options.output);
  return exitCodes.satisfied;
}

/** Ends a token; returns the exit code. */
export async function runTokenRevoke(id: string, options: UpTokenOptions): Promise<number> {
  if (!openTokens(options.data, now).revoke(id)) {
    throw new SeaworthyError('not-found', `there is no token ${id}`, {
      advice: 'see `seaworthy up token list`',
    });
  }
  return exitCodes.satisfied;
}
