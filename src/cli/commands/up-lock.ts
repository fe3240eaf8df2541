// One `up` for each data folder: where the one that runs listens, and whether it still does.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asNumber, field, parseJson, stringField } from '../../base/json.ts';

export interface RunningUp {
  readonly pid: number;
  /** `http://127.0.0.1:7070`. */
  readonly url: string;
}

const answerMs = 2000;

function fileOf(folder: string): string {
  return join(folder, 'up.json');
}

/** The `up` that serves this folder now; null when there is none. A killed one leaves its file. */
export async function runningUp(folder: string): Promise<RunningUp | null> {
  const known = readLock(folder);
  if (known === null || known.pid === process.pid || !isAlive(known.pid)) return null;
  const { createHttpClient } = await import('../../base/http.ts');
  const client = createHttpClient({ proxyEnvironment: null });
  try {
    const response = await client.send({ url: new URL('/healthz', known.url), idleMs: answerMs });
    response.discard();
    return response.status === 200 ? known : null;
  } catch {
    return null;
  } finally {
    client.close();
  }
}

function readLock(folder: string): RunningUp | null {
  try {
    const parsed = parseJson(readFileSync(fileOf(folder), 'utf8'));
    const value = parsed.ok ? parsed.value : null;
    const pid = asNumber(field(value, 'pid'));
    const url = stringField(value, 'url');
    return pid === null || url === null || URL.parse(url) === null ? null : { pid, url };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Says where this process listens. */
export function writeLock(folder: string, url: string): void {
  const part = `${fileOf(folder)}.part`;
  writeFileSync(part, `${JSON.stringify({ pid: process.pid, url })}\n`, { mode: 0o600 });
  renameSync(part, fileOf(folder));
}

export function removeLock(folder: string): void {
  if (readLock(folder)?.pid === process.pid) rmSync(fileOf(folder), { force: true });
}
