// Every page of the dashboard in a real browser: it shows its data, complains of nothing, asks nobody
// else, fits narrow and wide, and can be used by everybody.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints, walk } from './accessibility.ts';
import { type Lab, noBrowser, openLab } from './browser.ts';

/** Page, and words that only its data has. */
const pages: readonly (readonly [string, string])[] = [
  ['#/', 'are not all seaworthy'],
  ['#/?view=table', 'shop-api-1'],
  ['#/images', 'search/index:7'],
  ['#/images/sha256%3Aab', 'Layer by layer'],
  ['#/images/sha256%3Aab', 'SLSA provenance'],
  ['#/containers/any', 'not from the image'],
  ['#/exposure', 'pkg:npm/lodash'],
  ['#/exposure?question=CVE-2019-10744', 'containers ran it'],
  ['#/detections', 'Drop and execute new binary'],
  ['#/alerts', 'no route to host'],
  ['#/network', 'talks to the internet'],
  ['#/network?form=matrix', 'Rows talk to columns'],
  ['#/gate', 'expired on 2026-01-31'],
  ['#/audit', 'Privileged containers'],
  ['#/lessons', 'Search lessons'],
  ['#/lessons/drift', 'How an attacker uses it'],
  ['#/nowhere', 'no such page'],
];

describe.skipIf(noBrowser !== null)(`pages (${noBrowser ?? 'in Chromium'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.close());

  const onEach = async (page: Page, check: (hash: string) => Promise<void>): Promise<void> => {
    for (const [hash, words] of pages) {
      await page.evaluate((address) => location.assign(address), hash);
      await page.getByText(words).first().waitFor();
      await check(hash);
    }
  };

  test.each([
    [360, 1, 'dark', true],
    [1440, 1, 'light', true],
    [3840, 1, 'dark', false],
    // 200 % zoom of a usual screen.
    [640, 2, 'light', false],
  ] as const)(
    '%i pixels at %i, %s: every page shows its data and is for everybody',
    async (width, deviceScaleFactor, colorScheme, isAsked) => {
      const viewport = { width, height: 900 };
      const options = { viewport, deviceScaleFactor, colorScheme };
      const { page, faults, close } = await lab.open('#/nowhere', options);
      await onEach(page, async (hash) => {
        if (isAsked) expect(await complaints(page), hash).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, hash).toBeLessThanOrEqual(0);
      });
      expect(faults).toEqual([]);
      await close();
    },
    120_000,
  );

  test('Tab reaches everything on every page, and shows where it is', async () => {
    const { page, close } = await lab.open('#/nowhere');
    await onEach(page, async (hash) => {
      const { missed, unseen } = await walk(page);
      expect({ hash, missed, unseen }).toEqual({ hash, missed: [], unseen: [] });
    });
    await close();
  }, 120_000);

  test('print leaves out what only a screen needs', async () => {
    const { page, close } = await lab.open('#/detections');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect(await page.locator('button').first().isVisible()).toBe(false);
    expect(await page.getByText('Drop and execute new binary').first().isVisible()).toBe(true);
    await close();
  });

  test('the first load has less than 120 kB of gzip script, and none of it inline', () => {
    const html = readFileSync(join(lab.folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|<style|\son\w+=/);
    const scripts = [...html.matchAll(/src="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThan(0);
    const all = readdirSync(join(lab.folder, 'assets')).filter((name) => name.endsWith('.js'));
    // Even with what pages load later.
    const bytes = all.map(
      (name) => gzipSync(readFileSync(join(lab.folder, 'assets', name))).length,
    );
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(120_000);
  });
});
