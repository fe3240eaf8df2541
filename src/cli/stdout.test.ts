import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const module = fileURLToPath(new URL('./stdout.ts', import.meta.url));
const length = 3_000_000;
const writing = `import { writeStdout } from ${JSON.stringify(module)};
await writeStdout('ä'.repeat(${length}));
await writeStdout('end');`;
const words = ['--input-type=module', '-e', writing];

test('a slow reader gets all of it', () => {
  const { stdout, status } = spawnSync(
    '/bin/sh',
    ['-c', '"$0" "$@" | (sleep 0.3; cat)', process.execPath, ...words],
    { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 },
  );
  expect(status).toBe(0);
  expect(stdout.length).toBe(length + 'end'.length);
  expect(stdout.endsWith('äend')).toBe(true);
});

test('a socket that does not block gets all of it', async () => {
  // Node's own pipes to children are such sockets.
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(2 * length + 'end'.length);
});

test('a reader that goes away ends it quietly', () => {
  const script = '{ "$0" "$@"; echo "code $?" >&2; } | head -c 10 >/dev/null';
  const { stderr } = spawnSync('/bin/sh', ['-c', script, process.execPath, ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('code 0\n');
});

test('a full disk is one line', () => {
  const script = '"$0" "$@" >/dev/full';
  const { stderr, status } = spawnSync('/bin/sh', ['-c', script, process.execPath, ...words], {
    encoding: 'utf8',
  });
  expect(status).toBe(3);
  expect(stderr).toMatch(/^seaworthy: the result cannot be written \(ENOSPC[^\n]*\); make room\n$/);
});

test('nobody looks at a file, a pipe or nothing', () => {
  const asking = `import { viewOf } from ${JSON.stringify(module)};
process.stderr.write(JSON.stringify([viewOf(undefined), viewOf('file', 100), viewOf(undefined, 160)]));`;
  for (const stdout of ['ignore', 'pipe'] as const) {
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', asking], {
      stdio: ['ignore', stdout, 'pipe'],
      encoding: 'utf8',
    });
    expect(JSON.parse(stderr)).toEqual([
      { columns: 80, colour: false },
      { columns: 100, colour: false },
      { columns: 160, colour: false },
    ]);
  }
});

test('a terminal is as wide as it is', () => {
  const asking = `import { viewOf } from ${JSON.stringify(module)};
console.log(JSON.stringify(viewOf(undefined)));`;
  const command = `stty cols 97; ${process.execPath} --input-type=module -e '${asking}'`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '' },
  });
  expect(stdout).toContain('{"columns":97,"colour":true}');
});
