// What the flags of the audits give.
import type { CommonOptions } from '../options.ts';

export const auditFormats = ['table', 'json', 'sarif', 'html'] as const;

/** Words of `--fail-on`, worst first. */
export const failSeverities = ['critical', 'high', 'medium', 'low'] as const;

/** Flags that every audit has. */
export interface AuditOptions extends CommonOptions {
  readonly format: (typeof auditFormats)[number];
  readonly waivers?: string;
  /** Ids, or parts of the benchmark: `5` is all of 5.1 ff. */
  readonly only?: readonly string[];
  readonly threshold?: number;
  readonly failOn?: (typeof failSeverities)[number];
  /** False with --no-history: the run is not kept for the trend. */
  readonly history: boolean;
}

export interface AuditDockerOptions extends AuditOptions {
  readonly host?: string;
  readonly root: string;
  readonly containers?: readonly string[];
}

export interface AuditHostOptions extends AuditOptions {
  readonly host?: string;
  readonly root: string;
}

export interface AuditExposureOptions extends AuditOptions {
  readonly iOwnTheseHosts?: boolean;
  readonly consent?: boolean;
  readonly metadata?: boolean;
  readonly metadataAt?: string;
}
