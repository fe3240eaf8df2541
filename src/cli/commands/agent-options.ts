// What the flags of `agent` give.
import type { CommonOptions } from '../options.ts';

export interface AgentCommandOptions extends CommonOptions {
  readonly server: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly node?: string;
  /** File of outputs: who is told. */
  readonly alerts?: string;
  /** File of the policy of responses. */
  readonly response?: string;
  readonly spoolSize: string;
  readonly plainHttp?: boolean;
}
