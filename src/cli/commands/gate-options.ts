// What the flags of `gate check` give.
import type { Decision, ProfileId } from '../../policy/index.ts';
import type { CommonOptions } from '../options.ts';

export const gateFormats = ['table', 'json', 'sarif'] as const;

/** Named here again, so that showing the help does not load all controls. */
export const gateProfiles = [
  'recommended',
  'baseline',
  'restricted',
  'hardening',
] as const satisfies readonly ProfileId[];

export const gateDecisions = ['allow', 'warn', 'deny'] as const satisfies readonly Decision[];

export interface GateOptions extends CommonOptions {
  readonly format: (typeof gateFormats)[number];
  readonly profile: readonly ProfileId[];
  readonly kubernetesVersion: string;
  readonly waivers?: string;
  /** Policy of `verify`: whose signatures count. */
  readonly trust?: string;
  /** Record of the webhook: what is in it is left out. */
  readonly unrecorded?: string;
  /** Files and folders of policies. */
  readonly policy?: readonly string[];
  readonly onUnknown: Decision;
  /** Variables of Compose files. */
  readonly envFile?: string;
}
