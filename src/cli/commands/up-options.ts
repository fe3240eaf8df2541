// Flags of `seaworthy up` and `up token`.
import type { Role } from '../../server/api/index.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';

export interface UpRunOptions
  extends CommonOptions,
    Pick<RegistryFlags, 'registryCa' | 'plainHttp'> {
  readonly port: number;
  readonly host: string;
  readonly name: readonly string[];
  /** Files or folders of rules; empty: those that come with the program. */
  readonly rules: readonly string[];
  /** Files or folders of exceptions, read behind the rules. */
  readonly exceptions: readonly string[];
  /** File of outputs: who is told. */
  readonly alerts?: string;
  /** File of faults that somebody answers for. */
  readonly waivers?: string;
  /** Policy of `verify`: whose signatures count. */
  readonly trustPolicy?: string;
  readonly trustedRoot?: string;
  /** File of the policy of responses. */
  readonly response?: string;
  /** Milliseconds after which it ends by itself. */
  readonly for?: number;
  /** True: ends when everything that is here now is scanned. */
  readonly once?: boolean;
}

export interface UpTokenOptions extends CommonOptions {
  readonly role: Role;
  readonly team: readonly string[];
  readonly format: 'table' | 'json';
}
