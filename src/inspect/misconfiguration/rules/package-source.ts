// Package sources that are believed without a signature, in the image itself.
import type { FileRule } from '../rule.ts';
import { linesThat } from '../rule.ts';

const aptTrusts =
  /^\s*deb(?:-src)?\s+\[[^\]]{0,200}\b(?:trusted|allow-insecure)=yes\b|^\s*Trusted:\s*yes\b/i;
const aptAllows =
  /^\s*(?:APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)\s+"?(?:true|1|yes)/i;
const rpmTrusts = /^\s*gpgcheck\s*=\s*0\b/;

export const packageSource: FileRule = {
  id: 'image-unsigned-package-source',
  title: 'Packages are installed from a source without checking signatures',
  severity: 'medium',
  why: 'Whoever controls the server or the network between puts programs into every build on this image.',
  fix: "Import the source's signing key and remove the exception.",
  lesson: 'unverified-download',
  wants: (path) =>
    path === 'etc/apt/sources.list' ||
    path.startsWith('etc/apt/sources.list.d/') ||
    path.startsWith('etc/apt/apt.conf.d/') ||
    path === 'etc/dnf/dnf.conf' ||
    path === 'etc/yum.conf' ||
    path.startsWith('etc/yum.repos.d/'),
  check(file) {
    const isRpm = !file.path.startsWith('etc/apt/');
    const text = file.text();
    // A repository that is switched off installs nothing.
    if (isRpm && /^[ \t]*enabled[ \t]*=[ \t]*0\b/m.test(text)) return [];
    const fits = isRpm
      ? (line: string) => rpmTrusts.test(line)
      : (line: string) => aptTrusts.test(line) || aptAllows.test(line);
    return linesThat(text, fits)
      .slice(0, 1)
      .map(({ line }) => ({ line, evidence: {} }));
  },
};
