// `audit docker` with 200 containers that are there: made, never started, removed again.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wallOf } from './compare.ts';
import { type Case, seaworthy, withFolder } from './context.ts';
import { figure, spread } from './figure.ts';
import { type Run, runOnce } from './process.ts';

const containers = 200;
const name = 'audit docker: 200 containers';

function docker(...words: readonly string[]): string {
  return execFileSync('docker', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim();
}

export const auditDocker: Case = {
  name: 'audit-docker',
  async measure(context) {
    if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status !== 0) {
      return [{ name, skipped: 'no container engine runs here' }];
    }
    return withFolder(context, async (folder) => {
      const prefix = `seaworthy-bench-${process.pid}`;
      const image = `${prefix}:1`;
      const made: string[] = [];
      try {
        mkdirSync(join(folder, 'root', 'etc'), { recursive: true });
        writeFileSync(join(folder, 'root', 'etc', 'os-release'), 'ID=bench\n');
        execFileSync('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'root.tar'), '.']);
        docker('import', join(folder, 'root.tar'), image);
        context.say(`audit-docker: making ${containers} containers`);
        for (let index = 0; index < containers; index += 1) {
          made.push(docker('create', '--name', `${prefix}-${index}`, image, '/none'));
        }
        const runs: Run[] = [];
        for (let round = 0; round < context.rounds; round += 1) {
          const words = ['audit', 'docker', '--data', folder, '--format', 'json', '--quiet'];
          runs.push(await runOnce(seaworthy(words)));
        }
        const times = wallOf(runs);
        const value = Math.min(...times) / 1000;
        const note = `whole process; ${spread(times)}`;
        return [figure({ name, value, unit: 's', target: 3, note })];
      } finally {
        if (made.length > 0) spawnSync('docker', ['rm', '-f', ...made], { stdio: 'ignore' });
        spawnSync('docker', ['rmi', image], { stdio: 'ignore' });
      }
    });
  },
};
