// A container without USER runs as root.
import type { ImageRule } from '../rule.ts';

export const runsAsRoot: ImageRule = {
  id: 'image-runs-as-root',
  title: 'The image runs as root',
  severity: 'low',
  why: 'Whoever breaks into the process is root in the container, one kernel flaw away from the host.',
  fix: 'Add a USER with a number above 0 to the Dockerfile.',
  lesson: 'runs-as-root',
  check({ config }) {
    if (config === null) return null;
    const user = (config.user ?? '').split(':', 1)[0] ?? '';
    if (user !== '' && user !== 'root' && !/^0+$/.test(user)) return null;
    return { evidence: { user: user === '' ? 'not set' : user } };
  },
};
