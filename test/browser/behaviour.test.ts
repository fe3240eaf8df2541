// What the dashboard does: keys, live events, states without data, very much data, names that mean harm.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints } from './accessibility.ts';
import { type Lab, noBrowser, openLab } from './browser.ts';
import { containerOf } from './mock-answers.ts';

describe.skipIf(noBrowser !== null)(`behaviour (${noBrowser ?? 'in Chromium'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.close());

  test('the keyboard reaches everything on the harbour', async () => {
    const { page, close } = await lab.open('#/');
    await page.locator('.tile').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
    await page.keyboard.type('index');
    await page.getByText('2 containers').waitFor();
    await page.locator('.tile').first().focus();
    const name = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
    const first = await name();
    expect(first).toMatch(/^[CF] index-\d, search\/index:7, running for .*, grade [CF]/);
    expect(await page.locator('.card').isVisible()).toBe(true);
    await page.keyboard.press('ArrowRight');
    expect(await name()).not.toBe(first);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What it did' }).waitFor();
    expect(page.url()).toContain('#/containers/');
    await close();
  });

  test('g and a digit go to a page, ? lists the keys', async () => {
    const { page, close } = await lab.open('#/');
    await page.keyboard.press('g');
    await page.keyboard.press('4');
    await page.getByRole('heading', { name: 'Detections' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await close();
  });

  test('the process tree follows the cursor of the axis', async () => {
    const { page, close } = await lab.open('#/containers/any');
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('End');
    await page.getByText('1 of 3 ran at the cursor').waitFor();
    await page.getByRole('treeitem').nth(2).click();
    await page.getByText('3 of 3 ran at the cursor').waitFor();
    await slider.focus();
    // At the cursor, where the third one begins.
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('+');
    expect(await page.locator('.of-process .tick').count()).toBe(1);
    await page.keyboard.press('0');
    expect(await page.locator('.of-process .tick').count()).toBe(3);
    const track = await page.locator('.of-process').boundingBox();
    if (track === null) throw new Error('there is no lane');
    // The second one begins after 13 % of this life.
    await page.mouse.move(track.x + track.width * 0.12, track.y + 5);
    await page.mouse.down();
    await page.mouse.move(track.x + track.width * 0.15, track.y + 5, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => page.locator('.of-process .tick').count()).toBe(1);
    const files = page.locator('a[download]');
    expect(await files.allTextContents()).toEqual(['JSON', '.scap']);
    expect(await files.last().getAttribute('href')).toBe('./api/v1/containers/any/capture');
    await close();
  });

  test('an action by hand is asked twice and told', async () => {
    const { page, close } = await lab.open('#/containers/shop-api-2');
    await page.getByRole('button', { name: 'Pause it' }).click();
    await page.getByRole('button', { name: 'No', exact: true }).click();
    expect(await page.getByText('paused by its engine').count()).toBe(1);
    await page.getByRole('button', { name: 'Pause it' }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await expect.poll(() => page.getByText('paused by its engine').count()).toBe(2);
    await close();
  });

  test('alerts are tested, detections have an exception to copy', async () => {
    const { page, close } = await lab.open('#/alerts');
    await page.getByRole('button', { name: 'Send a test message' }).click();
    await page.getByText('it did not arrive: no route to host').waitFor();
    await page.evaluate(() => location.assign('#/detections'));
    await page.locator('.detection summary').first().click();
    await page.getByRole('button', { name: 'Copy the exception' }).waitFor();
    expect(await page.locator('.chain li').count()).toBe(4);
    await close();
  });

  test('a line of the network shows its flows', async () => {
    const { page, close } = await lab.open('#/network');
    const line = page.locator('.corridor').last();
    await line.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show all flows' }).waitFor();
    expect(await line.getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('tbody tr').count()).toBeLessThan(12);
    await close();
  });

  test('an event changes the page in place, and a broken stream is taken up again', async () => {
    const { page, server, close } = await lab.open('#/');
    await page.getByText('23 containers').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    const fresh = containerOf(new Date(), { name: 'just-born', agoMs: 1000 });
    server.push('container', fresh);
    await page.getByText('24 containers').waitFor();
    server.push('container', { ...fresh, running: false, endedAt: new Date().toISOString() });
    await page.getByLabel(/^B just-born, .* ran for/).waitFor();
    server.push('progress', { step: 'scan', name: 'shop/api', waiting: 3, running: 1, done: 4 });
    await page.getByText('Scanning shop/api').waitFor();
    server.push('progress', { step: 'idle', waiting: 0, running: 0, done: 8 });
    await page.getByText('Scanning shop/api').waitFor({ state: 'detached' });
    server.push('detection', {
      containerId: fresh.id,
      detection: { rule: 'Terminal shell in container' },
    });
    await page.getByText('Detected: Terminal shell').waitFor({ state: 'attached' });
    server.breakStreams();
    await page.getByText('live', { exact: true }).waitFor();
    await expect.poll(() => server.resumedFrom()).toBe('5');
    await close();
  });

  test('a flood of events leaves the page usable', async () => {
    const { page, server, close } = await lab.open('#/');
    await page.getByText('23 containers').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    for (let index = 0; index < 3000; index += 1) {
      server.push(
        'container',
        containerOf(new Date(), { name: `flood-${index % 500}`, agoMs: 1000 }),
      );
    }
    await page.getByText('523 containers').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('8');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    expect(await page.locator('main').isVisible()).toBe(true);
    await close();
  });

  test('ten thousand containers: all are held, few are drawn', async () => {
    const { page, faults, close } = await lab.open('#/', { variant: 'huge' });
    await page.getByText('10,000 containers').waitFor();
    expect(await page.locator('.tile').count()).toBeLessThan(4000);
    await page.getByText('not drawn').first().waitFor();
    await page.getByRole('searchbox').fill('run-9999');
    await page.getByText(/^1 container;/).waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Show 100 more containers' }).waitFor();
    expect(await page.locator('.rows tbody tr').count()).toBe(100);
    expect(faults).toEqual([]);
    await close();
  });

  const move = (page: Page, hash: string): Promise<void> =>
    page.evaluate((address) => location.assign(address), hash);

  test('without data every page says how to go on, and is for everybody', async () => {
    const { page, faults, close } = await lab.open('#/nowhere', { variant: 'empty' });
    for (const name of [
      '',
      'images',
      'detections',
      'alerts',
      'network',
      'gate',
      'audit',
      'lessons',
    ]) {
      await move(page, `#/${name}`);
      await page.locator('.is-empty').first().waitFor();
      expect(await complaints(page), name).toEqual([]);
    }
    expect(faults).toEqual([]);
    await close();
  }, 120_000);

  test('what is remembered is told as such, until what runs is known', async () => {
    const { page, asked, close } = await lab.open('#/', { variant: 'starting' });
    await page.getByText(/^As it was .* What runs now is not read yet\.$/).waitFor();
    expect(await complaints(page)).toEqual([]);
    const lists = (): number => asked.filter((url) => url.includes('/containers?')).length;
    await page.locator('.is-remembered').waitFor({ state: 'detached' });
    // Once at the beginning, and once more when they are not what they were.
    await expect.poll(lists, { timeout: 30_000 }).toBe(2);
    await close();
  });

  test('while an answer is awaited its place is shown', async () => {
    const { page, close } = await lab.open('#/nowhere');
    await page.route('**/api/v1/audit', () => undefined);
    await move(page, '#/audit');
    await page.getByText('Loading the audits').waitFor();
    expect(await complaints(page)).toEqual([]);
    await close();
  });

  test('a failing server is told with its advice, and can be asked again', async () => {
    const { page, close } = await lab.open('#/images', { variant: 'failing' });
    await page.getByText('The record is locked.').waitFor();
    expect(await page.locator('main code').first().textContent()).toBe('seaworthy up');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await close();
  });

  test('a container that nobody knows is said to be none, as a heading', async () => {
    const { page, close } = await lab.open('#/containers/nope', { variant: 'failing' });
    expect(await page.locator('h1').textContent()).toBe('The record is locked.');
    await close();
  });

  test('without a token the page says where to find it', async () => {
    const { page, close } = await lab.open('#/', { variant: 'locked' });
    const alert = page.getByRole('alert').first();
    await alert.waitFor();
    expect(await alert.textContent()).toContain('Open the link');
    await close();
  });

  test('names that mean harm are text on every page', async () => {
    const { page, faults, close } = await lab.open('#/nowhere', { variant: 'hostile' });
    for (const hash of [
      '#/',
      '#/?view=table',
      '#/images',
      '#/images/x',
      '#/containers/x',
      '#/exposure?question=<img src=x onerror=document.title=1>',
      '#/detections',
      '#/alerts',
      '#/network',
      '#/network?form=matrix',
      '#/gate',
      '#/audit',
      '#/<img src=x onerror=document.title=1>',
    ]) {
      await move(page, hash);
      await page.waitForLoadState('networkidle').catch(() => undefined);
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true;
      });
      expect(await page.locator('img, iframe, script:not([src]), object').count(), hash).toBe(0);
      expect(await page.title()).toBe('Seaworthy');
      const links = await page.evaluate(() =>
        [...document.querySelectorAll('a')].map(
          (one) => new URL(one.getAttribute('href') ?? '', location.href).protocol,
        ),
      );
      expect(links.filter((protocol) => !/^https?:$/.test(protocol))).toEqual([]);
      expect(await complaints(page), hash).toEqual([]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over, hash).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
    await close();
  }, 120_000);
});
