// NuGet: one to four numbers, pre-releases without regard to case (NuGet docs, "Package versioning").
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareSemver, type SemverRules } from './semver-order.ts';

const rules: SemverRules = { foldCase: true };

export const nugetVersions: VersionScheme = {
  id: 'nuget',
  compare: (a, b) => compareSemver(a, b, rules),
  isValid: (version) =>
    /^v?\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(version),
};
