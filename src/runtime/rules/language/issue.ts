// What a loader of rules has to say: codes and their order as in Falco's own loader.

export type LoadErrorCode =
  | 'LOAD_ERR_FILE_READ'
  | 'LOAD_ERR_YAML_PARSE'
  | 'LOAD_ERR_YAML_VALIDATE'
  | 'LOAD_ERR_COMPILE_CONDITION'
  | 'LOAD_ERR_COMPILE_OUTPUT'
  | 'LOAD_ERR_VALIDATE';

export type LoadWarningCode =
  | 'LOAD_UNKNOWN_SOURCE'
  | 'LOAD_UNSAFE_NA_CHECK'
  | 'LOAD_NO_EVTTYPE'
  | 'LOAD_UNKNOWN_FILTER'
  | 'LOAD_UNUSED_MACRO'
  | 'LOAD_UNUSED_LIST'
  | 'LOAD_UNKNOWN_ITEM'
  | 'LOAD_DEPRECATED_ITEM'
  | 'LOAD_APPEND_NO_VALUES'
  | 'LOAD_EXCEPTION_NAME_NOT_UNIQUE'
  | 'LOAD_INVALID_RULE_NAME'
  | 'LOAD_INVALID_MACRO_NAME'
  | 'LOAD_INVALID_LIST_NAME'
  | 'LOAD_COMPILE_CONDITION'
  | 'LOAD_UNKNOWN_KEY';

/** Where something stands; `line` and `column` count from 1, null where nobody knows. */
export interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

export interface LoadIssue<Code = LoadErrorCode | LoadWarningCode> extends Place {
  /** Name of the rule, macro or list; null for the file as a whole. */
  readonly item: string | null;
  readonly code: Code;
  readonly message: string;
}

export type LoadError = LoadIssue<LoadErrorCode>;
export type LoadWarning = LoadIssue<LoadWarningCode>;

/** Collects errors and warnings, both in the order of the files. */
export class Issues {
  readonly errors: LoadError[] = [];
  readonly warnings: LoadWarning[] = [];

  error(code: LoadErrorCode, at: Place, item: string | null, message: string): void {
    this.errors.push({ ...placeOnly(at), item, code, message: bounded(message) });
  }

  warn(code: LoadWarningCode, at: Place, item: string | null, message: string): void {
    this.warnings.push({ ...placeOnly(at), item, code, message: bounded(message) });
  }
}

/** Messages quote what they are about; a hostile file has names of megabytes. */
const messageLength = 1000;

function bounded(message: string): string {
  return message.length <= messageLength ? message : `${message.slice(0, messageLength)}...`;
}

function placeOnly({ file, line, column }: Place): Place {
  return { file, line, column };
}
