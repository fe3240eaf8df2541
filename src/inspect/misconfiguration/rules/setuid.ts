// Programs that run with the rights of their owner, and that no distribution answers for.
import type { FileRule } from '../rule.ts';

export const setuid: FileRule = {
  id: 'image-setuid-file',
  title: 'A program with setuid or setgid that no package brought',
  severity: 'medium',
  why: 'A flaw in it makes any user root inside the container.',
  fix: 'Drop the bit with `chmod a-s`, or give the program the one capability that it needs.',
  lesson: 'runs-as-root',
  unlessOwned: true,
  wants: (_path, size, mode) => (mode & 0o4000) !== 0 || ((mode & 0o2010) === 0o2010 && size > 0),
  check: ({ mode }) => [
    {
      evidence: { mode: mode.toString(8) },
      ...((mode & 0o4000) === 0 ? { severity: 'low' as const } : {}),
    },
  ],
};
