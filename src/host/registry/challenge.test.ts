// WWW-Authenticate headers, of real registries and of hostile ones.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChallenge } from './challenge.ts';

const hub =
  'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/debian:pull"';

describe('parseChallenge', () => {
  test('of Docker Hub', () => {
    expect(parseChallenge(hub)).toEqual({
      kind: 'bearer',
      realm: 'https://auth.docker.io/token',
      service: 'registry.docker.io',
      scope: 'repository:library/debian:pull',
    });
  });

  test.each([
    ['Basic realm="x"', 'basic'],
    ['basic', 'basic'],
    ['Basic realm="a, Bearer realm=b"', 'basic'],
    ['Negotiate, Basic realm="x"', 'basic'],
    [`Basic realm="x", ${hub}`, 'bearer'],
    [`${hub}, Basic realm="x"`, 'bearer'],
    ['BEARER  realm = "https://a/t" , service=b', 'bearer'],
    ['Bearer service="x"', undefined],
    ['Bearer', undefined],
    ['Negotiate', undefined],
    ['', undefined],
    [null, undefined],
    [',,,===""', undefined],
  ])('%j is %j', (header, kind) => {
    expect(parseChallenge(header)?.kind).toBe(kind);
  });

  test('escapes, commas and spaces inside quotes', () => {
    const header = String.raw`Bearer realm="https://a/\"t\",x",scope="repository:a:pull,push repository:b:pull"`;
    expect(parseChallenge(header)).toMatchObject({
      realm: 'https://a/"t",x',
      scope: 'repository:a:pull,push repository:b:pull',
    });
  });

  test('a repeated parameter counts once', () => {
    const header = 'Bearer realm="https://good/",realm="https://evil/"';
    expect(parseChallenge(header)).toMatchObject({ realm: 'https://good/' });
  });

  test('any header is answered', () => {
    const piece = fc.constantFrom('Bearer', 'Basic', ' ', ',', '=', '"', '\\', 'realm', 'x', '\t');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const challenge = parseChallenge(pieces.join(''));
        expect([undefined, 'basic', 'bearer']).toContain(challenge?.kind);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
