// The dashboard of a real `up` over a real engine, in a real browser: every page with what this machine
// really runs, for everybody, and without leaking the token. The container's labels mean harm.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RunningUp } from '../e2e/running-up.ts';
import { type NamingLab, namingLabMissing, openNamingLab } from '../naming-lab.ts';
import { loadShellImage } from '../watch-lab.ts';
import { complaints, walk } from './accessibility.ts';
import { type Guest, noBrowser, openBrowser, type TestBrowser } from './browser.ts';
import { harm } from './mock-answers.ts';

const missing = noBrowser ?? (namingLabMissing === '' ? null : `needs ${namingLabMissing}`);
const pollMs = { timeout: 150_000, interval: 200 };
const busyScript =
  'cp /bin/sleep /tmp/.x; /tmp/.x 0.1; cat /etc/shadow >/dev/null; exec sleep 600 # <script>';

describe.skipIf(missing !== null)(`the dashboard of up (${missing ?? 'in Chromium'})`, () => {
  let browser: TestBrowser;
  let lab: NamingLab;
  let up: RunningUp;
  let shell: string;
  let guest: Guest;

  const rows = async (path: string): Promise<readonly Record<string, unknown>[]> =>
    (await up.ask(path))['items'] as readonly Record<string, unknown>[];

  beforeAll(async () => {
    lab = openNamingLab('browser-up');
    shell = `${lab.prefix}-shell:1`;
    loadShellImage(lab.folder, shell);
    up = new RunningUp(['--data', join(lab.folder, 'data')]);
    [browser] = await Promise.all([openBrowser(), up.ready()]);
    const labels = ['--label', `team=${harm}`, '--label', 'application=<script>alert(1)</script>'];
    const about = ['--name', lab.prefix, '--user', '0', '--network', 'none', ...labels];
    await lab.docker('run', '-d', ...about, shell, '/bin/bash', '-c', busyScript);
    const images = (): Promise<readonly Record<string, unknown>[]> =>
      rows(`/api/v1/images?search=${encodeURIComponent(shell)}`);
    await vi.waitUntil(async () => (await images())[0]?.['state'] === 'scanned', pollMs);
    const containers = `/api/v1/containers?name=${lab.prefix}`;
    await vi.waitUntil(async () => (await rows(containers)).length === 1, pollMs);
    guest = await browser.visit(up.link);
  }, 400_000);
  afterAll(async () => {
    await guest?.close();
    await browser?.close();
    await up?.end('SIGKILL');
    lab?.close();
    execFileSync('/usr/bin/docker', ['rmi', '-f', shell], { stdio: 'ignore' });
  }, 60_000);

  /** Every page, and what its data surely has. */
  const pages = async (): Promise<readonly (readonly [string, string | RegExp])[]> => {
    const [image] = await rows(`/api/v1/images?search=${encodeURIComponent(shell)}`);
    const id = encodeURIComponent(String(image?.['id']));
    return [
      ['#/', /seaworthy/],
      ['#/?view=table&find=browser-up', lab.prefix],
      ['#/images', shell],
      [`#/images/${id}`, 'Layer by layer'],
      [`#/containers/${lab.prefix}`, 'What it did'],
      ['#/exposure', 'Who was exposed?'],
      ['#/exposure?question=pkg:deb/debian/none', /known to have run|ran it/],
      ['#/detections', /detected|cause/],
      ['#/alerts', 'Alerts and responses'],
      ['#/network', /Network/],
      ['#/gate', 'Gate'],
      ['#/audit', 'Audit'],
      ['#/lessons', 'Search lessons'],
      ['#/lessons/drift', 'How an attacker uses it'],
      ['#/nowhere', 'no such page'],
    ];
  };

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1440, 'light'],
    [1440, 'dark'],
  ] as const)(
    '%i pixels, %s: no page breaks a rule of WCAG',
    async (width, colorScheme) => {
      const { page } = guest;
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      for (const [hash, words] of await pages()) {
        await page.evaluate((address) => location.assign(address), hash);
        await page.locator('main').getByText(words).first().waitFor();
        expect(await complaints(page), hash).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${hash} runs out of the page`).toBeLessThanOrEqual(0);
      }
    },
    180_000,
  );

  test('Tab reaches everything on each page, and shows where it is', async () => {
    const { page } = guest;
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const [hash, words] of await pages()) {
      await page.evaluate((address) => location.assign(address), hash);
      await page.locator('main').getByText(words).first().waitFor();
      const { missed, unseen } = await walk(page);
      expect({ hash, missed, unseen }).toEqual({ hash, missed: [], unseen: [] });
    }
  }, 180_000);

  test('what the container calls itself is text', async () => {
    const { page } = guest;
    await page.evaluate(() => location.assign('#/'));
    await page.getByText('<script>alert(1)</script>').first().waitFor();
    expect(await page.locator('img, iframe, object, script:not([src])').count()).toBe(0);
    expect(await page.title()).toBe('Seaworthy');
  });

  test('the token stays in its cookie', async () => {
    const { page, faults, asked } = guest;
    const token = new URL(up.link).searchParams.get('token') ?? 'none';
    const held = await page.evaluate(() =>
      [
        location.href,
        document.cookie,
        document.referrer,
        JSON.stringify([localStorage, sessionStorage]),
        document.documentElement.outerHTML,
      ].join('\n'),
    );
    expect(held).not.toContain(token);
    // Only the link itself had it; no question did, and no answer told it.
    expect(asked.filter((url) => url.includes(token))).toEqual([up.link]);
    const told = up.output.replaceAll(up.link, '');
    expect(told).not.toContain(token);
    const changes = join(lab.folder, 'data', 'changes.jsonl');
    await up.ask('/api/v1/audit/run', {});
    expect(readFileSync(changes, 'utf8')).toContain('/api/v1/audit/run');
    expect(readFileSync(changes, 'utf8')).not.toContain(token);
    expect(faults).toEqual([]);
  });

  test('what happens appears without being asked for', async () => {
    const { page } = guest;
    await page.evaluate(() => location.assign('#/?view=table'));
    await page.getByText('live', { exact: true }).waitFor();
    const name = `${lab.prefix}-late`;
    await lab.docker(
      'run',
      '--rm',
      '--name',
      name,
      '--network',
      'none',
      shell,
      '/bin/bash',
      '-c',
      'true',
    );
    const link = page.getByRole('link', { name, exact: true });
    await link.waitFor({ timeout: 60_000 });
    expect(await link.getAttribute('href')).toContain('#/containers/');
  });
});
