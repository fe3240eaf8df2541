// From what a provider says of a person to what the person may do here.
import { asRecord, field, stringField, stringsOf } from '../../base/json.ts';
import type { Grant } from './settings.ts';

export interface Access {
  readonly role: 'viewer' | 'responder' | 'admin';
  readonly teams: readonly string[] | null;
}

/**
 * What all grants of a person's groups give together. A grant never widens another one: the highest role
 * counts, with the teams of that role. Null: none of the groups may enter.
 */
export function accessOf(groups: readonly string[], grants: readonly Grant[]): Access | null {
  const member = new Set(groups);
  const given = grants.filter(({ group }) => member.has(group));
  if (given.length === 0) return null;
  if (given.some(({ role }) => role === 'admin')) return { role: 'admin', teams: null };
  // Whoever may act on the containers of some teams sees those: seeing more would be acting on more.
  const role = given.some((grant) => grant.role === 'responder') ? 'responder' : 'viewer';
  const own = given.filter((grant) => grant.role === role);
  if (own.some(({ teams }) => teams === null)) return { role, teams: null };
  const teams = new Set(own.flatMap((grant) => grant.teams ?? []));
  return { role, teams: [...teams].toSorted() };
}

/**
 * The claim of that name; else, as Keycloak nests them (`realm_access.roles`), along its dots.
 * Undefined: it is not there.
 */
export function claimOf(claims: unknown, name: string): unknown {
  const whole = field(claims, name);
  if (whole !== undefined) return whole;
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) => (asRecord(value) === null ? undefined : field(value, key)),
      claims,
    );
}

/** Groups are a list of names, or one name. */
export function groupsOf(claims: unknown, claim: string): readonly string[] {
  return stringsOf(claimOf(claims, claim));
}

const nameLength = 200;

/** The name that people know, else the subject. */
export function nameOf(claims: unknown, claim: string): string {
  const value = claimOf(claims, claim);
  // An address that the provider itself does not vouch for may be anybody's.
  const isDoubted = claim === 'email' && field(claims, 'email_verified') === false;
  const name = typeof value === 'string' && value !== '' && !isDoubted ? value : null;
  return (name ?? stringField(claims, 'sub') ?? '').slice(0, nameLength);
}
