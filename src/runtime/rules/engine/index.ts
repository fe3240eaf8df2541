// The rule engine: compiles conditions, matches events, writes and explains detections.
export {
  type Detection,
  type DetectionContext,
  DetectionWriter,
  detectionJson,
  timeTexts,
} from './detection.ts';
export { type EngineOptions, RuleEngine, type TypedEvent } from './engine.ts';
export { type Explanation, explain, type Outcome } from './explain.ts';
export type {
  FieldDefinition,
  FieldRegistry,
  FieldShape,
  FieldType,
  FieldValue,
  Multiplicity,
} from './field.ts';
export { compileGlob } from './glob.ts';
export { judgeOf } from './judge.ts';
export { PatternError } from './pattern-syntax.ts';
