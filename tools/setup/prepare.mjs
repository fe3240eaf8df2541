// Shared by `npm start` and `npm test`: installs what is missing and runs things under the pinned
// Node. Plain JavaScript that Node 18 understands, because it runs before that Node is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.seaworthy-lock');

/** Installs the packages of the lock file unless these very ones are installed. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('installing packages ...');
  const npm = process.env.npm_execpath;
  const words = ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...words], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    console.error(
      'seaworthy: the packages could not be installed; check the network and run it again',
    );
    process.exit(3);
  }
  writeFileSync(stamp, lock);
}

/** The Node of `node_modules`, else this one when it is new enough; ends the program otherwise. */
export function pinnedNode() {
  const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(pinned)) return pinned;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 18)) return process.execPath;
  console.error(
    `seaworthy: Node ${process.versions.node} is too old and no pinned one fits this machine; install Node 26`,
  );
  process.exit(3);
}

/** Runs `words` under the pinned Node with `node_modules/.bin` first in PATH; returns the exit code. */
export function run(words, options = {}) {
  const path = `${join(modules, '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const result = spawnSync(pinnedNode(), ['--disable-warning=ExperimentalWarning', ...words], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, ...options.env },
  });
  return result.status ?? 1;
}

/** Bundles the program unless the bundle is newer than every source. */
export function build() {
  const code = run([join(root, 'tools/build/ensure.ts')]);
  if (code !== 0) process.exit(3);
}
