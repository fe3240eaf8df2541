// Rules of the kernel's audit system: those that are loaded, else those that files want loaded.
import { spawnSync } from 'node:child_process';
import type { OwnedFile } from './owned-file.ts';

export interface AuditRules {
  /** `auditctl -l`, or the files. */
  readonly source: string;
  readonly lines: readonly string[];
}

interface Reader {
  readonly root: string;
  readonly text: (path: string) => string | null;
  readonly file: (path: string) => OwnedFile | null | undefined;
  readonly filesBelow: (folder: string) => readonly OwnedFile[];
}

const answerMs = 5000;
const answerBytes = 4 * 1024 * 1024;
const programs = ['/sbin/auditctl', '/usr/sbin/auditctl'];

/** Null: neither the program nor its files are there. */
export function readAuditRules({ root, text, file, filesBelow }: Reader): AuditRules | null {
  const program = root === '/' ? programs.find((one) => file(one)?.kind === 'file') : undefined;
  if (program !== undefined) {
    const run = spawnSync(program, ['-l'], {
      timeout: answerMs,
      maxBuffer: answerBytes,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Without privileges, or in a container without the audit system, the files are asked.
    if (run.status === 0) return { source: 'auditctl -l', lines: linesOf(run.stdout.toString()) };
  }
  const files = [
    ...filesBelow('/etc/audit/rules.d').map(({ path }) => path),
    '/etc/audit/audit.rules',
  ];
  const found = files.flatMap((path) => {
    const content = text(path);
    return content === null ? [] : [linesOf(content)];
  });
  return found.length === 0 ? null : { source: '/etc/audit', lines: found.flat() };
}

function linesOf(content: string): readonly string[] {
  return content.split('\n').filter((line) => line.trim() !== '');
}
