// CIS Docker: what only a person answers, what does not apply, and the frame around.
import { describe, expect, test } from 'vitest';
import {
  container,
  daemon,
  empty,
  host,
  image,
  statusOf,
  swarm,
} from '../../../test/docker-facts.ts';
import { judgeAudit } from '../judge.ts';
import { scoreOf } from '../score.ts';
import { runOf, trendOf } from '../trend.ts';
import { dockerControls, risksOf, wantedFiles } from './index.ts';

/** Controls that only a person answers, with what they say. */
const manual = ['1.2.1', '1.2.2', '4.2', '4.3', '4.4', '4.8', '4.11', '4.12'];

test.each(manual)('%s is for a person and says how', (id) => {
  const [result] = judgeAudit(
    dockerControls.filter((one) => one.id === id),
    empty,
    () => null,
  );
  expect(result?.status).toBe('manual');
  expect(result?.evidence[0]?.message.length).toBeGreaterThan(10);
});

test.each([
  ['1.1.2', { dockerGroup: ['bob'] }, 'manual'],
  ['1.1.2', { dockerGroup: [] }, 'pass'],
  ['1.1.11', {}, 'not-applicable'],
  ['2.16', daemon(null, null), 'unknown'],
  ['3.1', { hostProblem: 'elsewhere' }, 'unknown'],
  ['4.10', image({ environment: ['API_TOKEN=abcdefghij'] }), 'fail'],
  ['4.10', image({}), 'manual'],
  ['5.2', host({ SecurityOpt: ['apparmor=unconfined'] }), 'not-applicable'],
  ['5.7', { containers: [container({ State: { Running: true } })] }, 'unknown'],
  ['6.1', image({}), 'manual'],
  ['6.1', { ...image({}), ...host({}) }, 'pass'],
  ['6.2', host({}), 'manual'],
  ['7.5', {}, 'not-applicable'],
  ['7.5', { info: { Swarm: { LocalNodeState: 'active' } } }, 'unknown'],
  ['7.6', swarm({}), 'manual'],
  ['7.8', swarm({}), 'manual'],
  ['7.9', swarm({}), 'manual'],
] as const)('%s of %j is %s', (id, facts, expected) => {
  expect(statusOf(id, facts)).toBe(expected);
});

test('all numbers of the benchmark are there, once', () => {
  const ids = dockerControls.map(({ id }) => id);
  const range = (prefix: string, most: number): string[] =>
    Array.from({ length: most }, (_, at) => `${prefix}.${at + 1}`);
  const wanted = [
    ...range('1.1', 18),
    ...range('1.2', 2),
    ...range('2', 18),
    ...range('3', 24),
    ...range('4', 12),
    ...range('5', 32),
    ...range('6', 2),
    ...range('7', 9),
  ];
  expect(ids.filter((id) => !id.startsWith('C.'))).toEqual(wanted);
});

describe('the frame', () => {
  const bad = { ...empty, ...host({ Privileged: true, CapAdd: ['SYS_ADMIN'] }) };

  test('a waiver takes evidence off, and the control with the last of it', () => {
    const results = judgeAudit(dockerControls, bad, ({ alias }) =>
      alias === 'privileged' ? { reason: 'r', owner: 'o', expires: null } : null,
    );
    const privileged = results.find(({ id }) => id === '5.5');
    expect(privileged).toMatchObject({ status: 'not-applicable', evidence: [] });
    expect(privileged?.waived).toHaveLength(1);
  });

  test('the score weighs by severity, and 100 means that nothing failed', () => {
    const of = (status: 'pass' | 'fail', severity: 'critical' | 'low') =>
      ({ status, severity, id: 'x' }) as never;
    expect(scoreOf([of('pass', 'critical'), of('fail', 'low')]).score).toBe(90);
    expect(scoreOf([of('fail', 'critical'), of('pass', 'low')]).score).toBe(9);
    expect(scoreOf([of('pass', 'low')]).score).toBe(100);
    expect(scoreOf([]).score).toBe(100);
  });

  test('a control that breaks is unknown and hides no other', () => {
    const results = judgeAudit(dockerControls, { ...empty, networks: null } as never, () => null);
    expect(results.find(({ id }) => id === '2.2')?.status).toBe('unknown');
    expect(results).toHaveLength(dockerControls.length);
  });

  test('the trend compares with the newest run of the same target', () => {
    const runs = [
      { at: '2026-01-01T00:00:00Z', score: 10, failed: ['5.5', '2.2'], target: 'a' },
      { at: '2026-02-01T00:00:00Z', score: 50, failed: ['5.5'], target: 'a' },
      { at: '2026-03-01T00:00:00Z', score: 99, failed: [], target: 'b' },
    ];
    const results = judgeAudit(
      dockerControls.filter(({ id }) => id === '5.4'),
      bad,
      () => null,
    );
    const run = runOf(results, { at: '2026-04-01T00:00:00Z', score: 60, target: 'a' });
    expect(trendOf(run, runs)).toMatchObject({ change: 10, fixed: ['5.5'], broken: ['5.4'] });
    expect(trendOf(run, [])).toBeNull();
  });

  test('who can take over the host is told in words', () => {
    const risks = risksOf({
      containers: [
        container({ HostConfig: { Privileged: true, PidMode: 'host' } }),
        container({ HostConfig: { Binds: ['/:/h:ro'] } }, { name: 'b' }),
      ],
    });
    expect(risks.map(({ sentence }) => sentence)).toEqual([
      '1 container can command the container engine',
      '1 container runs privileged',
      '1 container shares a namespace of the host',
    ]);
    expect(risks[0]?.containers[0]?.detail).toContain('read-only, which is no protection');
  });

  test('files that settings name are asked for', () => {
    const wanted = wantedFiles({ address: '/x.sock', ...daemon({ tlskey: '/k.pem' }) });
    expect(wanted).toEqual(expect.arrayContaining(['/x.sock', '/k.pem', '/usr/bin/dockerd']));
  });
});
