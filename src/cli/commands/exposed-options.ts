// Flags of `seaworthy exposed`.
import type { CommonOptions } from '../options.ts';

export interface ExposedOptions extends CommonOptions {
  readonly format: 'table' | 'json';
  readonly limit: number;
  readonly skip: number;
}
