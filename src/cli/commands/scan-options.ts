// What the flags of `scan` give.
import type { Scanner } from '../../inspect/scanner.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';

/** Words of `--fail-on`, mildest first. */
export const failLevels = ['low', 'medium', 'high', 'critical', 'kev'] as const;
export type FailLevel = (typeof failLevels)[number];

export const scanFormats = ['table', 'json', 'sarif', 'cyclonedx', 'spdx'] as const;

export interface ScanOptions extends CommonOptions, RegistryFlags {
  readonly format: (typeof scanFormats)[number];
  readonly failOn?: FailLevel;
  readonly onlyFixed?: boolean;
  readonly scanners: readonly Scanner[];
  readonly show?: string;
  readonly vex: readonly string[];
  readonly ignoreFile?: string;
  readonly excludeBase?: string;
  readonly verifyDigests?: boolean;
  readonly update?: boolean;
}
