// Patterns of processes: floods of starts, and privileged calls tried one after the other.
import { argumentOf, type Pattern } from './pattern.ts';

const startFlood: Pattern = {
  id: 'start-flood',
  rule: 'Flood of programs started',
  description:
    'A container starts programs faster than any honest work: a bomb, or a loop gone wild.',
  priority: 'Warning',
  techniques: ['T1499'],
  tactic: 'impact',
  lesson: 'denial-of-service',
  types: ['execve', 'execveat'],
  onHost: false,
  threshold: { count: 3000, windowMs: 10_000 },
  observe: (event) => ({ within: '', key: String(event.number) }),
  text: (count) => `starts ${count} programs`,
};

const privileged = [
  'setns',
  'mount',
  'unshare',
  'ptrace',
  'bpf',
  'init_module',
  'finit_module',
  'delete_module',
  'kexec_load',
  'kexec_file_load',
  'open_by_handle_at',
  'pivot_root',
  'move_mount',
  'fsopen',
  'mknod',
  'mknodat',
  'userfaultfd',
  'io_uring_setup',
  'keyctl',
  'add_key',
  'process_vm_writev',
] as const;

const privilegeProbe: Pattern = {
  id: 'privilege-probe',
  rule: 'Privileged calls tried one after the other',
  description:
    'A program tries several calls that need privileges and is refused: it looks for a way out of its container.',
  priority: 'Critical',
  techniques: ['T1611', 'T1613'],
  tactic: 'privilege_escalation',
  lesson: 'reconnaissance',
  types: [...privileged, 'socket'],
  onHost: false,
  threshold: { count: 4, windowMs: 30_000 },
  observe(event) {
    // EPERM, and EACCES of security modules.
    if (event.result !== -1 && event.result !== -13) return null;
    if (event.type !== 'socket') return { within: '', key: event.type };
    const domain = argumentOf(event, 'domain');
    return domain === null ? null : { within: '', key: `socket ${domain}` };
  },
  text: (count) => `is refused ${count} kinds of privileged calls`,
};

export const processPatterns: readonly Pattern[] = [startFlood, privilegeProbe];
