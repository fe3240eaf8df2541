// What the flags of `db` give.
import type { CommonOptions, RegistryFlags } from '../options.ts';

export interface DbOptions extends CommonOptions, RegistryFlags {
  readonly format: 'table' | 'json';
  readonly from: readonly string[];
  /** False with --no-public. */
  readonly public: boolean;
  readonly ecosystem: readonly string[];
  readonly kev?: string;
  readonly epss?: string;
  readonly cve: readonly string[];
}
