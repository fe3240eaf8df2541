// ID tokens that do not hold, from a provider that says whatever the test wants; keys that rotate.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoginLab, loginLab } from '../../../test/login-lab.ts';
import {
  Browser,
  base64url,
  clientSecret,
  type LabProvider,
  type Script,
  scriptedProvider,
  signed,
  signingKey,
} from '../../../test/oidc-lab.ts';

const key = signingKey('k1', 'RS256');
const script: Script = { keys: [key], idToken: '', userInfo: null, exchanged: [] };
let lab: LoginLab;
let provider: LabProvider;

beforeAll(async () => {
  lab = await loginLab();
  provider = await scriptedProvider(script);
});
beforeEach(() => {
  script.keys = [key];
  script.userInfo = null;
  lab.use(provider.issuer, 'access: [{ group: staff, role: viewer }]');
});
afterAll(async () => {
  await provider.close();
  await lab.close();
});

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly nonce: string;
  readonly groups: readonly string[];
}

/** One whole login; `token` makes what the provider gives. @returns the status of the callback */
async function loginWith(token: (claims: Claims) => string): Promise<number> {
  const browser = new Browser();
  const { headers } = await browser.ask(`${lab.first}/login`);
  const asked = new URL(headers.location ?? '').searchParams;
  expect(asked.get('code_challenge_method')).toBe('S256');
  const now = Math.floor(Date.now() / 1000);
  script.idToken = token({
    iss: provider.issuer,
    sub: 'ann',
    aud: 'seaworthy',
    exp: now + 300,
    iat: now,
    nonce: asked.get('nonce') ?? '',
    groups: ['staff'],
  });
  const callback = new URL('/login/callback', lab.first);
  callback.searchParams.set('state', asked.get('state') ?? '');
  callback.searchParams.set('code', 'a-code');
  return (await browser.ask(callback)).status;
}

describe('tokens that hold', () => {
  test.each(['RS256', 'ES256', 'EdDSA'] as const)('%s', async (algorithm) => {
    const own = signingKey('own', algorithm);
    script.keys = [key, own];
    expect(await loginWith((claims) => signed(own, claims))).toBe(303);
    const sent = script.exchanged.at(-1);
    expect(sent?.get('code_verifier')).toMatch(/^[\w-]{43,128}$/);
    expect(sent?.get('redirect_uri')).toBe(`${lab.first}/login/callback`);
  });

  test('a rotated key is found at the next login; the old one is good no more', async () => {
    expect(await loginWith((claims) => signed(key, claims))).toBe(303);
    const next = signingKey('k2', 'RS256');
    script.keys = [next];
    expect(await loginWith((claims) => signed(next, claims))).toBe(303);
    expect(await loginWith((claims) => signed(key, claims))).toBe(401);
  });

  test('groups from the user info, of the same subject alone', async () => {
    script.userInfo = { sub: 'ann', groups: ['staff'] };
    lab.use(provider.issuer, 'access: [{ group: staff, role: viewer }]');
    const bare = (claims: Claims): string => signed(key, { ...claims, groups: undefined });
    expect(await loginWith(bare)).toBe(303);
    script.userInfo = { sub: 'bob', groups: ['staff'] };
    expect(await loginWith(bare)).toBe(401);
  });

  test('groups that are nested, as some providers do', async () => {
    lab.use(
      provider.issuer,
      'groupsClaim: realm_access.roles\naccess: [{ group: staff, role: viewer }]',
    );
    const nested = (claims: Claims): string =>
      signed(key, { ...claims, groups: [], realm_access: { roles: ['staff'] } });
    expect(await loginWith(nested)).toBe(303);
    expect(await loginWith((claims) => signed(key, claims))).toBe(403);
  });
});

describe('tokens that do not hold', () => {
  const stranger = signingKey('k1', 'RS256');
  const hmac = (claims: Claims, secret: string | Buffer): string => {
    const parts = [{ alg: 'HS256' }, claims].map((part) => base64url(JSON.stringify(part)));
    const text = parts.join('.');
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const table: readonly (readonly [string, (claims: Claims) => string])[] = [
    ['for another audience', (claims) => signed(key, { ...claims, aud: 'other' })],
    [
      'for others too, by another party',
      (claims) => signed(key, { ...claims, aud: ['seaworthy', 'other'], azp: 'other' }),
    ],
    ['of another issuer', (claims) => signed(key, { ...claims, iss: 'https://evil.example' })],
    ['expired', (claims) => signed(key, { ...claims, exp: claims.iat - 120 })],
    ['without an end', (claims) => signed(key, { ...claims, exp: undefined })],
    ['not valid yet', (claims) => signed(key, { ...claims, nbf: claims.iat + 600 })],
    ['of another login', (claims) => signed(key, { ...claims, nonce: 'other' })],
    ['without a nonce', (claims) => signed(key, { ...claims, nonce: undefined })],
    ['without a subject', (claims) => signed(key, { ...claims, sub: undefined })],
    ['signed by a stranger', (claims) => signed(stranger, claims)],
    ['signed by an unknown key', (claims) => signed(stranger, claims, { kid: 'k9' })],
    [
      'changed afterwards',
      (claims) => {
        const [head, , mark] = signed(key, claims).split('.');
        return [head, base64url(JSON.stringify({ ...claims, sub: 'bob' })), mark].join('.');
      },
    ],
    [
      'not signed: alg none',
      (claims) => `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(claims))}.`,
    ],
    ['alg none with a signature', (claims) => signed(key, claims, { alg: 'none' })],
    ['signed with the secret of the client', (claims) => hmac(claims, clientSecret)],
    [
      'signed with the public key as a secret',
      (claims) => hmac(claims, JSON.stringify(key.publicJwk)),
    ],
    ['with a demand that nobody knows', (claims) => signed(key, claims, { crit: ['exp'], exp: 1 })],
    [
      'with a key of its own',
      (claims) => signed(stranger, claims, { jwk: stranger.publicJwk, kid: undefined }),
    ],
    ['of another algorithm than its key', (claims) => signed(key, claims, { alg: 'ES256' })],
    ['no token', () => 'x'],
    ['no token at all', () => ''],
  ];
  test.each(table)('%s', async (_, token) => {
    expect(await loginWith(token)).toBe(401);
  });
});
