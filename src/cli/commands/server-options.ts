// What the flags of `server` give.
import type { CommonOptions } from '../options.ts';

export interface ServerOptions extends CommonOptions {
  readonly store: string;
  readonly host: string;
  readonly port: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly plainHttp?: boolean;
  readonly oidc?: string;
  /** Further host names that browsers reach this server by. */
  readonly name?: readonly string[];
  /** File of outputs: who is told. */
  readonly alerts?: string;
  /** Registries that images are pulled from which no node scanned. */
  readonly scan?: readonly string[];
  /** Milliseconds that nodes have for it before. */
  readonly scanAfter?: number;
  readonly registryCa?: string;
  readonly keepEvents: string;
  readonly keepRuns: string;
  readonly connections: string;
}

export interface ServerStoreOptions {
  readonly store: string;
  readonly format?: 'table' | 'json';
}

export interface ServerEnrolOptions extends ServerStoreOptions {
  readonly label: string;
  readonly uses: string;
  readonly hours: string;
}

export interface ServerTokenOptions extends ServerStoreOptions {
  readonly role: 'viewer' | 'responder' | 'admin';
  readonly label: string;
  readonly team?: readonly string[];
  /** File that holds the token: it is entered instead of made. */
  readonly tokenFile?: string;
}
