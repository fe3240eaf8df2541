// Detection rules in the Falco language: load, run, explain.
import { judgeOf } from './engine/index.ts';
import { syscallFields } from './fields/index.ts';
import { type LoadedRules, loadRules, type RulesFile } from './language/index.ts';

export {
  type Detection,
  DetectionWriter,
  detectionJson,
  type EngineOptions,
  type Explanation,
  explain,
  type Outcome,
  RuleEngine,
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

/** Loads rules for system call events; see `loadRules` of the language. */
export function loadSyscallRules(files: readonly RulesFile[]): LoadedRules {
  return loadRules(files, new Map([['syscall', judgeOf(syscallFields)]]));
}
