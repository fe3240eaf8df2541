// The door of the report wing. Adding an output = its file and one line in `outputs`.
export { type Graded, gradeOf } from './grade.ts';
export {
  type AffectedName,
  type FlawFacts,
  type LearnAnswer,
  learnText,
} from './learn/index.ts';
export { type Output, type OutputOptions, textOf } from './output.ts';
export { outputs } from './registry.ts';
export { summaryOf } from './summary.ts';
