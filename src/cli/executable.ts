// The first code of the single executable, in its process and in each of its threads: lets code be loaded
// out of it, then starts what is meant. Nothing is unpacked (docs/decisions/011).
import { registerHooks } from 'node:module';
import { constants, Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { embeddedCode, embeddedScheme, entryFlag, launcher } from '../host/program/index.ts';

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    const isOurs = parentURL.startsWith(embeddedScheme) && /^\.\.?\//.test(specifier);
    if (!isOurs && !specifier.startsWith(embeddedScheme)) return next(specifier, context);
    const { href } = new URL(specifier, parentURL === '' ? undefined : parentURL);
    return { url: href, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith(embeddedScheme)) return next(url, context);
    const source = embeddedCode(url);
    if (source === null) throw new Error(`this executable holds no ${url}`);
    return { format: 'module', source, shortCircuit: true };
  },
});

/** `import()` of this script itself would know Node's own modules alone. */
const load = new Script('(address) => import(address)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext() as (address: string) => Promise<unknown>;

void load(entryAddress());

/** Takes the word that names it out of the command line. */
function entryAddress(): string {
  const { argv } = process;
  if (!isMainThread) return argv.pop() ?? '';
  const [, , first = ''] = argv;
  const entry = first.startsWith(entryFlag) ? first.slice(entryFlag.length) : '';
  const address = `${embeddedScheme}///${entry}`;
  const isOne = /^code\/[\w-]+\.worker\.mjs$/.test(entry) && embeddedCode(address) !== null;
  if (!isOne) return launcher().href;
  argv.splice(2, 1);
  return address;
}
