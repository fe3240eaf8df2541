// People who log in at a certified provider on loopback, at two replicas of a server; and those who
// only wish they could.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoginLab, loginLab } from '../../../test/login-lab.ts';
import {
  Browser,
  certifiedProvider,
  type LabProvider,
  type Person,
} from '../../../test/oidc-lab.ts';
import { fleetBatch, fleetRun } from '../../../test/sample-fleet.ts';

const people = new Map<string, Person>([
  ['1', { email: 'ann@shop.example', groups: ['developers', 'platform'] }],
  ['2', { email: 'bea@shop.example', groups: ['checkout-team'] }],
  ['3', { email: 'eve@shop.example', groups: ['visitors'] }],
  ['4', { email: '<img src=x onerror=alert(1)>@x', groups: ['platform'] }],
]);
let lab: LoginLab;
let provider: LabProvider;
let who = '1';

const settings = `
scopes: [email, groups]
access:
  - { group: platform, role: admin }
  - { group: checkout-team, role: viewer, teams: [checkout] }
`;

beforeAll(async () => {
  lab = await loginLab();
  const redirect = `${lab.first}/login/callback`;
  provider = await certifiedProvider({ redirect, people, who: () => who });
  await lab.store.admit({ id: 'a', node: 'n' });
  const other = { ...fleetRun('db').workload, team: 'data' };
  await lab.store.ingest([
    fleetBatch('a', 0, [fleetRun('web'), { ...fleetRun('db'), workload: other }]),
  ]);
});
beforeEach(() => lab.use(provider.issuer, settings));
afterAll(async () => {
  await provider.close();
  await lab.close();
});

/** Ends before the callback, so that tests can do something else with it. */
async function upToCallback(browser: Browser, path = '/login'): Promise<URL> {
  const { next } = await browser.follow(`${lab.first}${path}`, ({ pathname }) =>
    pathname.startsWith('/login/callback'),
  );
  if (next === null) throw new Error('the provider did not send the browser back');
  return next;
}

async function loggedIn(subject: string): Promise<Browser> {
  who = subject;
  const browser = new Browser();
  const { status, at } = await browser.follow(`${lab.first}/login`);
  expect([status, at.href]).toEqual([200, `${lab.first}/`]);
  return browser;
}

describe('logging in', () => {
  test('an admin comes in by group, at both replicas, and goes out at both', async () => {
    const browser = await loggedIn('1');
    const page = await browser.ask(`${lab.first}/`);
    expect(page.text).toContain('You are ann@shop.example: admin, until');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const session = browser.cookies.get(new URL(lab.first).host) ?? new Map<string, string>();
    const cookie = [...session].map(([name, value]) => `${name}=${value}`).join('; ');
    const stranger = new Browser();
    const atSecond = (): Promise<{ status: number }> =>
      stranger.ask(`${lab.second}/api/v1/agents`, { headers: { cookie } });
    expect((await browser.ask(`${lab.first}/api/v1/agents`)).status).toBe(200);
    expect((await atSecond()).status).toBe(200);
    const origin = lab.first;
    const out = await browser.ask(`${lab.first}/logout`, { method: 'POST', headers: { origin } });
    expect([out.status, out.headers.location]).toEqual([303, `${lab.first}/`]);
    expect((await atSecond()).status).toBe(401);
    expect((await browser.ask(`${lab.first}/`)).text).toContain('You are not logged in');
  });

  test('what one replica began another one ends', async () => {
    who = '1';
    const browser = new Browser();
    const callback = await upToCallback(browser);
    const cookies = browser.cookies.get(new URL(lab.first).host) ?? new Map<string, string>();
    browser.cookies.set(new URL(lab.second).host, cookies);
    const answer = await browser.ask(`${lab.second}${callback.pathname}${callback.search}`);
    expect([answer.status, answer.headers.location]).toEqual([303, `${lab.first}/`]);
  });

  test('a team sees its own; whole pages and changes are refused', async () => {
    const browser = await loggedIn('2');
    const containers = await browser.ask(`${lab.first}/api/v1/containers`);
    const { items } = JSON.parse(containers.text) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual([fleetRun('web').name]);
    const headers = { origin: lab.first };
    const table: readonly (readonly [string, string, number])[] = [
      ['GET', '/api/v1/containers?team=data', 200],
      ['GET', '/api/v1/counts', 403],
      ['GET', '/api/v1/agents', 403],
      ['GET', '/metrics', 403],
      ['POST', '/api/v1/agents/a/revoke', 403],
      ['POST', '/api/v1/ingest', 401],
    ];
    for (const [method, path, status] of table) {
      const answer = await browser.ask(`${lab.first}${path}`, { method, headers });
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.text).not.toContain('"team":"data"');
    }
  });

  test('nobody enters without a group that may; the name is told as text', async () => {
    who = '3';
    const browser = new Browser();
    const refused = await browser.follow(`${lab.first}/login`);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('You are eve@shop.example, but none of your groups');
    expect((await browser.ask(`${lab.first}/api/v1/agents`)).status).toBe(401);
    const page = await (await loggedIn('4')).ask(`${lab.first}/`);
    expect(page.text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page.text).not.toContain('<img');
  });

  test('a session ends by time', async () => {
    lab.use(provider.issuer, `${settings}sessionHours: 0.0000001`);
    who = '1';
    const browser = new Browser();
    const { text } = await browser.follow(`${lab.first}/login`);
    expect(text).toContain('You are not logged in');
  });

  test('cookies are for this host alone, and out of reach of scripts', async () => {
    who = '1';
    const browser = new Browser();
    const first = await browser.ask(`${lab.first}/login`);
    const second = await browser.ask(await upToCallback(browser));
    for (const answer of [first, second]) {
      const [line = ''] = answer.headers['set-cookie'] ?? [];
      expect(line).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
      expect(line).not.toContain('Domain');
    }
  });
});

describe('who should not come in', () => {
  test('a callback is good once, for the browser that began', async () => {
    who = '1';
    const ann = new Browser();
    const callback = await upToCallback(ann);
    const thief = new Browser();
    expect((await thief.ask(callback)).status).toBe(400);
    await upToCallback(thief);
    expect((await thief.ask(callback)).status).toBe(400);
    expect((await ann.ask(callback)).status).toBe(303);
    expect((await ann.ask(callback)).status).toBe(400);
  });

  test('a code of one login is of no use in another one', async () => {
    who = '1';
    const ann = new Browser();
    const callback = await upToCallback(ann);
    const eve = new Browser();
    const own = await upToCallback(eve);
    own.searchParams.set('code', callback.searchParams.get('code') ?? '');
    // Its verifier is another one: PKCE.
    expect((await eve.ask(own)).status).toBe(401);
    expect((await ann.ask(callback)).status).toBe(303);
    // And now the code is spent as well.
    const again = await upToCallback(eve);
    again.searchParams.set('code', callback.searchParams.get('code') ?? '');
    expect((await eve.ask(again)).status).toBe(401);
  });

  test('an answer in the name of another provider, an error, nothing at all', async () => {
    who = '1';
    const changes: readonly ((url: URL) => void)[] = [
      (url) => url.searchParams.set('iss', 'https://evil.example'),
      (url) => url.searchParams.delete('code'),
      (url) => {
        url.searchParams.delete('code');
        url.searchParams.set('error', 'access_denied');
      },
      (url) => url.searchParams.append('code', 'second'),
    ];
    for (const change of changes) {
      const browser = new Browser();
      const callback = await upToCallback(browser);
      change(callback);
      const answer = await browser.ask(callback);
      expect(answer.status).toBe(401);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const browser = new Browser();
    expect((await browser.ask(`${lab.first}/login/callback`)).status).toBe(400);
    expect((await browser.ask(`${lab.first}/login/callback?state=x&code=y`)).status).toBe(400);
  });

  test('nowhere else than here after a login', async () => {
    who = '1';
    const table: readonly (readonly [string, string])[] = [
      ['/api/v1/network?since=3h', '/api/v1/network?since=3h'],
      ['https://evil.example/', '/'],
      ['//evil.example/', '/'],
      ['/\\evil.example', '/'],
      ['/\t/evil.example', '/'],
      ['/.//evil.example', '//evil.example'],
      ['javascript:alert(1)', '/'],
      ['@evil.example', '/'],
      ['/login', '/'],
      ['/x\r\nset-cookie: a=b', '/xset-cookie:%20a=b'],
    ];
    for (const [asked, goal] of table) {
      const browser = new Browser();
      const path = `/login?return=${encodeURIComponent(asked)}`;
      const { headers } = await browser.ask(await upToCallback(browser, path));
      expect([asked, headers.location]).toEqual([asked, `${lab.first}${goal}`]);
      expect(headers['set-cookie']).toHaveLength(1);
    }
  });

  test('pages of other sites make the browser ask in vain', async () => {
    const browser = await loggedIn('1');
    const evil = 'https://evil.example';
    const table: readonly (readonly [string, string, Record<string, string>, number])[] = [
      ['GET', '/api/v1/agents', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
      ['GET', '/api/v1/agents', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403],
      ['GET', '/api/v1/agents', { origin: evil }, 403],
      ['GET', '/api/v1/agents', { 'sec-fetch-site': 'same-origin' }, 200],
      ['POST', '/api/v1/agents/nobody/revoke', {}, 403],
      ['POST', '/api/v1/agents/nobody/revoke', { origin: evil }, 403],
      ['POST', '/api/v1/agents/nobody/revoke', { origin: 'null' }, 403],
      ['POST', '/logout', {}, 403],
      ['POST', '/logout', { origin: evil }, 403],
      ['GET', '/logout', {}, 404],
      ['POST', '/api/v1/agents/nobody/revoke', { origin: lab.first }, 404],
    ];
    for (const [method, path, headers, status] of table) {
      const answer = await browser.ask(`${lab.first}${path}`, { method, headers });
      expect([method, path, headers, answer.status]).toEqual([method, path, headers, status]);
    }
  });

  test('a provider that is away is told, and nothing else stops', async () => {
    lab.use('http://127.0.0.1:9', settings);
    const answer = await new Browser().ask(`${lab.first}/login`);
    expect([answer.status, answer.headers['set-cookie']]).toEqual([502, undefined]);
    expect((await new Browser().ask(`${lab.first}/healthz`)).status).toBe(200);
  });

  test('no code, token or cookie was told to anybody', () => {
    expect(lab.warnings.length).toBeGreaterThan(5);
    expect(lab.warnings.join('\n')).not.toMatch(/code=|sw[bct]_|eyJ|Bearer/);
  });
});
