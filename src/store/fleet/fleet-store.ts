// The contract of the fleet's store: what servers write and ask, whatever database stands behind.
// Times are microseconds since 1970 by the clock of the database, but what nodes tell of themselves.
import type {
  AgentHealth,
  BatchHead,
  FleetDetection,
  FleetFlow,
  FleetInventory,
  FleetRun,
  NumberedRecord,
} from '../../model/fleet.ts';
import type { DetectionFacts } from '../../model/timeline.ts';
import type { FleetHands, FleetPages, StoredFleetRun } from './fleet-pages.ts';
import type { FleetHouse } from './house.ts';

export type Role = 'agent' | 'viewer' | 'responder' | 'admin';

/** Who holds a secret. `id`: of the agent, or the label of another token. */
export interface Identity {
  readonly role: Role;
  readonly id: string;
  readonly node: string | null;
  /** Null: everything; else only what these teams run. */
  readonly teams: readonly string[] | null;
}

/** A login that a provider of identities has not answered yet. */
export interface LoginBegun {
  /** Hashes: of the state that the provider gives back, and of the secret in the browser's cookie. */
  readonly state: string;
  readonly browser: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the person wanted to go, on our own host. */
  readonly goal: string;
}

/** Who logged in. Rights are those of the moment of the login. */
export interface Session {
  /** The provider's own, unchanging name. */
  readonly subject: string;
  /** The name that people know. */
  readonly name: string;
  readonly role: Exclude<Role, 'agent'>;
  readonly teams: readonly string[] | null;
  readonly untilUs: number;
}

export interface NewSession extends Omit<Session, 'untilUs'> {
  readonly hash: string;
  readonly lifeMs: number;
}

export interface Agent {
  readonly id: string;
  readonly node: string;
  readonly enrolledUs: number;
  readonly seenUs: number | null;
  readonly revoked: boolean;
  /** What it said last; null before its first batch. */
  readonly health: AgentHealth | null;
  /** How far its clock was before the database's; null before its first batch. */
  readonly aheadUs: number | null;
  readonly records: number;
  /** Numbers of its streams that came without a record. */
  readonly missing: number;
  readonly setAside: number;
}

export interface AgentBatch {
  readonly agent: string;
  readonly head: BatchHead;
  readonly records: readonly NumberedRecord[];
  /** Lines that are no records: they are kept apart, with the reason. */
  readonly refused: readonly RefusedLine[];
}

export interface RefusedLine {
  /** Null where even the number could not be read. */
  readonly sequence: number | null;
  readonly why: string;
  readonly text: string;
}

export type IngestOutcome =
  /** Committed. `fresh`: records that were not there before. */
  | { readonly kind: 'taken'; readonly acknowledged: number; readonly fresh: number }
  /** The batch begins behind what the store has: the agent is to send from `acknowledged` on. */
  | { readonly kind: 'gap'; readonly acknowledged: number };

export interface FleetRunQuery {
  readonly image?: string;
  /** A part of the name or id, in any case. */
  readonly name?: string;
  /** The whole name. */
  readonly called?: string;
  readonly node?: string;
  readonly agent?: string;
  /** A whole id. */
  readonly container?: string;
  readonly team?: string;
  readonly aliveOnly?: boolean;
  /** Runs that lived at this time or later, as far as their node told. */
  readonly sinceUs?: number;
  readonly before?: { readonly firstUs: number; readonly id: number };
  /** Only what these teams run; also below. */
  readonly teams?: readonly string[];
  readonly limit: number;
}

export interface FleetDetectionQuery {
  readonly agent?: string;
  readonly container?: string;
  readonly priorities?: readonly string[];
  readonly sinceUs?: number;
  readonly beforeId?: number;
  readonly teams?: readonly string[];
  readonly limit: number;
}

export interface StoredFleetDetection {
  readonly id: number;
  readonly agent: string;
  readonly sequence: number;
  readonly told: FleetDetection;
}

export interface StoredFleetFlow {
  readonly agent: string;
  readonly told: FleetFlow;
}

export type ExposureQuestion =
  | { readonly kind: 'advisory'; readonly id: string }
  | {
      readonly kind: 'package';
      readonly type: string;
      readonly name: string;
      readonly version: string | null;
    };

export interface FleetExposure {
  readonly images: number;
  readonly runs: number;
  readonly alive: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  /** Newest first. */
  readonly newest: readonly {
    readonly stored: StoredFleetRun;
    readonly purls: readonly string[];
    readonly used: readonly string[];
  }[];
}

export interface FleetFinding {
  readonly advisory: string;
  readonly purl: string;
  readonly severity: string;
}

export type WorkKind = 'match' | 'scan';

export interface Work {
  readonly id: number;
  readonly kind: WorkKind;
  /** The id of the image that it is about. */
  readonly subject: string;
  readonly tries: number;
}

export interface LeaseOptions {
  readonly leaseMs: number;
  readonly limit: number;
  readonly kinds?: readonly WorkKind[];
  readonly builtUs?: number;
}

export interface FleetCounts {
  readonly agents: number;
  readonly runs: number;
  readonly alive: number;
  readonly images: number;
  readonly detections: number;
  readonly flows: number;
  readonly losses: number;
  readonly setAside: number;
  readonly workOpen: number;
  /** Names of those above that are the database's own estimate: counting them would take seconds. */
  readonly estimated: readonly string[];
}

export interface FleetRetention {
  /** Whole days that detections, flows and losses are kept after the day of their receipt. */
  readonly eventDays: number;
  /** The same of runs that ended. */
  readonly runDays: number;
}

export interface NewToken {
  readonly hash: string;
  readonly role: Role;
  readonly label: string;
  /** Null: everything. */
  readonly teams: readonly string[] | null;
}

/** A token as lists show it. */
export interface FleetToken {
  readonly id: string;
  readonly role: Exclude<Role, 'agent'>;
  readonly label: string;
  readonly teams: readonly string[] | null;
  readonly createdUs: number;
}

/** What nodes call an image. */
export interface FleetImage {
  readonly id: string;
  readonly reference: string | null;
  readonly digest: string | null;
}

/** A run as those who are told of its detections need it. */
export type FleetRunOfNotice = Pick<FleetRun, 'container' | 'name' | 'image' | 'workload'>;

/** A detection that waits to be told to people and other systems. */
export interface FleetNotice {
  readonly id: number;
  readonly agent: string;
  /** Null: the host. */
  readonly container: string | null;
  readonly timeUs: number;
  readonly detection: DetectionFacts;
  /** Null: nobody told of the run yet. */
  readonly run: FleetRunOfNotice | null;
}

/** A line of the log of changes. */
export interface FleetChange {
  readonly atUs: number;
  readonly caller: string | null;
  readonly role: string | null;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** What was asked for, where the path does not tell it. */
  readonly what: string | null;
}

/** Which advisories a replica has: the newest of all are matched with, older ones rest. */
export interface AdvisoryRevision {
  readonly revision: string;
  /** When they were built, microseconds since 1970. */
  readonly builtUs: number;
}

/** Peers of many runs. */
export interface FleetTalk {
  readonly flows: readonly StoredFleetFlow[];
  /** False: there are more runs, or more peers, than were looked at. */
  readonly isWhole: boolean;
}

export interface FleetAgentCounts {
  readonly all: number;
  readonly silent: number;
  /** Records of theirs that never came. */
  readonly missing: number;
}

export interface FleetStore extends FleetPages, FleetHands, FleetHouse {
  /** `postgres` or `sqlite`, and where, without any password. */
  readonly place: string;

  /** A token for people and machines that ask; one that is known already gets this role. */
  addToken(token: NewToken): Promise<void>;
  tokens(): Promise<readonly FleetToken[]>;
  /** False: there is none of that id. */
  endToken(id: string): Promise<boolean>;
  /** A token that `uses` new agents may spend within `lifeMs`. */
  addEnrolment(token: { hash: string; label: string; uses: number; lifeMs: number }): Promise<void>;
  /** Spends an enrolment token; false: unknown, spent or too old. A second try of the same agent is free. */
  enrol(agent: {
    id: string;
    node: string;
    secretHash: string;
    enrolmentHash: string;
  }): Promise<boolean>;
  /** Enters an agent that proved its name by a certificate. */
  admit(agent: { id: string; node: string }): Promise<boolean>;
  /** The next secret of an agent; the old one holds until the new one is used. */
  rotate(agent: string, nextHash: string): Promise<void>;
  identify(hash: string): Promise<Identity | null>;
  revoke(agent: string): Promise<boolean>;
  agents(page: { after: string | null; limit: number }): Promise<readonly Agent[]>;
  /** How many agents may speak, and of how many nothing was heard since then. */
  agentCounts(silentUs: number): Promise<FleetAgentCounts>;

  beginLogin(login: LoginBegun & { readonly lifeMs: number }): Promise<void>;
  /** A state is good once, for the browser that began; null for any other. */
  takeLogin(login: { state: string; browser: string }): Promise<LoginBegun | null>;
  addSession(session: NewSession): Promise<void>;
  /** Null: unknown, ended or over. */
  session(hash: string): Promise<Session | null>;
  endSession(hash: string): Promise<void>;
  /** Ends all sessions of a name or subject. @returns how many */
  endSessionsOf(who: string): Promise<number>;

  /**
   * Takes batches in one commit, each record at most once whatever is sent again. Resolves after the
   * commit. A record that the database refuses is set aside and blocks no other.
   */
  ingest(batches: readonly AgentBatch[]): Promise<readonly IngestOutcome[]>;
  /** Where a stream stands. */
  acknowledged(agent: string, stream: string): Promise<number>;

  runs(query: FleetRunQuery): Promise<readonly StoredFleetRun[]>;
  detections(query: FleetDetectionQuery): Promise<readonly StoredFleetDetection[]>;
  /** Whom a run talked with, the last first; of each peer the newest sums. */
  flows(
    run: { readonly agent: string; readonly container: string },
    limit: number,
  ): Promise<readonly StoredFleetFlow[]>;
  /** The same of runs that lived since then: of those that live first, then of the newest. */
  talk(query: { sinceUs: number; teams?: readonly string[]; limit: number }): Promise<FleetTalk>;
  setAside(limit: number): Promise<readonly (RefusedLine & { agent: string; stream: string })[]>;
  exposed(
    question: ExposureQuestion,
    page: { skip: number; limit: number; teams?: readonly string[] },
  ): Promise<FleetExposure>;
  counts(): Promise<FleetCounts>;

  inventory(imageId: string): Promise<FleetInventory | null>;
  /** Replaces what is known of an image. */
  putFindings(imageId: string, findings: readonly FleetFinding[]): Promise<void>;
  findings(imageId: string): Promise<readonly FleetFinding[]>;

  /** Enters work that is not open already. @returns how much of it was new */
  addWork(kind: WorkKind, subjects: readonly string[]): Promise<number>;
  /** Makes work of images that ran since `sinceMs` ago and that no node scanned. @returns how many */
  addMissingScans(options: { patienceMs?: number; sinceMs: number }): Promise<number>;
  /** Null: no run is of it. */
  image(id: string): Promise<FleetImage | null>;
  /** What a server found in an image itself; the first inventory of an image counts. */
  putInventory(inventory: FleetInventory): Promise<void>;
  /** Work for every stored image, once for each revision, and never for older ones than are known. */
  addMatchOfAll(advisories: AdvisoryRevision): Promise<number>;
  /**
   * Leases open work, each piece to one worker only: of these kinds (all), and `match` only to who has
   * the newest advisories that any replica told of (`builtUs`; absent: whatever they are).
   */
  lease(worker: string, options: LeaseOptions): Promise<readonly Work[]>;
  /** False: the lease is lost, somebody else has it. */
  heartbeat(id: number, worker: string, leaseMs: number): Promise<boolean>;
  /** False as above: then the result counts for nothing. */
  finish(id: number, worker: string): Promise<boolean>;
  /** Gives work back; after too many tries it rests with its reason. */
  fail(id: number, worker: string, options: { why: string; againMs: number }): Promise<void>;

  /** True: telling others of detections is this replica's duty until the lease ends. */
  holdAlerts(owner: string, leaseMs: number): Promise<boolean>;
  leaveAlerts(owner: string): Promise<void>;
  /** Who has that duty now; null: nobody. */
  alertsHeldBy(): Promise<string | null>;
  /** Claims detections that wait to be told, the oldest first; kept only where somebody tells. */
  takeNotices(
    owner: string,
    options: { leaseMs: number; limit: number },
  ): Promise<readonly FleetNotice[]>;
  endNotices(owner: string, ids: readonly number[]): Promise<void>;

  addChange(change: Omit<FleetChange, 'atUs'>): Promise<void>;
  /** The newest first. */
  changes(limit: number): Promise<readonly FleetChange[]>;

  /** Forgets by policy. Any replica may call it. @returns rows or partitions that went */
  retain(policy: FleetRetention): Promise<number>;
  close(): Promise<void>;
}
