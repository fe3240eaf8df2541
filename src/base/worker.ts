// Where the code of a worker thread lies: beside the module that starts it, in sources and bundle alike.

/**
 * The entry of the worker `<name>.worker.ts` in the folder of the module that asks. The bundle holds
 * every file of that name as an entry of its own (tools/build/bundle.ts).
 * @param from `import.meta.url` of the module that asks
 */
export function workerEntry(name: string, from: string): URL {
  const isSource = from.endsWith('.ts');
  return new URL(`./${name}.worker.${isSource ? 'ts' : 'mjs'}`, from);
}
