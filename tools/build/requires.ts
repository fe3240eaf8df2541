// What `require` means in the bundle.

/**
 * What packages of the old kind require is in the bundle, or a module of Node. The rest are extras that
 * they try to find (`pg-native`): they must not come from whatever folder lies above the bundle.
 */
export function requiringBuiltins(code: string): string {
  const given = '(() => createRequire(import.meta.url))()';
  const ours = `((name) => {
  const found = process.getBuiltinModule(name);
  if (found !== undefined) return found;
  throw Object.assign(new Error(name + ' is no part of the bundle'), { code: 'MODULE_NOT_FOUND' });
})`;
  const isRuntime = /\bvar __require = /.test(code);
  if (isRuntime && !code.includes(given)) throw new Error('rolldown has another way to require');
  return code.replace(given, ours);
}
