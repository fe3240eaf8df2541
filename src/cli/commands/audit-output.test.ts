// The outputs of an audit: nothing of a target becomes markup or a command of the terminal.
import { expect, test } from 'vitest';
import { empty, host, image } from '../../../test/docker-facts.ts';
import { dockerControls } from '../../audit/index.ts';
import { auditFacts } from '../../flow/audit.ts';
import { noWaivers } from '../../policy/index.ts';
import { auditHtml } from './audit-html.ts';
import { chosenControls } from './audit-output.ts';
import { auditTable } from './audit-table.ts';

const evil = '<script>alert(1)</script>\u001b[2J';

const { answer } = auditFacts({
  audit: 'docker',
  target: evil,
  controls: dockerControls,
  facts: {
    ...empty,
    ...image({ name: evil, user: '' }),
    ...host({ CgroupParent: evil, Privileged: true }),
  },
  summary: [{ sentence: evil, details: [evil] }],
  unknowns: [{ path: evil, layer: null, reason: evil }],
  leftOut: [evil],
  waivers: noWaivers,
  earlier: [
    { at: '2026-01-01T00:00:00Z', score: 1, failed: ['2.1', evil], target: `docker:${evil}:` },
  ],
  now: new Date('2026-11-22T00:00:00Z'),
  toolVersion: '0',
  scope: '',
});

test('the page', () => {
  const page = auditHtml(answer);
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('\u001b');
  expect(page).toContain('since 2026-01-01');
});

test('the table', () => {
  const table = auditTable(answer, { columns: 100, colour: false });
  expect(table).not.toContain('\u001b');
  expect(table).toContain('5.5');
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

test('controls by number and by section', () => {
  const ids = (only: readonly string[]) => chosenControls(dockerControls, only).map(({ id }) => id);
  expect(ids(['5.1', '6'])).toEqual(['5.1', '6.1', '6.2']);
  expect(() => ids(['5.99'])).toThrow('names no control');
});
