// A lock file as npm leaves it when a registry lacks the packages of other platforms.
import { expect, test } from 'vitest';
import { completed, type LockPackages, missingEntries } from './lock.ts';

const asked = { 'a-linux-arm-musleabihf': '2.0.0', 'a-linux-x64-gnu': '2.0.0' };

test('entries of other platforms are added, marked so that npm passes them over', () => {
  const packages: LockPackages = {
    'node_modules/a': { version: '2.0.0', dev: true, optionalDependencies: asked },
    'node_modules/a-linux-x64-gnu': { version: '2.0.0' },
  };
  expect(missingEntries(packages).map(({ name }) => name)).toEqual(['a-linux-arm-musleabihf']);
  const whole = completed(packages);
  expect(whole['node_modules/a-linux-arm-musleabihf']).toEqual({
    version: '2.0.0',
    cpu: ['arm'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  });
  expect(missingEntries(whole)).toEqual([]);
});

test('another version that stands in the place moves to the package that needs it', () => {
  const older = { version: '1.0.0', integrity: 'sha512-x' };
  const packages: LockPackages = {
    'node_modules/a': { version: '2.0.0', optionalDependencies: { 'a-win32-x64': '2.0.0' } },
    'node_modules/a-win32-x64': older,
    'node_modules/b': { version: '1.0.0' },
    'node_modules/b/node_modules/a': {
      version: '1.0.0',
      optionalDependencies: { 'a-win32-x64': '1.0.0' },
    },
  };
  const whole = completed(packages);
  expect(whole['node_modules/a-win32-x64']).toMatchObject({ version: '2.0.0', os: ['win32'] });
  expect(whole['node_modules/b/node_modules/a-win32-x64']).toEqual(older);
  expect(missingEntries(whole)).toEqual([]);
});

test('ranges are met by what is there', () => {
  const packages: LockPackages = {
    '': { dependencies: { a: '^1.0.0' } },
    'node_modules/a': { version: '1.4.0', dependencies: { 'b-wasm32-wasi': '1.0.0' } },
  };
  expect(missingEntries(packages)).toMatchObject([{ place: 'node_modules/b-wasm32-wasi' }]);
  expect(completed(packages)['node_modules/b-wasm32-wasi']).toMatchObject({ cpu: ['wasm32'] });
});
