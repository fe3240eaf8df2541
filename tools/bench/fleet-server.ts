// A fleet's server as a process of its own, for benchmarks.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const startMs = 60_000;

export interface ServerWanted {
  /** Of its store. */
  readonly address: string;
  readonly port: number;
  readonly words?: readonly string[];
}

/** Starts `server` from the sources; resolves when it answers. */
export async function startServer({
  address,
  port,
  words: more = [],
}: ServerWanted): Promise<ChildProcess> {
  const launch = new URL('../../src/cli/launch.ts', import.meta.url).pathname;
  const folder = process.env['SEAWORTHY_BENCH_PROFILE'];
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  const words = [...profile, launch, 'server', '--port', String(port), '--store', address, ...more];
  const server = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const deadline = performance.now() + startMs;
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return server;
    if (server.exitCode !== null || performance.now() > deadline) {
      await endOf(server);
      throw new Error('the server did not start');
    }
    await pause(100);
  }
}

/** Ends it, by force when it does not listen. */
export async function endOf(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.removeAllListeners('exit');
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  const kill = setTimeout(() => server.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(kill);
}
