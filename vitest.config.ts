// Tests lie beside the code; each file runs in a process of its own.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'test/**/*.test.ts', 'ui/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/fixtures/**'],
    // Real engines, registries and package tools are slower than unit code; a hang must still end.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
