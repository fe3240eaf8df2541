// What the flags of `sign` give.
import type { PushShape } from '../../flow/trust/index.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';

/** Named here again, so that showing the help does not load the walk. */
export const signShapes = ['tag', 'bundle', 'both'] as const satisfies readonly PushShape[];

export interface SignOptions extends CommonOptions, RegistryFlags {
  readonly key?: string;
  readonly push: PushShape;
  readonly attest?: string;
  readonly type?: string;
  readonly recursive?: boolean;
  readonly generateKey?: string;
  /** False with --no-password. */
  readonly password: boolean;
  readonly format: 'table' | 'json';
}
