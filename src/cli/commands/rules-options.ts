// Flags of `seaworthy rules`.
import type { CommonOptions } from '../options.ts';

export interface RulesOptions extends CommonOptions {
  readonly format: 'table' | 'json';
}

export interface ExplainOptions extends RulesOptions {
  /** A JSON file, or `-` for stdin. */
  readonly event: string;
}

export interface RuleListOptions extends RulesOptions {
  /** An id of ATT&CK. */
  readonly technique?: string;
}
