// What a route of the API is: its place, who may ask, what it takes and gives, and a thin handler.
import type { AuditAnswer } from '../../flow/audit.ts';
import type { Awaitable, Evidence } from '../../flow/evidence.ts';
import type { TrustDesk } from '../../flow/image-trust-view.ts';
import type { ResponseDesk } from '../../flow/response-desk.ts';
import type { UpStatus } from '../../flow/up.ts';
import type { GateDecision } from '../../model/gate-decision.ts';
import type { WaiverBook } from '../../policy/index.ts';
import type { FleetStore } from '../../store/fleet/index.ts';
import type { StoredAudit } from '../../store/index.ts';
import type { RecordReader } from '../../store/record/index.ts';
import type { Schema } from './schema.ts';

export const roles = ['viewer', 'responder', 'admin'] as const;
/** Each may do what those before it may. */
export type Role = (typeof roles)[number];

/** Who asks, by the token or the login. */
export interface Caller {
  readonly id: string;
  readonly role: Role;
  /** Null: everything; else only what these teams run. */
  readonly teams: ReadonlySet<string> | null;
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly teams: readonly string[] | null;
}

/** A token as lists show it: never its value. */
export interface TokenFacts extends NewToken {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface TokenDesk {
  list(): Awaitable<readonly TokenFacts[]>;
  /** The value is told this once. */
  create(token: NewToken): Awaitable<TokenFacts & { readonly token: string }>;
  /** False: there is none of that id. */
  revoke(id: string): Awaitable<boolean>;
}

export interface AuditDesk {
  latest(): readonly AuditAnswer[];
  history(): readonly StoredAudit[];
  /** One at a time. Throws `SeaworthyError`. */
  run(): Promise<AuditAnswer>;
}

/** Decisions of the gate that were recorded in this data folder; null: none ever were. */
export type GateDecisions = readonly GateDecision[] | null;

/** A line of the log of changes: who changed what and when. */
export interface Change {
  /** ISO 8601. */
  readonly time: string;
  /** Id of the token; null: none that is known. */
  readonly caller: string | null;
  readonly role: string | null;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  /** What was asked for, where the path does not tell it. */
  readonly what: string | null;
  readonly status: number;
}

/** What handlers work with, on one machine and in a fleet. */
export interface ApiServices {
  readonly evidence: Evidence;
  readonly responses: ResponseDesk;
  readonly trust: TrustDesk;
  /** Pages of the dashboard that have something to show here. */
  readonly pages: readonly string[];
  /** What this server watches. */
  readonly scope: 'machine' | 'fleet';
  readonly status: () => Awaitable<UpStatus>;
  /** The newest changes first. */
  readonly changes: (limit: number) => Awaitable<readonly Change[]>;
  readonly tokens: TokenDesk;
  readonly now: () => Date;
  readonly toolVersion: string;
}

/** What only one machine has, put together by `up`. */
export interface MachineServices extends ApiServices {
  /** Null: nothing was recorded yet. */
  readonly record: () => RecordReader | null;
  readonly audits: AuditDesk;
  readonly gate: () => GateDecisions;
  /** How the gate would be switched on; null: it is. */
  readonly gateHint: () => string | null;
  /** Null: no file of waivers was named. */
  readonly waivers: () => WaiverBook | null;
}

/** What only a fleet has. */
export interface FleetServices extends ApiServices {
  readonly store: FleetStore;
}

/** Checked values of a query; absent ones have their default or are missing. */
export type QueryValues = ReadonlyMap<string, string | number | boolean>;

export interface Call<Services = ApiServices> {
  readonly services: Services;
  readonly caller: Caller;
  /** Parts of the path by their names. */
  readonly parts: ReadonlyMap<string, string>;
  readonly query: QueryValues;
  /** Checked by the schema; undefined where the route takes none. */
  readonly body: unknown;
}

export type Answer =
  /** `version` stands for the value where the value itself holds the time. */
  | { readonly kind: 'json'; readonly value: unknown; readonly version?: unknown }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly mediaType: string;
      readonly content: string | Uint8Array;
    };

export interface Route<Services = ApiServices> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/api/v1/containers/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
  /** Tokens of single teams may not ask: the answer is about everything. */
  readonly wholeMachine?: boolean;
  readonly query: Readonly<Record<string, Schema>>;
  readonly body?: Schema;
  readonly answer: Schema;
  /** A word of a checked body for the log of changes; never a secret. */
  readonly told?: (body: unknown) => string;
  readonly handle: (call: Call<Services>) => Answer | Promise<Answer>;
}

export function json(value: unknown, version?: unknown): Answer {
  return version === undefined ? { kind: 'json', value } : { kind: 'json', value, version };
}
