// What nodes tell the fleet: lifecycles, detections, flows as sums, in-use sets, inventories, losses.
// Raw system calls stay on the node. Times are microseconds since 1970: safe numbers in JSON.
import type { Workload } from './container.ts';
import type { Distribution } from './distribution.ts';
import type { GateDecision } from './gate-decision.ts';
import type { Package } from './package.ts';
import type { DetectionFacts } from './timeline.ts';

/** The newest of a run tells all that is known of it. */
export interface FleetRun {
  readonly kind: 'run';
  readonly container: string;
  readonly name: string | null;
  readonly engine: string;
  readonly image: {
    readonly reference: string | null;
    readonly id: string | null;
    readonly digest: string | null;
  };
  readonly workload: Workload;
  readonly command: readonly string[];
  readonly ports: readonly string[];
  /** By which others reach it; absent in what older agents told. */
  readonly addresses?: readonly string[];
  readonly networkMode?: string | null;
  readonly privileged: boolean | null;
  readonly namedBeforeStart: boolean;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly startedUs: number | null;
  readonly endedUs: number | null;
  readonly exitCode: number | null;
  readonly alive: boolean;
  readonly grade: string | null;
}

export interface FleetDetection {
  readonly kind: 'detection';
  /** Null: the host. */
  readonly container: string | null;
  readonly timeUs: number;
  readonly detection: DetectionFacts;
}

/** Whom a run talked with: sums since the run began, so that the newest replaces those before. */
export interface FleetFlow {
  readonly kind: 'flow';
  readonly container: string;
  readonly direction: 'in' | 'out';
  readonly protocol: string;
  readonly port: number;
  readonly remote: string;
  readonly name: string | null;
  readonly flows: number;
  readonly sent: number;
  readonly received: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Packages whose files a run executed or loaded. */
export interface FleetUse {
  readonly kind: 'use';
  readonly container: string;
  readonly purls: readonly string[];
}

export interface FleetPackage {
  readonly found: Package;
  /** Lower-case names under which an advisory or a person may ask for it. */
  readonly knownAs: readonly string[];
}

export interface FleetInventory {
  readonly kind: 'inventory';
  readonly imageId: string;
  readonly reference: string | null;
  readonly digest: string | null;
  readonly distribution: Distribution | null;
  readonly packages: readonly FleetPackage[];
}

export interface FleetLoss {
  readonly kind: 'loss';
  readonly container: string | null;
  readonly what: string;
  readonly count: number | null;
  readonly fromUs: number;
  readonly toUs: number;
  readonly why: string;
}

/**
 * A detection stands for more than one: so many of its cause came until now. Named by its time and rule;
 * the newest sum replaces those before.
 */
export interface FleetRepeat {
  readonly kind: 'repeat';
  /** Null: the host. */
  readonly container: string | null;
  readonly rule: string;
  /** Of the detection. */
  readonly timeUs: number;
  readonly count: number;
  readonly lastUs: number;
}

/** What the gate of a node did not simply allow. */
export interface FleetDecision {
  readonly kind: 'decision';
  /** Of the line that recorded it: the same line is the same decision, however often it is told. */
  readonly id: string;
  readonly timeUs: number;
  readonly decision: GateDecision;
}

/** How often the gate of a node decided on a day, by decision; the newest sums replace those before. */
export interface FleetDecided {
  readonly kind: 'decided';
  /** `2026-11-22`, UTC, by the node's clock. */
  readonly day: string;
  readonly counts: readonly { readonly decision: string; readonly count: number }[];
}

/** An audit of a node. */
export interface FleetAudit {
  readonly kind: 'audit';
  /** `docker`, `host`, `kubernetes` ... */
  readonly audit: string;
  /** What was audited, and how: only like runs are compared. */
  readonly target: string;
  readonly atUs: number;
  /** 0..100. */
  readonly score: number;
  /** Ids of controls. */
  readonly failed: readonly string[];
}

/** The last whole answer of a kind of audit, as `audit --format json` gives it. */
export interface FleetAuditAnswer {
  readonly kind: 'audit-answer';
  readonly audit: string;
  readonly target: string;
  readonly atUs: number;
  readonly answer: Readonly<Record<string, unknown>>;
}

export type FleetRecord =
  | FleetRun
  | FleetDetection
  | FleetRepeat
  | FleetDecision
  | FleetDecided
  | FleetAudit
  | FleetAuditAnswer
  | FleetFlow
  | FleetUse
  | FleetInventory
  | FleetLoss;

/** A record with its number in the stream of its node. */
export interface NumberedRecord {
  readonly sequence: number;
  readonly record: FleetRecord;
}

/** What comes by the thousand and goes first where a spool is full; all else is kept. */
export function isRaw(record: FleetRecord): boolean {
  return record.kind === 'flow';
}

/** What a node says of itself with each batch. */
export interface AgentHealth {
  readonly version: string;
  /** The node's clock when it sent, microseconds. */
  readonly sentUs: number;
  readonly spooledBytes: number;
  /** Records that its spool had to drop since it was made. */
  readonly dropped: number;
}

/** The first line of a batch. */
export interface BatchHead {
  readonly stream: string;
  /** Everything up to here was acknowledged, or is given up. */
  readonly after: number;
  /** The last number that this batch speaks for: numbers without a record are lost. */
  readonly through: number;
  readonly health: AgentHealth;
}

/** The content type of a batch: the head as JSON on a line, then `[sequence, record]` on each. */
export const batchType = 'application/x-ndjson';
