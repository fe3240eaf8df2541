import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ExecTrace, openExecTrace, parseExecTrace } from './exec-trace.ts';

test('a call and its program, a call that failed, a thread that becomes the process', () => {
  const text = `# tracer: nop
   containerd-61    [001] .....  10.000100: sys_execve(filename: c0, argv: c1, envp: c2)
   containerd-61    [001] .....  10.000200: sys_execve(filename: c3, argv: c1, envp: c2)
          pid-7     [000] .....  10.000240: sys_execveat(fd: 6, filename: c3, argv: c1, envp: c2, flags: 1000)
          pid-7     [000] .....  10.000270: sched_process_exec: filename=6 pid=7 old_pid=7
            x-9     [000] .....  10.000300: sched_process_exec: filename=/bin/x pid=9 old_pid=9
         shim-60    [001] .....  10.001700: sched_process_exec: filename=/usr/bin/shim pid=60 old_pid=61
`;
  expect(parseExecTrace(text)).toMatchObject([{ path: '6' }, { path: '/usr/bin/shim' }]);
  expect(parseExecTrace(text)[1]?.ms).toBeCloseTo(1.5);
});

const missing = open();

describe.skipIf(missing !== '')(`on this kernel${missing === '' ? '' : ` (${missing})`}`, () => {
  test('a program that runs is seen', () => {
    const trace = openExecTrace();
    try {
      execFileSync('/bin/true');
      const found = trace.take().filter(({ path }) => path === '/bin/true');
      expect(found.length).toBeGreaterThan(0);
      expect(found.every(({ ms }) => ms > 0)).toBe(true);
    } finally {
      trace.close();
    }
  });
});

/** Why there is no trace here; empty: there is one. */
function open(): string {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/proc/filesystems')) return 'needs Linux';
  let trace: ExecTrace;
  try {
    trace = openExecTrace();
  } catch {
    return 'needs tracefs';
  }
  trace.close();
  return '';
}
