// What the flags of `verify` give.
import type { CommonOptions, RegistryFlags } from '../options.ts';

export const verifyFormats = ['table', 'json'] as const;

export interface VerifyOptions extends CommonOptions, RegistryFlags {
  readonly format: (typeof verifyFormats)[number];
  readonly key: readonly string[];
  readonly certificateIdentity?: string;
  readonly certificateIdentityRegexp?: string;
  readonly certificateOidcIssuer?: string;
  readonly certificateOidcIssuerRegexp?: string;
  readonly attestation: readonly string[];
  readonly policy?: string;
  readonly trustedRoot?: string;
  readonly updateTrustedRoot?: boolean;
  readonly saveSbom?: string;
  /** Seconds. */
  readonly timeout: number;
}
