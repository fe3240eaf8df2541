// The door of suppression: ignore files and VEX documents in, findings kept and held back out.
export { compileGlob, type Glob } from './glob.ts';
export { applyIgnores, type IgnoreContext, type Ignored } from './ignore.ts';
export {
  type IgnoreFile,
  type IgnoreProblem,
  type IgnoreRule,
  parseIgnoreFile,
} from './ignore-file.ts';
export type { VexTarget } from './purl-match.ts';
export type { VexDocument, VexStatement, VexStatus } from './statement.ts';
export { applyVex, type ParsedVex, parseVex, type VexApplied } from './vex.ts';
