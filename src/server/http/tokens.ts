// Tokens: one of this machine, made at the first start, and those that were made for others; only their
// hashes are kept.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import { asArray, field, parseJson, stringField, stringsOf } from '../../base/json.ts';
import {
  type Caller,
  type NewToken,
  roles,
  type TokenDesk,
  type TokenFacts,
} from '../api/index.ts';

export interface Tokens extends TokenDesk {
  list(): readonly TokenFacts[];
  create(token: NewToken): TokenFacts & { readonly token: string };
  revoke(id: string): boolean;
  /** The token of this machine: an admin's. */
  readonly own: string;
  /** Null: nobody's. */
  callerOf(token: string): Caller | null;
}

interface StoredToken extends TokenFacts {
  /** SHA-256 of the value, hexadecimal. */
  readonly hash: string;
}

const tokensMost = 1000;
const tokenBytes = 24;

/**
 * Opens the tokens of a data folder and makes what is missing. Throws `SeaworthyError` `unreadable`, and
 * `malformed` for a file that somebody spoilt: nobody is let in by guess.
 */
export function openTokens(folder: string, now: () => Date): Tokens {
  const file = join(folder, 'tokens.json');
  const own = ownToken(folder);
  const ownHash = hashOf(own);
  let kept: readonly StoredToken[] = [];
  let stamp = 'unread';
  /** Tokens are also made by the command line while the server runs. */
  const current = (): readonly StoredToken[] => {
    const found = statSync(file, { throwIfNoEntry: false });
    // Clocks of file systems are coarse: each version is a file of its own.
    const changed = found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
    if (changed !== stamp) {
      kept = changed === '' ? [] : readTokens(file);
      stamp = changed;
    }
    return kept;
  };
  current();
  return {
    own,
    callerOf(token) {
      const hash = hashOf(token);
      if (isSame(hash, ownHash)) return { id: 'local', role: 'admin', teams: null };
      const found = current().find((one) => isSame(hash, one.hash));
      if (found === undefined) return null;
      const teams = found.teams === null ? null : new Set(found.teams);
      return { id: found.id, role: found.role, teams };
    },
    list: () => current().map(factsOf),
    create({ name, role, teams }: NewToken) {
      if (current().length >= tokensMost) {
        throw new SeaworthyError('limit', `there are ${tokensMost} tokens already`, {
          advice: 'revoke those that nobody uses',
        });
      }
      const token = `sw_${randomBytes(tokenBytes).toString('base64url')}`;
      const id = randomBytes(6).toString('hex');
      const facts: TokenFacts = { id, name, role, teams, createdAt: now().toISOString() };
      writeTokens(file, [...current(), { ...facts, hash: hashOf(token) }]);
      return { ...facts, token };
    },
    revoke(id) {
      const rest = current().filter((one) => one.id !== id);
      if (rest.length === current().length) return false;
      writeTokens(file, rest);
      return true;
    },
  };
}

function factsOf({ id, name, role, teams, createdAt }: StoredToken): TokenFacts {
  return { id, name, role, teams, createdAt };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Of equal length always: hashes are compared, in the same time wherever they differ. */
function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function ownToken(folder: string): string {
  const file = join(folder, 'token');
  try {
    makeFolder(folder);
    try {
      const descriptor = openSync(file, 'wx', 0o600);
      writeSync(descriptor, `sw_${randomBytes(tokenBytes).toString('base64url')}\n`);
      closeSync(descriptor);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const token = readFileSync(file, 'utf8').trim();
    if (/^sw_[\w-]{32}$/.test(token)) return token;
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${file} cannot be used (${messageOf(cause)})`, {
      cause,
    });
  }
  throw new SeaworthyError('malformed', `${file} holds no token`, {
    advice: 'remove it: the next start makes another one',
  });
}

function readTokens(file: string): readonly StoredToken[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${file} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
  const parsed = parseJson(text);
  if (!parsed.ok) {
    throw new SeaworthyError('malformed', `${file} is ${parsed.reason}`, {
      advice: 'repair it, or remove it and make the tokens anew',
    });
  }
  return asArray(field(parsed.value, 'tokens')).flatMap((value) => tokenOf(value) ?? []);
}

function tokenOf(value: unknown): StoredToken | null {
  const [id, name, hash, createdAt] = ['id', 'name', 'hash', 'createdAt'].map((key) =>
    stringField(value, key),
  );
  const role = roles.find((one) => one === stringField(value, 'role'));
  const teams = field(value, 'teams');
  // What does not say clearly that it may see everything may not.
  if (!id || !name || !hash || !createdAt || role === undefined || teams === undefined) return null;
  return { id, name, hash, createdAt, role, teams: teams === null ? null : stringsOf(teams) };
}

function writeTokens(file: string, tokens: readonly StoredToken[]): void {
  const part = `${file}.part`;
  writeFileSync(part, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`, { mode: 0o600 });
  renameSync(part, file);
}
