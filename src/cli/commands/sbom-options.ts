// What the flags of `sbom` give.
import type { CommonOptions, RegistryFlags } from '../options.ts';

export const sbomFormats = ['cyclonedx', 'spdx', 'json'] as const;

export interface SbomOptions extends CommonOptions, RegistryFlags {
  readonly format: (typeof sbomFormats)[number];
  readonly verifyDigests?: boolean;
}
