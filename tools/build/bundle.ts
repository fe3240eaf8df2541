// Bundles the program into dist/: a small launcher, a chunk for each command, the workers, the rules,
// the dashboard.
import { cpSync, globSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';
import { withBuiltins } from './builtins.ts';
import { requiringBuiltins } from './requires.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes `dist/`; throws when a module cannot be resolved. */
export async function bundle(folder: string = `${root}dist`): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const build = await rolldown({
    input: { seaworthy: `${root}src/cli/launch.ts`, ...workers() },
    platform: 'node',
    // The same code as modules: half of it is left out, and the rest starts in half the time.
    resolve: { alias: { yaml: `${root}node_modules/yaml/browser/index.js` } },
    logLevel: 'warn',
    // Of ours only the entries do anything when they are loaded: a door brings just what is taken from it.
    treeshake: { moduleSideEffects: (id) => !id.startsWith(`${root}src/`) },
    preserveEntrySignatures: 'allow-extension',
    plugins: [{ name: 'builtins', renderChunk: (code) => withBuiltins(requiringBuiltins(code)) }],
  });
  const { output } = await build.generate({ format: 'esm' });
  const chunks = output.filter((one) => one.type === 'chunk');
  await build.write({
    dir: folder,
    format: 'esm',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    codeSplitting: { includeDependenciesRecursively: false, groups: groupsOf(chunks) },
  });
  await build.close();
  // Data, found by src/host/rules; beside the chunks it goes wherever they go.
  cpSync(`${root}rules`, `${folder}/rules`, { recursive: true });
  // Loaded here: whoever only asks whether the bundle is fresh does not wait for vite.
  const { buildUi } = await import('./ui.ts');
  await buildUi(`${folder}/ui`);
}

/** Each file of a start costs half a millisecond: what is loaded together lies in few. */
function groupsOf(chunks: readonly OutputChunk[]) {
  const launch = modulesOf(chunks, 'seaworthy');
  const [main, scan, gate, watching, up] = [
    'main',
    'scan-run',
    'gate-run',
    'consumer',
    'up-run',
  ].map((name) => modulesOf(chunks, name));
  // What reads an image, and what judges it: a known image needs neither.
  const [reading, judging] = [
    ['reading', 'read-inventory'],
    ['judgement', 'advisories'],
  ].map((names) => names.map((name) => modulesOf(chunks, name)));
  const isScanned = (id: string): boolean =>
    scan?.has(id) === true || gate?.has(id) === true || isOf(reading, id) || isOf(judging, id);
  const watch = ['watch-run', 'watch.worker', 'answerer.worker'].map((name) =>
    modulesOf(chunks, name),
  );
  const isLaunched = (id: string): boolean => launch.has(id) && !id.endsWith('/cli/launch.ts');
  return [
    // What the launcher has in common with others: one file, with nothing else in it.
    { name: 'launch', test: isLaunched },
    // The threads and processes of `watch` begin without the parsers of YAML, what only a command needs,
    // and all of a scan.
    {
      name: 'yaml',
      test: (id: string) => watching?.has(id) === true && isScanned(id) && isYaml(id),
    },
    {
      name: 'ground',
      test: (id: string) =>
        watch.some((one) => one.has(id)) && (isScanned(id) || main?.has(id) === true),
    },
    { name: 'main', test: (id: string) => main?.has(id) === true },
    // What the gate has in common with a scan is apart: the gate does not load all of a scan. Nor does what
    // `up` needs for its first page, which is little of either.
    {
      name: 'answer',
      test: (id: string) =>
        (gate?.has(id) === true && scan?.has(id) === true) ||
        (up?.has(id) === true && isScanned(id)),
    },
    { name: 'scan-run', test: (id: string) => scan?.has(id) === true },
    { name: 'gate-run', test: (id: string) => gate?.has(id) === true },
    { name: 'reading', test: (id: string) => isOf(reading, id) },
    { name: 'judging', test: (id: string) => isOf(judging, id) },
  ].map(({ name, test }, index) => ({
    name,
    test: (id: string): boolean => test(id) && (name === 'launch' || !launch.has(id)),
    priority: 9 - index,
  }));
}

function isOf(half: readonly ReadonlySet<string>[] | undefined, id: string): boolean {
  return half?.some((one) => one.has(id)) === true;
}

function isYaml(id: string): boolean {
  return !id.startsWith(`${root}src/`) || id.includes('/base/yaml');
}

/** All modules that are loaded together with the chunk of that name. */
function modulesOf(chunks: readonly OutputChunk[], name: string): ReadonlySet<string> {
  const loaded = new Set<OutputChunk>();
  const load = (chunk: OutputChunk | undefined): void => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const file of chunk.imports) load(chunks.find(({ fileName }) => fileName === file));
  };
  load(chunks.find((chunk) => chunk.name === name));
  if (loaded.size === 0) throw new Error(`no chunk is named ${name}`);
  return new Set([...loaded].flatMap(({ moduleIds }) => moduleIds));
}

/** Threads start from entries of their own; see src/host/program. */
function workers(): Record<string, string> {
  const files = globSync('src/**/*.worker.ts', { cwd: root });
  return Object.fromEntries(files.map((file) => [basename(file, '.ts'), `${root}${file}`]));
}

if (import.meta.main) await bundle();
