// What settings may say, and what groups give.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accessOf, claimOf, nameOf } from './access.ts';
import { type Grant, readLoginSettings } from './settings.ts';

const base = `
issuer: https://sso.example/realms/shop
clientId: seaworthy
publicUrl: https://seaworthy.example:8600
`;
const access = 'access: [{ group: staff, role: viewer }]';

describe('settings', () => {
  test('what is not said is usual', () => {
    expect(readLoginSettings(`${base}${access}`, 'f')).toMatchObject({
      scopes: ['openid', 'profile', 'email'],
      groupsClaim: 'groups',
      nameClaim: 'email',
      sessionMs: 8 * 3_600_000,
      grants: [{ group: 'staff', role: 'viewer', teams: null }],
    });
  });

  test.each([
    ['issuer is missing', `${base}${access}`.replace('issuer', '#')],
    ['issuer is no https address', `${base}${access}`.replace('https://sso', 'http://sso')],
    ['publicUrl is an origin', `${base}${access}`.replace(':8600', ':8600/below')],
    ['access names no group', base],
    ['there is no setting acess', `${base}${access}\nacess: []`],
    ['access 1: there is no setting team', `${base}access: [{ group: a, role: viewer, team: b }]`],
    ['access 1: role is viewer, responder or admin', `${base}access: [{ group: a, role: root }]`],
    ['access 1: teams is a list', `${base}access: [{ group: a, role: viewer, teams: [] }]`],
    ['an admin is not limited', `${base}access: [{ group: a, role: admin, teams: [b] }]`],
    ['sessionHours is a number', `${base}${access}\nsessionHours: 1e9`],
    ['it holds no settings', '[]'],
  ])('%s', (why, text) => {
    expect(() => readLoginSettings(text, 'oidc.yaml')).toThrow(why);
  });
});

describe('access', () => {
  const name = fc.constantFrom<string>('a', 'b', 'c', '__proto__', 'constructor');
  const grant = fc.record({
    group: name,
    role: fc.constantFrom('viewer' as const, 'admin' as const),
    teams: fc.option(fc.array(name, { minLength: 1, maxLength: 3 })),
  });

  test('never more than some grant of the own groups says', () => {
    fc.assert(
      fc.property(fc.array(name), fc.array(grant, { maxLength: 6 }), (groups, raw) => {
        const grants: readonly Grant[] = raw.map((one) =>
          one.role === 'admin' ? { ...one, teams: null } : one,
        );
        const own = grants.filter(({ group }) => groups.includes(group));
        const given = accessOf(groups, grants);
        if (given === null) return own.length === 0;
        if (given.role === 'admin') return own.some(({ role }) => role === 'admin');
        if (given.teams === null) return own.some(({ teams }) => teams === null);
        return given.teams.every((team) => own.some(({ teams }) => teams?.includes(team)));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test.each<[string, readonly string[], ReturnType<typeof accessOf>]>([
    ['a responder of a team sees no more', ['r', 'v'], { role: 'responder', teams: ['a'] }],
    ['teams of one role are joined', ['r', 'q'], { role: 'responder', teams: ['a', 'b'] }],
    ['without teams it is everything', ['r', 'w'], { role: 'responder', teams: null }],
    ['an admin is an admin', ['r', 'x'], { role: 'admin', teams: null }],
  ])('%s', (_, groups, given) => {
    const grants: readonly Grant[] = [
      { group: 'v', role: 'viewer', teams: null },
      { group: 'r', role: 'responder', teams: ['a'] },
      { group: 'q', role: 'responder', teams: ['b'] },
      { group: 'w', role: 'responder', teams: null },
      { group: 'x', role: 'admin', teams: null },
    ];
    expect(accessOf(groups, grants)).toEqual(given);
  });

  test('claims are found by name, along dots, and never by inheritance', () => {
    expect(claimOf({ 'https://x.example/groups': ['a'] }, 'https://x.example/groups')).toEqual([
      'a',
    ]);
    expect(claimOf({ a: { b: { c: ['x'] } } }, 'a.b.c')).toEqual(['x']);
    expect(claimOf({}, 'constructor')).toBeUndefined();
    expect(claimOf({ a: {} }, 'a.__proto__')).toBeUndefined();
    expect(accessOf(['constructor'], [])).toBeNull();
  });

  test('an address that nobody verified is no name', () => {
    expect(nameOf({ sub: '1', email: 'ann@x', email_verified: false }, 'email')).toBe('1');
    expect(nameOf({ sub: '1', email: 'ann@x' }, 'email')).toBe('ann@x');
    expect(nameOf({ sub: '1' }, 'email')).toBe('1');
  });
});
