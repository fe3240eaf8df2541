// The Falco rule language: conditions, outputs, rules files.
export type {
  Check,
  Comparison,
  Expression,
  FieldOperand,
  LeftOperand,
  Modifier,
  Operand,
  Operator,
  RightOperand,
  TransformOperand,
} from './ast.ts';
export { type EventTypes, includesType, typesOfCheck } from './event-types.ts';
export type { LoadError, LoadErrorCode, LoadWarning, LoadWarningCode } from './issue.ts';
export type { RulesFile } from './item.ts';
export {
  type ConditionJudge,
  type LoadedRules,
  loadRules,
  type Problem,
  type Rule,
} from './load.ts';
export type { OutputField, OutputPart } from './output.ts';
export { parseCondition } from './parser.ts';
export { printCondition, printOperand } from './print.ts';
export type { Priority } from './priority.ts';
export { checksOf } from './walk.ts';
