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

/** A page, and everything that should not have happened on it. */
export interface Guest {
  readonly page: Page;
  /** Errors of the page and of its console, and requests to other hosts. */
  readonly faults: readonly string[];
  /** Addresses that it asked. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  readonly prepare?: (page: Page) => Promise<void>;
}

export interface TestBrowser {
  /**
   * Opens an address in a profile of its own, waits until the page has said something. `prepare` is done to
   * the page before it goes there.
   */
  readonly visit: (address: string, options?: VisitOptions) => Promise<Guest>;
  /** A page in a profile of its own that has gone nowhere yet. */
  readonly newPage: () => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** Chromium without a window; `words` are further flags of it. */
export async function openBrowser(words: readonly string[] = []): Promise<TestBrowser> {
  if (program === undefined) throw new Error('Chromium is missing: install the package chromium');
  const args = ['--no-sandbox', ...words];
  const browser = await chromium.launch({ executablePath: program, args });
  return {
    visit: async (address, { prepare, ...options } = {}) => {
      const guest = await open(browser, new URL(address).origin, options);
      await prepare?.(guest.page);
      await guest.page.goto(address);
      await guest.page.locator('main :is(h1, h2, [role=alert])').first().waitFor();
      return guest;
    },
    newPage: () => browser.newPage(),
    close: () => browser.close(),
  };
}

export interface Opened extends Guest {
  readonly server: MockServer;
}

export interface Lab {
  readonly folder: string;
  /** Opens `hash` of a fresh server with made-up answers. */
  readonly open: (
    hash: string,
    options?: BrowserContextOptions & { readonly variant?: Variant },
  ) => Promise<Opened>;
  readonly close: () => Promise<void>;
}

/** A browser and a built dashboard. */
export async function openLab(): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-ui-'));
  const [browser] = await Promise.all([openBrowser(), buildUi(folder)]);
  return {
    folder,
    open: async (hash, { variant = 'usual', ...options } = {}) => {
      const server = await startMock(folder, variant);
      const guest = await browser.visit(`${server.address}/${hash}`, options);
      const close = async (): Promise<void> => {
        await guest.close();
        await server.close();
      };
      return { ...guest, server, close };
    },
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function open(
  browser: Browser,
  own: string,
  options: BrowserContextOptions = {},
): Promise<Guest> {
  const page = await browser.newPage(options);
  const faults: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    asked.push(request.url());
    if (!request.url().startsWith(own)) faults.push(`asks ${request.url()}`);
  });
  return { page, faults, asked, close: () => page.close() };
}
