// What is left of `require` in the bundle, run.
import { expect, test } from 'vitest';
import { requiringBuiltins } from './requires.ts';

const runtime =
  'import { createRequire } from "node:module";\nvar __require = /* #__PURE__ */ (() => createRequire(import.meta.url))();\nexport { __require };';

test('modules of Node are found, packages beside the bundle are not', async () => {
  const code = requiringBuiltins(runtime);
  expect(code).not.toContain('import.meta');
  const address = `data:text/javascript,${encodeURIComponent(code)}`;
  const { __require } = (await import(address)) as { __require: (name: string) => unknown };
  expect(__require('util')).toHaveProperty('inspect');
  expect(__require('node:path')).toHaveProperty('join');
  for (const name of ['pg-native', 'commander', './x.cjs']) {
    expect(() => __require(name)).toThrow(`${name} is no part of the bundle`);
  }
});

test('other code stays as it is; another runtime is noticed', () => {
  expect(requiringBuiltins('const x = 1;')).toBe('const x = 1;');
  expect(() => requiringBuiltins('var __require = other();')).toThrow('another way to require');
});
