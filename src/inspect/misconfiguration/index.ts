// The door of the misconfiguration room.
export {
  type ImageIssue,
  inspectImage,
  isFineWhenOwned,
  misconfigurationInspector,
} from './inspector.ts';
export { fileRules, imageRules } from './registry.ts';
export type { FileRule, ImageFacts, ImageRule } from './rule.ts';
