// `gate docker` as users start it: what it refuses to start with, and that it serves and ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { seaworthy } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-gate-docker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const launcher = fileURLToPath(new URL('../../bin/seaworthy', import.meta.url));

describe('wrong usage', () => {
  test.each([
    [['--listen', 'tcp://0.0.0.0:2375'], 'no address of this machine alone'],
    [['--listen', 'tcp://docker.example:2375'], 'no address of this machine alone'],
    [['--listen', `unix://${folder}/a.sock`, '--upstream', 'tcp://10.0.0.1:2375'], 'no socket'],
    [['--listen', `unix://${folder}/a.sock`, '--socket-mode', '999'], 'no mode'],
    [['--socket', `${folder}/a.sock`, '--own-only', 'ci'], 'belong to the proxy'],
    [['--socket', `${folder}/a.sock`, '--allow', 'contaner.*'], 'no operation'],
    [['--socket', `${folder}/a.sock`, '--preset', 'none'], 'Allowed choices'],
    [['--socket', `${folder}/a.sock`, '--deadline', 'soon'], 'no number of ms'],
  ])('%j', async (words, message) => {
    const ran = await seaworthy(['gate', 'docker', ...words]);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('a file where the socket should be is left alone', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    const ran = await seaworthy(['gate', 'docker', '--socket', file]);
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('no socket') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

function get(socketPath: string, path: string, method = 'GET', body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    call.end(body);
  });
}

test('the plugin serves until it is told to end, and has recorded', async () => {
  const socket = join(folder, 'plugin.sock');
  const record = join(folder, 'decisions.jsonl');
  const words = ['gate', 'docker', '--socket', socket, '--record', record, '--upstream'];
  const child = spawn(launcher, [...words, `unix://${folder}/none.sock`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes('listens on')) resolve();
    });
    child.on('close', () => resolve());
  });
  const question = JSON.stringify({ RequestMethod: 'GET', RequestUri: '/containers/a/export' });
  const answer = await get(socket, '/AuthZPlugin.AuthZReq', 'POST', question);
  expect(JSON.parse(answer)).toMatchObject({ Allow: false });
  expect(await get(socket, '/metrics')).toContain(
    'seaworthy_docker_reviews_total{decision="deny"} 1',
  );
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(told).toContain('denied: container.export of a');
  const [line = ''] = readFileSync(record, 'utf8').split('\n');
  expect(JSON.parse(line)).toMatchObject({ operation: 'container.export', isEnforced: true });
});
