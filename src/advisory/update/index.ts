// Building and updating the advisory database from feeds, mirrors and finished files.
export { type BuildOptions, type BuildResult, buildDatabase } from './build.ts';
export type { Network } from './network.ts';
export type { PullArtifact } from './prebuilt.ts';
export type { OnProgress, UpdateProblem, UpdateProgress } from './progress.ts';
export { publicBucket, type UpdateOptions, type UpdateResult, updateDatabase } from './update.ts';
