// Pages of others that want something of a dashboard which is open in the same browser, and text that
// wants to be script: played in Chromium against the real server, whose cookie the browser holds.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildUi } from '../../tools/build/ui.ts';
import { openServerLab, type ServerLab } from '../server-lab.ts';
import { noBrowser, openBrowser, type TestBrowser } from './browser.ts';

interface Stranger {
  readonly port: number;
  /** Paths that browsers asked it for. */
  readonly asked: string[];
  readonly close: () => void;
}

/** Serves an empty page, and keeps what it is asked. */
async function openStranger(): Promise<Stranger> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>stranger</title><main><h1>Win a ship</h1></main>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, asked, close };
}

/** Everything that a page of another origin can try; runs inside of it. Gives what it could read. */
async function attack(target: string): Promise<readonly string[]> {
  const won: string[] = [];
  const credentials = 'include';
  const read = async (name: string, path: string, init: RequestInit): Promise<void> => {
    try {
      const answer = await fetch(target + path, { credentials, ...init });
      if (answer.type !== 'opaque') won.push(`${name} was answered with ${answer.status}`);
    } catch {
      // The browser gave nothing away.
    }
  };
  const body = '{"action":"kill"}';
  const json = { 'content-type': 'application/json' };
  await read('a question', '/api/v1/containers', {});
  await read('figures', '/metrics', {});
  await read('a change', '/api/v1/audit/run', { method: 'POST', headers: json, body: '{}' });
  await read('a simple change', '/api/v1/audit/run', { method: 'POST', mode: 'no-cors' });
  await read('an action', '/api/v1/containers/web/actions', {
    method: 'POST',
    mode: 'no-cors',
    body,
  });
  await read('a token', '/api/v1/tokens', { method: 'POST', mode: 'no-cors', body });
  await new Promise<void>((done) => {
    const stream = new EventSource(`${target}/api/v1/stream`, { withCredentials: true });
    stream.addEventListener('open', () => {
      won.push('the stream is open');
      done();
    });
    stream.addEventListener('error', () => {
      stream.close();
      done();
    });
  });
  for (const tag of ['script', 'img'] as const) {
    await new Promise<void>((done) => {
      const element = document.createElement(tag);
      element.src = `${target}/api/v1/lessons`;
      element.addEventListener('load', () => {
        won.push(`${tag} was loaded`);
        done();
      });
      element.addEventListener('error', () => done());
      document.body.append(element);
    });
  }
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: `${target}/api/v1/audit/run`, target: 'hidden' });
  form.enctype = 'text/plain';
  const frame = document.createElement('iframe');
  frame.name = 'hidden';
  document.body.append(frame, form);
  await new Promise<void>((done) => {
    frame.addEventListener('load', () => done(), { once: true });
    form.submit();
  });
  return won;
}

describe.skipIf(noBrowser !== null)(`enemies (${noBrowser ?? 'in Chromium'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-enemies-'));
  let browser: TestBrowser;
  let lab: ServerLab;
  let stranger: Stranger;
  let ours: string;

  beforeAll(async () => {
    const words = ['--host-resolver-rules=MAP rebound.example 127.0.0.1'];
    [browser, stranger] = await Promise.all([openBrowser(words), openStranger(), buildUi(folder)]);
    lab = await openServerLab({ dashboard: folder });
    ours = `http://127.0.0.1:${lab.port}`;
  });
  afterAll(async () => {
    await browser?.close();
    stranger?.close();
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const changes = async (): Promise<unknown> =>
    ((await lab.ask('/api/v1/changes')).value as { items: unknown }).items;

  // Another port of the same address is the same site: browsers send our cookie along, however strict.
  test.each(['localhost', '127.0.0.1'])('a page of %s gets and changes nothing', async (name) => {
    const { page, close } = await browser.visit(`${ours}/?token=${lab.tokens.own}`);
    await page.goto(`http://${name}:${stranger.port}/`);
    expect(await page.evaluate(attack, ours)).toEqual([]);
    expect(await changes()).toEqual([]);
    await close();
  });

  test('nobody shows our pages in a frame', async () => {
    const { page, close } = await browser.visit(`${ours}/?token=${lab.tokens.own}`);
    await page.goto(`http://127.0.0.1:${stranger.port}/`);
    await page.evaluate(async (src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      const loaded = new Promise((done) => frame.addEventListener('load', done));
      document.body.append(frame);
      await loaded;
    }, `${ours}/`);
    expect(page.frames().at(-1)?.url()).toMatch(/^chrome-error:/);
    await close();
  });

  test('a name that was turned to our address is none of ours', async () => {
    const { page, close } = await browser.visit(`${ours}/?token=${lab.tokens.own}`);
    const answer = await page.goto(`http://rebound.example:${lab.port}/`);
    expect(answer?.status()).toBe(421);
    const asked = await page.evaluate(async () => (await fetch('/api/v1/containers')).status);
    expect(asked).toBe(421);
    await close();
  });

  test('text that became markup would still not run, nor tell anybody', async () => {
    const { page, close } = await browser.visit(`${ours}/?token=${lab.tokens.own}`);
    stranger.asked.length = 0;
    const blocked = await page.evaluate(async (away) => {
      const found: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        found.push(event.effectiveDirective),
      );
      const holder = document.createElement('div');
      holder.innerHTML = `<img src=x onerror="document.title='harmed'"><p style="color:red">x</p>
        <img src="${away}/picture"><iframe src="${away}/frame"></iframe><object data="${away}/o"></object>
        <a href="javascript:document.title='harmed'">x</a><form action="${away}/form"><button>x</button></form>`;
      document.body.append(holder);
      const script = document.createElement('script');
      script.textContent = "document.title = 'harmed'";
      const remote = document.createElement('script');
      remote.src = `${away}/script`;
      document.body.append(script, remote);
      holder.querySelector('a')?.click();
      holder.querySelector('button')?.click();
      await fetch(`${away}/fetch`, { mode: 'no-cors' }).catch(() => undefined);
      navigator.sendBeacon(`${away}/beacon`);
      await new Promise((done) => {
        setTimeout(done, 500);
      });
      return [...new Set(found)].sort();
    }, `http://localhost:${stranger.port}`);
    expect(blocked).toEqual([
      'connect-src',
      'form-action',
      'frame-src',
      'img-src',
      'object-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-attr',
    ]);
    expect(await page.title()).not.toBe('harmed');
    expect(page.url()).toBe(`${ours}/`);
    expect(stranger.asked).toEqual([]);
    await close();
  });

  test('the cookie is for requests alone; a script of ours could not read it either', async () => {
    const { page, asked, close } = await browser.visit(`${ours}/?token=${lab.tokens.own}`);
    const [cookie, ...others] = await page.context().cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: 'seaworthy', httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(page.url()).not.toContain('token');
    expect(asked.filter((url) => url.includes('token='))).toHaveLength(1);
    await page.goBack().catch(() => undefined);
    expect(page.url()).not.toContain('token');
    await close();
  });
});
