// The browser of the tests: the installed Chromium, driven without a download, and a page that keeps
// count of everything that should not happen.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { buildUi } from '../../tools/build/ui.ts';
import { type MockServer, startMock, type Variant } from './mock-server.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** Null: it is there, or its absence is a failure here. */
export const noBrowser =
  program === undefined && process.env['SEAWORTHY_CI'] !== '1' ? 'no Chromium here' : null;

export interface Opened {
  readonly page: Page;
  readonly server: MockServer;
  /** Errors of the page and of its console, and requests to other hosts. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

export interface Lab {
  readonly folder: string;
  /** Opens `hash` of a fresh server, waits until the page has said something. */
  readonly open: (
    hash: string,
    options?: BrowserContextOptions & { readonly variant?: Variant },
  ) => Promise<Opened>;
  readonly close: () => Promise<void>;
}

/** A browser and a built dashboard. */
export async function openLab(): Promise<Lab> {
  if (program === undefined) throw new Error('Chromium is missing: install the package chromium');
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-ui-'));
  const [browser] = await Promise.all([
    chromium.launch({ executablePath: program, args: ['--no-sandbox'] }),
    buildUi(folder),
  ]);
  return {
    folder,
    open: (hash, options = {}) => open(browser, folder, { hash, ...options }),
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function open(
  browser: Browser,
  folder: string,
  options: BrowserContextOptions & { readonly hash: string; readonly variant?: Variant },
): Promise<Opened> {
  const { hash, variant = 'usual', ...context } = options;
  const server = await startMock(folder, variant);
  const page = await browser.newPage(context);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.address)) faults.push(`asks ${request.url()}`);
  });
  await page.goto(`${server.address}/${hash}`);
  await page.locator('main :is(h1, h2, [role=alert])').first().waitFor();
  return {
    page,
    server,
    faults,
    close: async () => {
      await page.close();
      await server.close();
    },
  };
}
