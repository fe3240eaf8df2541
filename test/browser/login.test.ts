// People of a fleet in a real browser: the login at a certified provider of another site, the cookie, what
// each role may, and the way out.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoginLab, loginLab } from '../login-lab.ts';
import { Browser, certifiedProvider, type LabProvider, type Person } from '../oidc-lab.ts';
import { fleetBatch, fleetRun } from '../sample-fleet.ts';
import { type Guest, noBrowser, openBrowser, type TestBrowser } from './browser.ts';

const people = new Map<string, Person>([
  ['1', { email: 'ann@shop.example', groups: ['developers', 'platform'] }],
  ['2', { email: 'bea@shop.example', groups: ['checkout-team'] }],
  ['3', { email: 'eve@shop.example', groups: ['visitors'] }],
  ['4', { email: '<img src=x onerror=alert(1)>@x', groups: ['platform'] }],
]);
const settings = `
scopes: [email, groups]
access:
  - { group: platform, role: admin }
  - { group: checkout-team, role: viewer, teams: [checkout] }
`;

describe.skipIf(noBrowser !== null)(`logins (${noBrowser ?? 'in Chromium'})`, () => {
  let browser: TestBrowser;
  let lab: LoginLab;
  let provider: LabProvider;
  let who = '1';

  beforeAll(async () => {
    [browser, lab] = await Promise.all([openBrowser(), loginLab()]);
    const redirect = `${lab.first}/login/callback`;
    provider = await certifiedProvider({ redirect, people, who: () => who, host: 'localhost' });
    await lab.store.admit({ id: 'a', node: 'n' });
    await lab.store.ingest([fleetBatch('a', 0, [fleetRun('web')])]);
    lab.use(provider.issuer, settings);
  });
  beforeEach(() => {
    lab.use(provider.issuer, settings);
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.close();
    await lab?.close();
  });

  /** Comes as a stranger and presses what the first page offers. */
  const loggedIn = async (subject: string): Promise<Guest> => {
    who = subject;
    const guest = await browser.visit(`${lab.first}/`);
    await guest.page.getByRole('link', { name: 'Log in' }).click();
    await guest.page.waitForURL(`${lab.first}/**`);
    return guest;
  };
  /** What is answered to somebody with the cookies of this browser. */
  const statusOf = async (
    { page }: Pick<Guest, 'page'>,
    path: string,
    method = 'GET',
  ): Promise<number> => {
    const headers = { origin: lab.first };
    return (await page.context().request.fetch(lab.first + path, { method, headers })).status();
  };

  test('an admin comes in by the provider of another site, and goes out for good', async () => {
    const { page, asked, close } = await loggedIn('1');
    await page.getByText('ann@shop.example').first().waitFor();
    expect(asked.some((url) => url.startsWith(provider.issuer))).toBe(true);
    expect(page.url()).not.toMatch(/code=|state=/);
    const cookies = await page.context().cookies(lab.first);
    const session = cookies.find(({ name }) => name === 'seaworthy-session');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(await page.evaluate(() => document.cookie)).not.toContain('seaworthy');
    expect(await statusOf({ page }, '/api/v1/agents')).toBe(200);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    expect(await statusOf({ page }, '/api/v1/agents')).toBe(401);
    // The cookie of before opens nothing any more.
    await page.context().addCookies(cookies);
    expect(await statusOf({ page }, '/api/v1/agents')).toBe(401);
    await close();
  });

  test('the group decides: a viewer of a team reads its own and changes nothing', async () => {
    const guest = await loggedIn('2');
    await guest.page.getByText('bea@shop.example').first().waitFor();
    expect(await statusOf(guest, '/api/v1/containers')).toBe(200);
    expect(await statusOf(guest, '/api/v1/agents')).toBe(403);
    expect(await statusOf(guest, '/api/v1/agents/a/revoke', 'POST')).toBe(403);
    await guest.close();
  });

  test('who has no group that may enter is told so, and is nobody', async () => {
    const guest = await loggedIn('3');
    await guest.page.getByText('none of your groups').waitFor();
    expect(await statusOf(guest, '/api/v1/agents')).toBe(401);
    await guest.close();
  });

  test('a name that means harm is text', async () => {
    const guest = await loggedIn('4');
    await guest.page.getByText('<img src=x onerror=alert(1)>@x').first().waitFor();
    expect(await guest.page.locator('img').count()).toBe(0);
    await guest.close();
  });

  test('a login that somebody else began is not taken over', async () => {
    who = '1';
    const thief = new Browser();
    const { next } = await thief.follow(`${lab.first}/login`, ({ pathname }) =>
      pathname.startsWith('/login/callback'),
    );
    if (next === null) throw new Error('the provider did not send the browser back');
    // What he began in his browser, she is made to end in hers.
    const victim = await browser.visit(`${lab.first}/`);
    await victim.page.goto(next.href);
    await victim.page.getByText('was not begun here').waitFor();
    expect(await statusOf(victim, '/api/v1/agents')).toBe(401);
    await victim.close();
  });
});
