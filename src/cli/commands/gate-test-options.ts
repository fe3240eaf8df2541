// What the flags of `gate test` and `gate baseline` give.
import type { ProfileId } from '../../policy/index.ts';
import type { CommonOptions } from '../options.ts';

export interface GateTestOptions extends CommonOptions {
  readonly format: 'table' | 'json';
}

export interface GateBaselineOptions extends CommonOptions {
  readonly owner: string;
  readonly expires?: string;
  readonly reason: string;
  readonly policy: readonly string[];
  readonly profile: readonly ProfileId[];
  readonly kubernetesVersion: string;
}
