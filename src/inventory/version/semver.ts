// Semantic Versioning as npm, crates.io, Hex, Swift and GitHub Actions use it, and Bitnami's variant.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareSemver, type SemverRules } from './semver-order.ts';

const plain: SemverRules = {};
const withRevisions: SemverRules = { revisions: true };

// One to three numbers: old advisories and tags (`v4`, `1.2`) leave out trailing components.
const pattern = /^[v=]?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

export const semverVersions: VersionScheme = {
  id: 'semver',
  compare: (a, b) => compareSemver(a, b, plain),
  isValid: (version) => pattern.test(version),
};

/** `1.2.3-4` is the fourth packaging of 1.2.3, not a pre-release. Four numbers occur. */
export const bitnamiVersions: VersionScheme = {
  id: 'bitnami',
  compare: (a, b) => compareSemver(a, b, withRevisions),
  isValid: (version) => /^v?\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(version),
};
