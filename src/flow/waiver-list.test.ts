// Waivers with what needs them: expired and stale ones first.
import { expect, test } from 'vitest';
import { readWaivers } from '../policy/index.ts';
import type { AuditAnswer } from './audit.ts';
import { waiverViews } from './waiver-list.ts';

const now = new Date('2026-06-10T12:00:00Z');
const book = readWaivers(
  `waivers:
  - { control: '5.4', reason: legacy, owner: ann, expires: 2026-06-10 }
  - { control: privileged, reason: builds, owner: bob }
  - { control: hostPorts, reason: old, owner: eve, expires: 2026-05-01 }
  - { control: 'host*', reason: metrics, owner: eve, expires: 2027-01-01 }
`,
  'waivers.yaml',
  now,
);
const audit = {
  generatedAt: '2026-06-10T10:00:00.000Z',
  controls: [
    { waived: [{ evidence: 'web', reason: 'legacy', owner: 'ann', expires: '2026-06-10' }] },
  ],
} as unknown as AuditAnswer;
const decisions = [
  { time: '2026-06-10T11:00:00.000Z', waived: ['hostNetwork'] },
  { time: '2026-06-10T09:00:00.000Z', waived: ['hostPID'] },
  { time: '2026-06-10T09:30:00.000Z', waived: [] },
];

test('each with what needs it; expired and stale ones first', () => {
  const views = waiverViews({ book, decisions, audits: [audit], now });
  expect(
    views.map(({ owner, expired, stale, uses, daysLeft, line }) => [
      owner,
      expired,
      stale,
      uses,
      daysLeft,
      line,
    ]),
  ).toEqual([
    ['eve', true, false, 0, -40, 4],
    ['bob', false, true, 0, null, 3],
    ['ann', false, false, 1, 0, 2],
    ['eve', false, false, 2, 205, 5],
  ]);
  expect(views.at(-1)?.lastUsedAt).toBe('2026-06-10T11:00:00.000Z');
});

test('where nothing was audited or decided nothing is called stale', () => {
  const views = waiverViews({ book, decisions: null, audits: [], now });
  expect(views.some(({ stale }) => stale)).toBe(false);
});
