// Where the parts of the program lie when it runs as sources; the bundle and the executable are run whole
// by tools/build/pack.test.ts and test/e2e/executable.test.ts.
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { forkEntry, spawnProgram } from '../own-process/index.ts';
import {
  entryOf,
  isEmbedded,
  launcher,
  loadEmbeddedAddon,
  partFile,
  partFolder,
  partsOfFolder,
  startThread,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('parts', () => {
  test('of a checkout are its files', () => {
    expect(isEmbedded).toBe(false);
    const rules = partFolder('rules');
    expect(rules.names()).toContain('kubernetes/k8s-audit.yaml');
    expect(rules.names()).toEqual(rules.names().toSorted());
    expect(rules.stamp('00-words.yaml')).toBeGreaterThan(0);
    expect(rules.stamp('none.yaml')).toBe(0);
    expect(partFile('native', 'seaworthy.bpf.o').subarray(1, 4).toString()).toBe('ELF');
    expect(() => partFile('native', 'none')).toThrow('ENOENT');
  });

  test('of a folder are those below it as well', () => {
    mkdirSync(join(folder, 'ui/assets'), { recursive: true });
    writeFileSync(join(folder, 'ui/assets/a.js'), 'a');
    writeFileSync(join(folder, 'ui/index.html'), 'b');
    const parts = partsOfFolder(join(folder, 'ui'));
    expect(parts.names()).toEqual(['assets/a.js', 'index.html']);
    expect(parts.read('assets/a.js').toString()).toBe('a');
  });

  test('an addon out of the file is only in the executable', () => {
    expect(() => loadEmbeddedAddon('koffi.node')).toThrow('this build has no koffi.node');
  });
});

describe('entries', () => {
  test('lie beside the module that asks, in sources and bundles and within the executable', () => {
    const from = (address: string): string => entryOf('watch', address).href;
    expect(from('file:///a/src/flow/x.ts')).toBe('file:///a/src/flow/watch.worker.ts');
    expect(from('file:///a/dist/x-1.mjs')).toBe('file:///a/dist/watch.worker.mjs');
    expect(from('seaworthy:///code/x-1.mjs')).toBe('seaworthy:///code/watch.worker.mjs');
    expect(existsSync(launcher())).toBe(true);
  });

  test('are threads and processes with words and a channel', async () => {
    const file = join(folder, 'entry.mjs');
    const code =
      "import { parentPort } from 'node:worker_threads';\nconst told = process.argv.slice(2);\n(parentPort ?? { postMessage: (one) => process.send(one, () => process.disconnect()) }).postMessage(told);";
    writeFileSync(file, code);
    const thread = startThread(pathToFileURL(file));
    expect(await once(thread, 'message')).toEqual([[]]);
    await thread.terminate();
    const nodeFlags = ['--max-old-space-size=96'];
    const child = forkEntry(pathToFileURL(file), ['{"a":1}'], { nodeFlags });
    const [told] = (await once(child, 'message')) as [unknown];
    expect(told).toEqual(['{"a":1}']);
    expect(child.spawnargs).toContain('--max-old-space-size=96');
    await once(child, 'exit');
  });

  test('the whole program starts again with other words', async () => {
    const child = spawnProgram(['--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout?.on('data', (part) => (text += part));
    await once(child, 'close');
    expect(text).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(child.spawnargs).toContain(fileURLToPath(launcher()));
  });
});
