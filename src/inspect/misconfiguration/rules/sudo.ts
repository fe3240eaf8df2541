// sudo inside a container.
import type { FileRule, ImageRule } from '../rule.ts';
import { linesThat } from '../rule.ts';

export const sudoPresent: ImageRule = {
  id: 'image-sudo',
  title: 'The image holds sudo',
  severity: 'negligible',
  why: 'Its only use in a container is to become root again, and it had flaws that did so unasked.',
  fix: 'Remove sudo; do what needs root in the build, or start as root and step down with `setpriv`.',
  lesson: 'runs-as-root',
  check({ packages }) {
    const found = packages.find(
      ({ name, type }) => name === 'sudo' && (type === 'deb' || type === 'apk' || type === 'rpm'),
    );
    return found === undefined ? null : { evidence: { package: found.purl } };
  },
};

export const sudoWithoutPassword: FileRule = {
  id: 'image-sudo-without-password',
  title: 'A user may become root without a password',
  severity: 'medium',
  why: 'Running as another user than root then protects from nothing.',
  fix: 'Remove the NOPASSWD rule.',
  lesson: 'runs-as-root',
  wants: (path) => path === 'etc/sudoers' || path.startsWith('etc/sudoers.d/'),
  check(file) {
    return linesThat(file.text(), (line) =>
      /^[^#\n]{1,200}=\s*\([^)]{0,80}\)\s*NOPASSWD:\s*ALL\b/.test(line),
    ).map(({ line, text }) => ({ line, evidence: { who: text.trim().split(/\s+/, 1)[0] ?? '' } }));
  },
};
