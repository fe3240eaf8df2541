// A Docker engine of a test's own, which may be stopped and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from '../src/host/docker/index.ts';
import { until } from './naming-lab.ts';
import { inOwnNetwork } from './own-network.ts';

/** A second Docker engine, away from everybody else's. */
export class OwnDaemon {
  readonly folder = mkdtempSync(join(tmpdir(), 'swd-'));
  readonly socket = join(this.folder, 'd.sock');
  private child: ChildProcess | null = null;

  async start(): Promise<void> {
    rmSync(join(this.folder, 'pid'), { force: true });
    const own = inOwnNetwork('dockerd', [
      '--data-root',
      join(this.folder, 'data'),
      '--exec-root',
      join(this.folder, 'exec'),
      '--pidfile',
      join(this.folder, 'pid'),
      '-H',
      `unix://${this.socket}`,
      '--bridge',
      'none',
      '--iptables=false',
      '--storage-driver',
      'vfs',
    ]);
    this.child = spawn(own.program, own.words, { stdio: 'ignore' });
    await until(() => existsSync(this.socket));
    await until(async () => {
      try {
        const engine = await connectEngine({ socketPath: this.socket });
        engine.close();
        return true;
      } catch {
        return false;
      }
    });
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGTERM');
    await gone;
    this.child = null;
  }
}
