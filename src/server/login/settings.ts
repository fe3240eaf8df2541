// What a fleet is told of its provider of identities: a YAML file, checked word by word. A word that
// nobody knows is refused: a misspelt limit would let everybody in.
import { SeaworthyError } from '../../base/error.ts';
import { asArray, asRecord, field, keysOf, stringField, stringsOf } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';

/** Who is in the group may do this. */
export interface Grant {
  readonly group: string;
  readonly role: 'viewer' | 'responder' | 'admin';
  /** Null: everything. */
  readonly teams: readonly string[] | null;
}

export interface LoginSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecretFile: string | null;
  /** PEM authorities for the provider's certificate, besides the usual ones. */
  readonly caFile: string | null;
  /** Where browsers reach this server; `/login/callback` below it is the address to register. */
  readonly publicUrl: URL;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  /** The claim that people are called by in lists and logs. */
  readonly nameClaim: string;
  readonly sessionMs: number;
  readonly grants: readonly Grant[];
}

const words = new Set([
  'issuer',
  'clientId',
  'clientSecretFile',
  'caFile',
  'publicUrl',
  'scopes',
  'groupsClaim',
  'nameClaim',
  'sessionHours',
  'access',
]);
const grantWords = new Set(['group', 'role', 'teams']);
const usualSessionHours = 8;
const mostSessionHours = 24 * 30;
const mostGrants = 10_000;
const fileBytes = 1024 * 1024;
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @param file only for messages. Throws `SeaworthyError` `usage` for what it cannot take. */
export function readLoginSettings(text: string, file: string): LoginSettings {
  const wrong = (why: string): SeaworthyError =>
    new SeaworthyError('usage', `${file}: ${why}`, {
      advice: 'see the page on fleets (docs/fleet.md) for what it may hold',
    });
  const parsed = parseYaml(text, { maximumLength: fileBytes });
  if (!parsed.ok) throw wrong(parsed.reason);
  const root = parsed.value;
  if (asRecord(root) === null) throw wrong('it holds no settings');
  const unknown = keysOf(root).find((key) => !words.has(key));
  if (unknown !== undefined) throw wrong(`there is no setting ${unknown}`);
  const needed = (key: string): string => {
    const value = stringField(root, key);
    if (value === null || value === '') throw wrong(`${key} is missing`);
    return value;
  };
  const address = (key: string): URL => {
    const url = URL.parse(needed(key));
    const isSafe = url?.protocol === 'https:' || loopback.has(url?.hostname ?? '');
    if (url === null || !isSafe) throw wrong(`${key} is no https address`);
    return url;
  };
  const publicUrl = address('publicUrl');
  if (publicUrl.pathname !== '/' || publicUrl.search !== '') {
    throw wrong('publicUrl is an origin, as https://seaworthy.example');
  }
  const hours = field(root, 'sessionHours') ?? usualSessionHours;
  if (typeof hours !== 'number' || !(hours > 0 && hours <= mostSessionHours)) {
    throw wrong(`sessionHours is a number up to ${mostSessionHours}`);
  }
  const scopes = stringsOf(field(root, 'scopes'));
  const access = asArray(field(root, 'access'));
  if (access.length === 0) throw wrong('access names no group: nobody could come in');
  if (access.length > mostGrants) throw wrong(`access names more than ${mostGrants} groups`);
  return {
    issuer: address('issuer'),
    clientId: needed('clientId'),
    clientSecretFile: stringField(root, 'clientSecretFile'),
    caFile: stringField(root, 'caFile'),
    publicUrl,
    scopes: [...new Set(['openid', ...(scopes.length === 0 ? ['profile', 'email'] : scopes)])],
    groupsClaim: stringField(root, 'groupsClaim') ?? 'groups',
    nameClaim: stringField(root, 'nameClaim') ?? 'email',
    sessionMs: hours * 3_600_000,
    grants: access.map((one, index) => grantOf(one, (why) => wrong(`access ${index + 1}: ${why}`))),
  };
}

function grantOf(value: unknown, wrong: (why: string) => SeaworthyError): Grant {
  const unknown = keysOf(value).find((key) => !grantWords.has(key));
  if (unknown !== undefined) throw wrong(`there is no setting ${unknown}`);
  const group = stringField(value, 'group');
  if (group === null || group === '') throw wrong('group is missing');
  const role = stringField(value, 'role');
  if (role !== 'viewer' && role !== 'responder' && role !== 'admin') {
    throw wrong('role is viewer, responder or admin');
  }
  const given = field(value, 'teams');
  if (given === undefined) return { group, role, teams: null };
  const teams = stringsOf(given);
  // An empty list may be a list that somebody forgot to fill: it is not "everything".
  if (teams.length === 0) throw wrong('teams is a list of names; leave it out for everything');
  if (role === 'admin')
    throw wrong('an admin is not limited to teams; make it a viewer or a responder');
  return { group, role, teams };
}
