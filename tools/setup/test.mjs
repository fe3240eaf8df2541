// `npm test`: installs what is missing and runs every check and test that this machine allows.
// Ends with the line `N passed, N failed, N skipped`; each check counts as one test.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, root, run } from './prepare.mjs';

install();
build();

const bin = (name, ...words) => [join(root, 'node_modules', name), ...words];
/** @type {[string, string[]][]} */
const checks = [
  ['types', bin('typescript/bin/tsc', '-p', '.')],
  ['types of the dashboard', bin('typescript/bin/tsc', '-p', 'ui')],
  ['types of its tests', bin('typescript/bin/tsc', '-p', 'test/browser')],
  ['lint', bin('oxlint/bin/oxlint', '--deny-warnings')],
  ['format', bin('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')],
  ['dead code', bin('knip/bin/knip.js')],
];

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [name, words] of checks) {
  const code = run(words);
  console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name}`);
  if (code === 0) passed += 1;
  else failed += 1;
}

if (!process.argv.includes('--checks-only')) {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'));
  const file = join(folder, 'results.json');
  const words = bin(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  );
  const code = run([...words, ...process.argv.slice(2)]);
  try {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    passed += results.numPassedTests;
    // A file that cannot be loaded has no failed test of its own.
    failed += Math.max(results.numFailedTests, results.numFailedTestSuites > 0 ? 1 : 0);
    skipped += results.numPendingTests + results.numTodoTests;
    if (code !== 0 && failed === 0) failed += 1;
  } catch {
    failed += 1;
  }
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
