// The door of the distributions: which one a target is, until when it lives, who speaks for it.
export type { Detection } from './detect.ts';
export { detectDistribution } from './detect.ts';
export type { SystemIdentity } from './identity.ts';
export { distributionOf, identityOfPurl } from './identity.ts';
export { distributionGlobs } from './release-text.ts';
