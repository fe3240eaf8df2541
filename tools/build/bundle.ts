// Bundles the program into dist/: a small launcher, a chunk for each command, the workers, the rules,
// the dashboard.
import { cpSync, globSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';
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
    preserveEntrySignatures: 'allow-extension',
    plugins: [{ name: 'builtins', renderChunk: (code) => withBuiltins(requiringBuiltins(code)) }],
  });
  const { output } = await build.generate({ format: 'esm' });
  const chunks = output.filter((one) => one.type === 'chunk');
  const launch = modulesOf(chunks, 'seaworthy');
  // Each file of a start costs half a millisecond: what every start loads is one, what a scan adds another.
  const [main, scan, gate, watching] = ['main', 'scan-run', 'gate-run', 'consumer'].map((name) =>
    modulesOf(chunks, name),
  );
  const isScanned = (id: string): boolean => scan?.has(id) === true || gate?.has(id) === true;
  const watch = ['watch-run', 'watch.worker', 'answerer.worker'].map((name) =>
    modulesOf(chunks, name),
  );
  const isYaml = (id: string): boolean =>
    !id.startsWith(`${root}src/`) || id.includes('/base/yaml');
  const groups = [
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
    // What the gate has in common with a scan is apart: the gate does not load all of a scan.
    { name: 'answer', test: (id: string) => gate?.has(id) === true && scan?.has(id) === true },
    { name: 'scan-run', test: (id: string) => scan?.has(id) === true },
    { name: 'gate-run', test: (id: string) => gate?.has(id) === true },
  ].map(({ name, test }, index) => ({
    name,
    test: (id: string): boolean => test(id) && !launch.has(id),
    priority: 6 - index,
  }));
  await build.write({
    dir: folder,
    format: 'esm',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    codeSplitting: { includeDependenciesRecursively: false, groups },
  });
  await build.close();
  // Data, found by src/host/rules; beside the chunks it goes wherever they go.
  cpSync(`${root}rules`, `${folder}/rules`, { recursive: true });
  // Loaded here: whoever only asks whether the bundle is fresh does not wait for vite.
  const { buildUi } = await import('./ui.ts');
  await buildUi(`${folder}/ui`);
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

/** One import statement at the head of a chunk: what is bound, and from where. */
const importStatement = /\s*import\s*(?:([^'"]*?)\s*from\s*)?(["'])([^'"]+)\2;?/y;

/**
 * Importing a module of Node as ESM reads every export of it, also those that load half of Node when
 * they are read (`webcrypto`, the streams of `fs`): that costs 10 ms of every start. A chunk of the
 * bundle takes the names that it uses from the module itself.
 */
export function withBuiltins(code: string): string {
  const head: string[] = [];
  let end = 0;
  for (;;) {
    importStatement.lastIndex = end;
    const found = importStatement.exec(code);
    if (found === null) break;
    end = importStatement.lastIndex;
    const [statement, bound, , from = ''] = found;
    head.push(from.startsWith('node:') && bound !== undefined ? taken(bound, from) : statement);
  }
  return head.join('') + code.slice(end);
}

/** `{ a, b as c }`, `x` and `* as x` as constants. */
function taken(bound: string, from: string): string {
  const whole = `process.getBuiltinModule(${JSON.stringify(from)})`;
  const named = bound.indexOf('{');
  const single = (named === -1 ? bound : bound.slice(0, named)).replace(/^\s*\*\s*as\s/, '');
  const name = single.replace(',', '').trim();
  const parts: string[] = [];
  // Only the command parser takes this one whole, for a feature that nothing uses: loaded when asked.
  const lazy = `new Proxy({}, { get: (_, key) => ${whole}[key] })`;
  if (name !== '') parts.push(`\nconst ${name} = ${from === 'node:child_process' ? lazy : whole};`);
  if (named !== -1) {
    const names = bound.slice(named).replaceAll(/\sas\s/g, ': ');
    parts.push(`\nconst ${names} = ${whole};`);
  }
  return parts.join('');
}

/** Threads start from entries of their own; see src/host/program. */
function workers(): Record<string, string> {
  const files = globSync('src/**/*.worker.ts', { cwd: root });
  return Object.fromEntries(files.map((file) => [basename(file, '.ts'), `${root}${file}`]));
}

if (import.meta.main) await bundle();
