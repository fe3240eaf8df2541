// The audit against a real engine: containers with one bad setting each, and exactly what they break.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTool } from '../../test/registry-process.ts';
import { hasTinyProgram, tinyProgram } from '../../test/tiny-program.ts';
import { type AuditResult, dockerControls } from '../audit/index.ts';
import { connectEngine } from '../host/docker/index.ts';
import { openMachine } from '../host/machine/index.ts';
import { noWaivers, readWaivers } from '../policy/index.ts';
import { auditFacts, auditReport } from './audit.ts';
import { collectDocker, dockerSummary } from './audit-docker.ts';

const canRun = hasTool('docker', 'version') && hasTinyProgram;
const prefix = `cis-audit-${process.pid}`;
const image = `cis-audit/tiny:${process.pid}`;
let folder = '';

function docker(...words: readonly string[]): string {
  return execFileSync('docker', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim();
}

/** What every container of this engine breaks that nothing is set for. */
const plain = ['5.11', '5.12', '5.13', '5.19', '5.26', '5.27', '5.29', '5.30'];

/** Flags of `docker create`, and what they break beyond the above; `holds`: what they mend. */
const cases: readonly (readonly [
  flags: string,
  breaks: readonly string[],
  holds: readonly string[],
])[] = [
  ['', [], []],
  ['--privileged', ['5.5'], []],
  ['--network host', ['5.10'], ['5.30']],
  ['--pid host', ['5.16'], []],
  ['--ipc host', ['5.17'], []],
  ['--uts host', ['5.21'], []],
  ['--cap-add SYS_ADMIN', ['5.4', 'C.5.3.3'], []],
  ['--cap-add NET_ADMIN --cap-drop ALL', ['5.4'], []],
  ['-v /var/run:/x:ro', ['5.32', '5.6'], []],
  ['-v /:/host', ['5.32', '5.6'], []],
  ['-v /etc/passwd:/p', ['5.6'], []],
  ['--device /dev/null', ['5.18'], []],
  ['--security-opt seccomp=unconfined', ['5.22'], []],
  ['--security-opt no-new-privileges', [], ['5.26']],
  ['--restart always', ['5.15'], []],
  ['-p 80:80', ['5.14', '5.8'], []],
  ['-p 127.0.0.1:18080:80', [], []],
  ['-P', ['5.9'], []],
  ['--cgroup-parent /cis', ['5.25'], []],
  [
    '--memory 64m --cpus 1 --pids-limit 50 --read-only --ulimit nofile=99',
    [],
    ['5.11', '5.12', '5.13', '5.19', '5.29'],
  ],
  ['--health-cmd true', [], ['5.27']],
  ['--mount type=bind,src=/srv,dst=/d,bind-propagation=rshared', ['5.20'], []],
];

describe.skipIf(!canRun)('audit docker (skipped without a running engine)', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-audit-'));
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'wait'), tinyProgram(), { mode: 0o755 });
    execFileSync('tar', ['-C', root, '-cf', join(folder, 'root.tar'), '.']);
    docker(
      'import',
      '--change',
      'CMD ["/wait"]',
      '--change',
      'ENV API_TOKEN=horse22battery',
      join(folder, 'root.tar'),
      image,
    );
    for (const [index, [flags]] of cases.entries()) {
      const words = flags === '' ? [] : flags.split(' ');
      docker('create', '--name', `${prefix}-${index}`, ...words, image);
    }
  });

  afterAll(() => {
    spawnSync('docker', ['rm', '-f', ...cases.map((_, index) => `${prefix}-${index}`)]);
    spawnSync('docker', ['rmi', '-f', image]);
    rmSync(folder, { recursive: true, force: true });
  });

  const audit = async (waivers = noWaivers) => {
    const engine = await connectEngine();
    try {
      const names = cases.map((_, index) => `${prefix}-${index}`);
      const machine = openMachine();
      const found = await collectDocker({
        engine,
        machine,
        root: '/',
        environment: {},
        containers: names,
        record: { problem: 'nothing was recorded' },
        now: new Date(),
      });
      const { facts, unknowns, leftOut } = found;
      return auditFacts({
        audit: 'docker',
        target: engine.address,
        controls: dockerControls,
        facts,
        summary: dockerSummary(facts),
        unknowns,
        leftOut,
        waivers,
        earlier: [],
        now: new Date('2026-11-22T00:00:00Z'),
        toolVersion: '0',
        scope: '',
      });
    } finally {
      engine.close();
    }
  };

  const failedOf = (controls: readonly AuditResult[], name: string): string[] =>
    controls
      .filter(
        ({ status, evidence }) =>
          status === 'fail' && evidence.some(({ subject }) => subject === name),
      )
      .map(({ id }) => id)
      .toSorted();

  test('each container breaks exactly what its flags break', async () => {
    const { answer } = await audit();
    expect(answer.unknowns).toEqual([]);
    const isConfined = answer.controls.find(({ id }) => id === '5.26')?.status === 'fail';
    for (const [index, [flags, breaks, holds]] of cases.entries()) {
      const expected = [...plain.filter((id) => !holds.includes(id)), ...breaks].filter(
        (id) => id !== '5.26' || isConfined,
      );
      const told = failedOf(answer.controls, `${prefix}-${index}`);
      expect({ flags, told }).toEqual({ flags, told: expected.toSorted() });
    }
    const summary = answer.summary.map(({ sentence }) => sentence);
    expect(summary).toContain('2 containers can command the container engine');
    expect(summary).toContain('1 container runs privileged');
    // The engine that answered is the one whose command line was read.
    expect(answer.controls.find(({ id }) => id === '2.16')?.status).not.toBe('unknown');
    expect(JSON.stringify(answer)).not.toContain('horse22battery');
  });

  test('waivers by number and by word; SARIF has a result for each place', async () => {
    const text = `waivers:
  - {control: "5.5", container: "${prefix}-*", reason: test, owner: me, expires: 2030-01-01}
  - {control: host-pid, reason: test, owner: me, expires: 2030-01-01}
`;
    const { answer } = await audit(readWaivers(text, 'w', new Date('2026-11-22')));
    const byId = new Map(answer.controls.map((one) => [one.id, one]));
    expect(byId.get('5.5')).toMatchObject({ status: 'not-applicable', waived: [{ owner: 'me' }] });
    expect(byId.get('5.16')?.status).toBe('not-applicable');
    const report = auditReport(answer);
    expect(report.suppressed).toHaveLength(2);
    expect(report.findings.length).toBeGreaterThan(cases.length);
  });
});
