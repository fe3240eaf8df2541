// Flags of `seaworthy alerts`.
import type { CommonOptions } from '../options.ts';

export const alertsFormats = ['table', 'json'] as const;

export interface AlertsOptions extends CommonOptions {
  readonly config: string;
  readonly format: (typeof alertsFormats)[number];
}
