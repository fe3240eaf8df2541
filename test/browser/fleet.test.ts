// The dashboard of a fleet in a real browser: in by a token, only pages that there are, what another replica
// hears of, a container that is paused by its node, and out again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildUi } from '../../tools/build/ui.ts';
import { fleetAudit, fleetDecision } from '../fleet-house-contract.ts';
import { fleetPair, type Json } from '../fleet-pair.ts';
import { present } from '../present.ts';
import { fleetDetection, fleetRun, sampleUs } from '../sample-fleet.ts';
import { idOf, imageIdOf } from '../sample-record.ts';
import { sampleReport } from '../sample-report.ts';
import { complaints } from './accessibility.ts';
import { noBrowser, openBrowser, type TestBrowser } from './browser.ts';
import { auditOf } from './mock-house.ts';

describe.skipIf(noBrowser !== null)(`a fleet (${noBrowser ?? 'in Chromium'})`, () => {
  const dashboard = mkdtempSync(join(tmpdir(), 'seaworthy-fleet-ui-'));
  const { tokens, stores, replicas, tell, asAgent } = fleetPair('sqlite', dashboard);
  let browser: TestBrowser;
  beforeAll(async () => {
    [browser] = await Promise.all([openBrowser(), buildUi(dashboard)]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(dashboard, { recursive: true, force: true });
  });

  test('in, around, live, an order, and out', async () => {
    const image = { id: imageIdOf('shop/api:1.2'), reference: 'shop/api:1.2', digest: null };
    await present(stores()[0]).putReport(image, sampleReport());
    const address = `http://127.0.0.1:${present(replicas()[0]).listener.port}`;
    const { page, faults, close } = await browser.visit(`${address}/`);
    expect(await complaints(page)).toEqual([]);
    await page.getByLabel('Token').fill('swt_wrong-wrong-wrong');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('This token is not known').waitFor();
    await page.getByLabel('Token').fill(present(tokens.get('responder')));
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Containers', exact: true }).waitFor();
    expect(page.url()).not.toContain('swt_');
    const pages = await page.getByRole('navigation', { name: 'Pages' }).innerText();
    expect(pages).toContain('Network');
    expect(pages).toMatch(/Gate\s+Audit/);
    expect(await complaints(page)).toEqual([]);
    // The second replica takes it, the page at the first one shows it.
    await page.getByText('live', { exact: true }).waitFor();
    await tell('b', [fleetRun('seen-live'), fleetDetection('seen-live', 'Rule of now')]);
    await page.getByText('seen-live').first().waitFor();
    await page.goto(`${address}/#/detections`);
    await page.getByText('Rule of now').first().waitFor();

    await asAgent('a', { byHand: ['pause'], answers: [], now: true });
    await page.goto(`${address}/#/containers/${idOf('web')}`);
    await page.getByText('kept on node-a').waitFor();
    await page.getByRole('button', { name: 'Pause it' }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await page.getByText('waits for node-a').waitFor();
    const { value } = await asAgent('a', { byHand: ['pause'], answers: [], now: true });
    const [{ id } = { id: '' }] = (value as { orders: readonly Json[] }).orders;
    const policy = { file: 'response.yaml', rule: 'manual', line: null };
    const done = { id, state: 'done', result: 'paused by the engine', canUndo: true, undoes: null };
    await asAgent('a', { byHand: ['pause'], answers: [{ ...done, policy }], now: true });
    await page.getByText('paused by the engine').first().waitFor();
    expect(await complaints(page)).toEqual([]);

    // Where no node tells anything, the page says how it would; then whose it is.
    await page.goto(`${address}/#/gate`);
    await page.getByText('No node has told of a gate').waitFor();
    await page.goto(`${address}/#/audit`);
    await page.getByText('No node has told of an audit').waitFor();
    await tell('b', [
      fleetDecision('one'),
      { kind: 'decided', day: new Date().toISOString().slice(0, 10), counts: [] },
      fleetAudit(sampleUs, 41, ['5.4', '<img src=x onerror=1>']),
      {
        kind: 'audit-answer',
        audit: 'docker',
        target: '/run/docker.sock',
        atUs: sampleUs,
        answer: { ...auditOf(new Date(), (word) => `${word} <img src=x>`).latest[0] },
      },
    ]);
    await page.goto(`${address}/#/`);
    await page.reload();
    await page.goto(`${address}/#/audit`);
    await page.getByText('the worst is node-b with 41 of 100').waitFor();
    expect(await complaints(page)).toEqual([]);
    await page.getByRole('link', { name: 'node-b' }).click();
    await page.getByText('Privileged containers are not used').first().waitFor();
    await page.goto(`${address}/#/gate`);
    await page.getByRole('cell', { name: 'node-b' }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await complaints(page)).toEqual([]);

    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByText('You are responder: responder').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are not logged in').waitFor();
    expect(faults).toEqual([]);
    await close();
  }, 180_000);
});
