// Dart's pub: Semantic Versioning where build metadata takes part (dart.dev/tools/pub/versioning).
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareSemver, type SemverRules } from './semver-order.ts';

const rules: SemverRules = { buildCounts: true };

export const pubVersions: VersionScheme = {
  id: 'pub',
  compare: (a, b) => compareSemver(a, b, rules),
  isValid: (version) =>
    /^v?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(version),
};
