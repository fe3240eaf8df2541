// `audit docker` and the gate on Compose files and Dockerfiles, as a pipeline meets them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTool } from '../registry-process.ts';
import { seaworthy } from './run.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-audit-e2e-'));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/.env'), 'MODE=host\n');
  writeFileSync(
    join(folder, 'app/compose.yaml'),
    'services:\n  web:\n    image: nginx:1.27\n    network_mode: ${MODE}\n',
  );
  writeFileSync(join(folder, 'app/Dockerfile'), 'FROM debian:12\nRUN curl x | sh\n');
  writeFileSync(join(folder, 'app/notes.yaml'), 'a: 1\n');
  writeFileSync(join(folder, 'app/Dockerfile.dockerignore'), '.git\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: readonly string[], input?: string) =>
  seaworthy(words, { cwd: folder, ...(input === undefined ? {} : { input }) });

describe('gate check', () => {
  test('a folder with a Compose file and a Dockerfile', async () => {
    const { stdout, code } = await run(['gate', 'check', 'app', '--format', 'json']);
    expect(code).toBe(1);
    const answers = JSON.parse(stdout) as {
      file: string;
      decision: string;
      passedOver: string | null;
      reasons: { control: string; line: number }[];
    }[];
    expect(
      answers.map(({ file, decision, passedOver }) => [file, decision, passedOver !== null]),
    ).toEqual([
      ['app/Dockerfile', 'warn', false],
      ['app/compose.yaml', 'deny', false],
      ['app/notes.yaml', 'allow', true],
    ]);
    expect(answers[0]?.reasons).toContainEqual(
      expect.objectContaining({ control: 'piped-download', line: 2 }),
    );
    expect(answers[1]?.reasons[0]).toMatchObject({ control: 'host-network', line: 4 });
  });

  test('standard input may be a Dockerfile or what docker inspect prints', async () => {
    const file = await run(['gate', 'check', '-'], 'FROM debian:12\nRUN --security=insecure x\n');
    expect({ code: file.code, said: file.stdout }).toMatchObject({ code: 1 });
    expect(file.stdout).toContain('privileged-build-step');
    const inspection = JSON.stringify([{ Id: 'a', HostConfig: { Privileged: true } }]);
    const container = await run(['gate', 'check', '-'], inspection);
    expect(container.stdout).toContain('privileged');
    expect(container.code).toBe(1);
  });

  test('SARIF names the line', async () => {
    const { stdout } = await run(['gate', 'check', 'app/Dockerfile', '--format', 'sarif']);
    const { runs } = JSON.parse(stdout) as { runs: { results: unknown[] }[] };
    expect(JSON.stringify(runs[0]?.results)).toContain('"startLine":2');
  });

  test('an environment file that is not there is told', async () => {
    const { stderr, code } = await run(['gate', 'check', 'app', '--env-file', 'none.env']);
    expect(code).toBe(3);
    expect(stderr).toContain('none.env');
  });
});

describe('audit docker', () => {
  test('an engine that does not answer, and wrong words', async () => {
    const gone = await run(['audit', 'docker', '--host', join(folder, 'no.sock')]);
    expect(gone.code).toBe(3);
    expect(gone.stderr).toContain('no.sock');
    const wrong = await run(['audit', 'docker', '--only', '99']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('99');
    expect((await run(['audit', 'docker', '--threshold', '101'])).code).toBe(2);
  });

  const canRun = hasTool('docker', 'version');
  test.skipIf(!canRun)('all formats, threshold and trend (skipped without an engine)', async () => {
    const words = ['audit', 'docker', '--data', join(folder, 'data'), '--only', '2,5.5'];
    const first = await run([...words, '--format', 'json']);
    expect(first.code).toBe(0);
    const answer = JSON.parse(first.stdout) as {
      score: number;
      trend: unknown;
      controls: unknown[];
    };
    expect(answer.trend).toBeNull();
    expect(answer.controls).toHaveLength(19);
    expect(answer.controls[0]).toMatchObject({ id: '2.1', benchmark: 'CIS Docker 1.6' });
    const second = await run([...words, '--threshold', '100', '--format', 'html']);
    expect(second.code).toBe(answer.score === 100 ? 0 : 1);
    expect(second.stdout).toContain('<!doctype html>');
    expect(second.stdout).toContain(' since ');
    expect(second.stdout).not.toMatch(/<script|https?:\/\/|src=/);
    const third = await run(words);
    expect(third.stdout).toContain('of 100');
    const sarif = await run([...words, '--format', 'sarif', '--no-history']);
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: '2.1.0' });
  });
});
