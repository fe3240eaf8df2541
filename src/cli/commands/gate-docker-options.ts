// What the flags of `gate docker` give.
import type { PresetId } from '../../policy/docker-api/index.ts';
import type { Decision, ProfileId } from '../../policy/index.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';

/** Named here again, so that showing the help does not load the table of operations. */
export const guardPresets = [
  'usual',
  'read-only',
  'ci',
  'compose',
] as const satisfies readonly PresetId[];

export interface GateDockerOptions extends CommonOptions, RegistryFlags {
  readonly socket: string;
  /** Absent: the plugin is served, not the proxy. */
  readonly listen?: string;
  readonly upstream: string;
  readonly allowHost: readonly string[];
  readonly ownOnly?: string;
  readonly socketMode: string;
  readonly preset: PresetId;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly policy: readonly string[];
  readonly profile: readonly ProfileId[];
  readonly waivers?: string;
  readonly onUnknown: Decision;
  readonly trustPolicy?: string;
  readonly trustedRoot?: string;
  readonly deadline: string;
  readonly audit?: boolean;
  readonly record?: string;
}
