// Detection rules in the Falco language: load, run, explain.
import { judgeOf } from './engine/index.ts';
import { syscallFields } from './fields/index.ts';
import {
  type ConditionJudge,
  type LoadedRules,
  loadRules,
  type RulesFile,
} from './language/index.ts';

export {
  type Detection,
  DetectionWriter,
  detectionJson,
  type EngineOptions,
  type Explanation,
  explain,
  type FieldDefinition,
  type FieldRegistry,
  type FieldValue,
  judgeOf,
  type Outcome,
  RuleEngine,
  timeTexts,
} from './engine/index.ts';
export {
  type FlatEvent,
  fieldNames,
  flatEvent,
  flatFields,
  syscallFields,
  unknownNames,
} from './fields/index.ts';
export {
  type LoadError,
  type LoadedRules,
  type LoadWarning,
  type Priority,
  type Rule,
  type RulesFile,
} from './language/index.ts';

/**
 * Loads rules for system calls and for other sources, each with its judge by its name; see `loadRules`
 * of the language.
 */
export function loadRulesOf(
  files: readonly RulesFile[],
  others: ReadonlyMap<string, ConditionJudge>,
): LoadedRules {
  return loadRules(files, new Map([...others, ['syscall', judgeOf(syscallFields)]]));
}

/** Loads rules for system call events; see `loadRules` of the language. */
export function loadSyscallRules(files: readonly RulesFile[]): LoadedRules {
  return loadRules(files, new Map([['syscall', judgeOf(syscallFields)]]));
}
