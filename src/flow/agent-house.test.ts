// What an agent tells of a gate and of audits: each line once, sums that hold over restarts, files that are
// rotated, cut, spoilt or hostile, and what a full disk did not take.
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FleetRecord } from '../model/fleet.ts';
import { readFleetRecord } from '../model/fleet-record.ts';
import {
  auditStamp,
  decisionFile,
  decisionsBehind,
  keepAudit,
  keepAuditAnswer,
  lastDecisions,
  readAuditAnswers,
  readAudits,
} from '../store/index.ts';
import type { AgentSource } from './agent.ts';
import { withHouse } from './agent-house.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-house-'));
  mkdirSync(dirname(decisionFile(folder)));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nothing: AgentSource = { next: () => null };
const source = (record: AgentSource = nothing): AgentSource =>
  withHouse(record, {
    decisionsBehind: (place) => decisionsBehind(folder, place),
    auditStamp: () => auditStamp(folder),
    audits: () => readAudits(folder),
    answers: () => readAuditAnswers(folder),
  });

function lineOf(decision: string, time: string, more: object = {}): string {
  const guard = { by: 'proxy', user: '', method: 'POST', path: '/containers/create' };
  const told = { operation: 'container-create', target: 'web', image: 'shop/api:1.2' };
  const ruling = { controls: ['privileged'], waived: [], message: 'no', isEnforced: true };
  return `${JSON.stringify({ time, ...guard, ...told, decision, ...ruling, ...more })}\n`;
}

const record = (text: string): void => appendFileSync(decisionFile(folder), text);

/** Everything that is new, and where it ended. */
function all(from: AgentSource, before: unknown): { records: FleetRecord[]; position: unknown } {
  const records: FleetRecord[] = [];
  let position = before;
  for (let round = 0; round < 100; round += 1) {
    const next = from.next(position);
    if (next === null) break;
    records.push(...next.records);
    // As it comes back from a spool.
    position = JSON.parse(JSON.stringify(next.position)) as unknown;
  }
  return { records, position };
}

const day = (hour: number, date = '2026-11-22'): string => `${date}T0${hour}:00:00.000Z`;

test('no gate, no audit: nothing; the position of older agents is understood', () => {
  expect(source().next(null)).toBeNull();
  const seen: unknown[] = [];
  const inner: AgentSource = {
    next: (before) => {
      seen.push(before);
      return null;
    },
  };
  source(inner).next({ detection: 7, runsMs: 5 });
  expect(seen).toEqual([{ detection: 7, runsMs: 5 }]);
});

test('a denial is told once, a plain yes is counted; sums hold over a restart and a new day', () => {
  record(lineOf('allow', day(1)) + lineOf('deny', day(2)) + lineOf('allow', day(3)));
  const first = all(source(), null);
  expect(first.records).toMatchObject([
    {
      kind: 'decision',
      decision: { by: 'docker', decision: 'deny', name: 'web', images: ['shop/api:1.2'] },
    },
    {
      kind: 'decided',
      day: '2026-11-22',
      counts: [
        { decision: 'allow', count: 2 },
        { decision: 'deny', count: 1 },
      ],
    },
  ]);
  for (const one of first.records)
    expect(readFleetRecord(JSON.parse(JSON.stringify(one)))).toEqual(one);
  record(lineOf('allow', day(4)) + lineOf('warn', day(1, '2026-11-23')));
  const second = all(source(), first.position);
  expect(second.records).toMatchObject([
    { kind: 'decision', decision: { decision: 'warn' } },
    {
      kind: 'decided',
      day: '2026-11-22',
      counts: [
        { decision: 'allow', count: 3 },
        { decision: 'deny', count: 1 },
      ],
    },
    { kind: 'decided', day: '2026-11-23', counts: [{ decision: 'warn', count: 1 }] },
  ]);
  expect(all(source(), second.position).records).toEqual([]);
});

test('what a waiver let through is told; a line that is not whole waits; strange ones are passed over', () => {
  record(lineOf('allow', day(1), { waived: ['host-path'] }));
  record('{"time": "not a time", "decision": "deny"}\n[]\nnull\n{"broken\n');
  const whole = lineOf('deny', day(2));
  record(whole.slice(0, 40));
  const first = all(source(), null);
  expect(first.records.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
  record(whole.slice(40));
  expect(all(source(), first.position).records).toMatchObject([
    { kind: 'decision', decision: { decision: 'deny' } },
    { kind: 'decided' },
  ]);
});

test('a file that was rotated or cut begins anew; the same line has the same id', () => {
  const line = lineOf('deny', day(1));
  record(line);
  const first = all(source(), null);
  renameSync(decisionFile(folder), `${decisionFile(folder)}.1`);
  record(line);
  const second = all(source(), first.position);
  const idOf = (records: readonly FleetRecord[]): unknown =>
    records.flatMap((one) => (one.kind === 'decision' ? one.id : []));
  expect(idOf(second.records)).toEqual(idOf(first.records));
  writeFileSync(decisionFile(folder), '');
  expect(all(source(), second.position).records).toEqual([]);
});

test('more than is read at once comes piece by piece, a line without end stops nothing', () => {
  const many = Array.from({ length: 5000 }, (_, index) =>
    lineOf('deny', day(1), { path: `/${index}` }),
  );
  record(many.join(''));
  record(`${'x'.repeat(3 * 1024 * 1024)}\n${lineOf('deny', day(2), { path: '/last' })}`);
  const { records } = all(source(), null);
  const told = records.filter(({ kind }) => kind === 'decision');
  expect(told).toHaveLength(5001);
  expect(lastDecisions(folder, 2)).toHaveLength(2);
  expect(lastDecisions(join(folder, 'none'), 2)).toBeNull();
});

test('audits since, and the last whole answer; nothing again while no file changes', () => {
  const run = { at: day(1), score: 70.9, failed: ['5.4'], target: 'docker:/run/docker.sock:' };
  keepAudit(folder, run);
  const answer = { audit: 'docker', target: '/run/docker.sock', generatedAt: day(1), controls: [] };
  keepAuditAnswer(folder, 'docker', answer);
  const from = source();
  const first = all(from, null);
  expect(first.records).toEqual([
    {
      kind: 'audit',
      audit: 'docker',
      target: 'docker:/run/docker.sock:',
      atUs: Date.parse(day(1)) * 1000,
      score: 70,
      failed: ['5.4'],
    },
    {
      kind: 'audit-answer',
      audit: 'docker',
      target: '/run/docker.sock',
      atUs: Date.parse(day(1)) * 1000,
      answer,
    },
  ]);
  for (const one of first.records)
    expect(readFleetRecord(JSON.parse(JSON.stringify(one)))).toEqual(one);
  expect(from.next(first.position)).toBeNull();
  expect(all(source(), first.position).records).toEqual([]);
  keepAudit(folder, { ...run, at: day(2), score: 80 });
  keepAuditAnswer(folder, 'docker', { ...answer, generatedAt: day(2) });
  // A full disk: the first answer was not taken, so it comes again.
  const lost = from.next(first.position);
  expect(lost?.records).toHaveLength(2);
  expect(from.next(first.position)?.records).toEqual(lost?.records);
});

test('what is no record of ours is refused with its reason', () => {
  const refused = (value: unknown): unknown => readFleetRecord(value);
  const audit = { kind: 'audit', audit: 'docker', target: 'x', atUs: 1, score: 101, failed: [] };
  expect(refused(audit)).toBe('score is above 100');
  expect(refused({ ...audit, score: 1, audit: '../x y' })).toBe('audit is no name');
  expect(refused({ kind: 'audit-answer', audit: 'docker', target: 'x', atUs: 1, answer: {} })).toBe(
    'the answer has no controls',
  );
  expect(refused({ kind: 'decided', day: 'today', counts: [] })).toBe('day is no day');
  expect(refused({ kind: 'decision', id: 'x', timeUs: 1, decision: { by: 'me' } })).toBe(
    'by is wrong',
  );
  const repeat = { kind: 'repeat', container: null, rule: 'r', timeUs: 1, count: -1, lastUs: 1 };
  expect(refused(repeat)).toBe('count is below 0');
});
