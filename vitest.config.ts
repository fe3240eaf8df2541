// Tests lie beside the code; each file runs in a process of its own. What only computes runs side by
// side; what shares the machine's kernel, engine, ports or browser runs alone.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const computing = [
  'advisory',
  'base',
  'inspect',
  'inventory',
  'lesson',
  'model',
  'policy',
  'report',
  'runtime',
  'trust',
].map((folder) => `src/${folder}/**/*.test.ts`);
const never = ['**/node_modules/**', '**/fixtures/**'];

export default defineConfig({
  test: {
    // Real engines, registries and package tools are slower than unit code; a hang must still end.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'computing',
          include: computing,
          exclude: never,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'machine',
          include: [
            'src/**/*.test.ts',
            'tools/**/*.test.ts',
            'test/**/*.test.ts',
            'ui/**/*.test.ts',
          ],
          exclude: [...never, ...computing],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
