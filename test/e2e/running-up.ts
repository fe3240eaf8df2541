// `up` as a process of its own, and the API behind the link that it prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const launcher = fileURLToPath(new URL('../../src/cli/launch.ts', import.meta.url));
const pollMs = { timeout: 60_000, interval: 100 };

/** A running `up` and the API behind its link. */
export class RunningUp {
  readonly child: ChildProcess;
  link = '';
  output = '';

  constructor(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const node = ['--disable-warning=ExperimentalWarning', launcher, 'up', '--offline'];
    this.child = spawn(process.execPath, [...node, '--port', '0', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
        this.link ||= /http:\/\/\S+/.exec(this.output)?.[0] ?? '';
      });
    }
  }

  async ready(): Promise<this> {
    await vi.waitUntil(() => this.link !== '', pollMs);
    await vi.waitUntil(async () => (await fetch(this.url('/readyz'))).ok, pollMs);
    return this;
  }

  url(path: string): URL {
    return new URL(path, this.link);
  }

  /** With a body it is a POST. */
  async ask(path: string, body?: object): Promise<Record<string, unknown>> {
    const token = new URL(this.link).searchParams.get('token') ?? '';
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(this.url(path), { headers, ...posted });
    return (await answer.json()) as Record<string, unknown>;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  }
}
