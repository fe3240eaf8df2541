// Go module versions (golang.org/ref/mod#versions) and the releases of Go itself, with or without
// the leading `v` or `go` that advisories leave out. `+incompatible` and `+dirty` do not count.
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { compareSemver, type SemverRules } from './semver-order.ts';

const rules: SemverRules = { goReleases: true };

const modulePattern = /^v?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const releasePattern = /^(?:go)?\d+(?:\.\d+){0,2}(?:(?:beta|rc)\d+)?(?:-[0-9A-Za-z.-]+)?$/;

/** `(devel)` and `devel +1a2b3c` have no place in the order. */
export const golangVersions: VersionScheme = {
  id: 'golang',
  compare: (a, b) => compareSemver(a, b, rules),
  isValid: (version) => modulePattern.test(version) || releasePattern.test(version),
};
