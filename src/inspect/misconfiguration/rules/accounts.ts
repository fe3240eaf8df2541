// Accounts that anyone can use: empty passwords, a second root.
import type { FileRule } from '../rule.ts';
import { linesThat } from '../rule.ts';

export const emptyPassword: FileRule = {
  id: 'image-empty-password',
  title: 'An account has an empty password',
  severity: 'high',
  why: 'Whoever reaches a login, or runs `su` inside the container, becomes that user.',
  fix: 'Lock the account: `passwd -l NAME`.',
  lesson: 'weak-accounts',
  wants: (path) => path === 'etc/shadow' || path === 'etc/passwd',
  check(file) {
    // Fields of shadow(5) and passwd(5): the second is the hash; `x` points to the other file.
    return linesThat(file.text(), (line) => /^[\w.-]+::/.test(line)).map(({ line, text }) => ({
      line,
      evidence: { account: text.split(':', 1)[0] ?? '' },
    }));
  },
};

export const secondRoot: FileRule = {
  id: 'image-second-root',
  title: 'An account beside root has the number of root',
  severity: 'high',
  why: 'It is root under another name, and a usual way to keep a door open.',
  fix: 'Delete the account or give it a number of its own.',
  lesson: 'weak-accounts',
  wants: (path) => path === 'etc/passwd',
  check(file) {
    return linesThat(file.text(), (line) => /^(?!root:|\+)[\w.-]+:[^:]*:0+:/.test(line)).map(
      ({ line, text }) => ({ line, evidence: { account: text.split(':', 1)[0] ?? '' } }),
    );
  },
};
