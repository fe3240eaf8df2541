// The further contract of the fleet's store: what pages ask for, what happens now, and what people
// want done to containers. Times are microseconds since 1970 by the clock of the database.

import type { FleetLoss, FleetRun } from '../../model/fleet.ts';
import type { FixAction, Grade, Report, Summary } from '../../model/report.ts';
import type { ResponseState } from '../../model/response.ts';

export interface StoredFleetRun {
  readonly id: number;
  readonly agent: string;
  readonly node: string;
  readonly run: FleetRun;
}

/** An image with its last report in short. */
export interface FleetCatalogued {
  readonly id: string;
  readonly reference: string;
  readonly digest: string | null;
  readonly os: string | null;
  /** Null, as all below: it was not judged yet. */
  readonly packages: number | null;
  readonly grade: Pick<Grade, 'letter' | 'score'> | null;
  readonly summary: Summary | null;
  readonly fixFirst: readonly FixAction[];
  readonly scannedUs: number | null;
}

/** How many runs there were and are. */
export interface FleetRunning {
  readonly runs: number;
  readonly alive: number;
  /** What of each image runs; fixes are without the ids of their findings. */
  readonly images: readonly { readonly image: FleetCatalogued; readonly containers: number }[];
}

export interface FleetCataloguePage {
  readonly after?: { readonly reference: string; readonly id: string };
  readonly search?: string;
  /** Only what these teams ran. */
  readonly teams?: readonly string[];
  readonly limit: number;
}

export interface FleetScore {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly score: number;
  readonly letter: string;
  readonly images: number;
}

/** Where an event stands: number of its transaction, number of its row. */
export interface LivePlace {
  readonly tx: number;
  readonly id: number;
}

export interface FleetLiveEvent {
  readonly place: LivePlace;
  readonly kind: 'run' | 'detection' | 'response' | 'image' | 'lost' | 'begin';
  readonly agent: string | null;
  readonly node: string | null;
  readonly container: string | null;
  /** Of the container. */
  readonly team: string | null;
  /** JSON of what it is about. */
  readonly value: string;
}

/** What was done to a container, or is to be done: as pages and nodes need it. */
export interface FleetResponseFacts {
  readonly container: {
    readonly id: string;
    readonly name: string | null;
    readonly image: string | null;
  };
  readonly why: {
    readonly rule: string;
    readonly priority: string;
    readonly output: string;
    readonly time: string;
  };
  readonly policy: { readonly file: string; readonly rule: string; readonly line: number | null };
  readonly result: string;
  readonly canUndo: boolean;
  readonly undoneAt: string | null;
}

/**
 * `waiting`: the node has not answered. `expired`: it did not come for it in time, so that nothing was
 * done. `unknown`: it came for it and never said what came of it.
 */
export type FleetResponseState = ResponseState | 'waiting' | 'expired' | 'unknown';

export interface FleetResponse {
  readonly agent: string;
  readonly id: string;
  readonly container: string;
  readonly action: string;
  readonly state: FleetResponseState;
  /** Who asked for it by hand; null: a rule of the node's policy. */
  readonly by: string | null;
  readonly atUs: number;
  readonly untilUs: number | null;
  /** When the node came for it. */
  readonly takenUs: number | null;
  readonly facts: FleetResponseFacts;
}

export interface NewFleetResponse {
  readonly agent: string;
  readonly id: string;
  readonly container: string;
  readonly action: string;
  readonly by: string;
  readonly lifeMs: number;
  readonly facts: FleetResponseFacts;
}

/** What a node is asked to do. */
export interface FleetOrder {
  readonly id: string;
  readonly container: string;
  readonly action: string;
  readonly by: string;
  readonly reason: string;
  /** How long it may still be begun; at or below 0: it may only be answered. */
  readonly leftMs: number;
}

export interface FleetOrderAnswer {
  readonly id: string;
  readonly state: 'done' | 'refused' | 'failed' | 'expired';
  readonly result: string;
  readonly canUndo: boolean;
  /** Of what this takes back; null: it takes nothing back. */
  readonly undoes: string | null;
  readonly policy: FleetResponseFacts['policy'];
}

export interface FleetPages {
  /** Images that ran, in the order of their references. */
  catalogue(page: FleetCataloguePage): Promise<readonly FleetCatalogued[]>;
  catalogued(ids: readonly string[]): Promise<ReadonlyMap<string, FleetCatalogued>>;
  /** Letters of the grades of these images, of those that were judged. */
  grades(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  catalogueCount(): Promise<number>;
  /** Null: not judged yet. */
  report(imageId: string): Promise<Report | null>;
  putReport(
    image: {
      readonly id: string;
      readonly reference: string | null;
      readonly digest: string | null;
    },
    report: Report,
  ): Promise<void>;
  /** Runs of these images, and how many live; of all, or of these teams. */
  runsOfImages(
    ids: readonly string[],
    teams: readonly string[] | undefined,
  ): Promise<ReadonlyMap<string, { readonly runs: number; readonly alive: number }>>;
  /** Runs, and the images of those that live, at most `most`: those that run most first. */
  running(teams: readonly string[] | undefined, most: number): Promise<FleetRunning>;
  /** Detections since then, at most `most`. */
  detectionCount(options: {
    readonly sinceUs: number;
    readonly teams: readonly string[] | undefined;
    readonly most: number;
  }): Promise<number>;
  /** The last score of a day counts. */
  putScore(score: FleetScore): Promise<void>;
  /** Oldest first. */
  scores(days: number): Promise<readonly FleetScore[]>;
  /** Runs by agent and container; the key of the answer is both with a line feed in between. */
  runsOf(
    pairs: readonly (readonly [agent: string, container: string])[],
  ): Promise<ReadonlyMap<string, StoredFleetRun>>;
  /** What could not be seen of a run. */
  losses(
    run: { readonly agent: string; readonly container: string },
    limit: number,
  ): Promise<readonly FleetLoss[]>;
  /** Packages that a run used. */
  used(run: { readonly agent: string; readonly container: string }): Promise<readonly string[]>;

  /** Has events written down until the lease ends; see `liveSince`. */
  followLive(owner: string, leaseMs: number): Promise<void>;
  liveEnd(): Promise<LivePlace>;
  /** What stands behind a place, in its order; null: some of it is forgotten. */
  liveSince(place: LivePlace, limit: number): Promise<readonly FleetLiveEvent[] | null>;
}

/** What people ask nodes to do, and what nodes did. */
export interface FleetHands {
  /** Asks for it; of the same that still waits there is one. */
  order(response: NewFleetResponse): Promise<FleetResponse>;
  /** What a node is to do, each until it is answered. @param byHand what its policy allows */
  takeOrders(agent: string, byHand: readonly string[]): Promise<readonly FleetOrder[]>;
  /** Of these agents, those for whom something waits. */
  ordered(agents: readonly string[]): Promise<readonly string[]>;
  /** Takes what came of orders that this agent came for; anything else changes nothing. */
  answerOrders(agent: string, answers: readonly FleetOrderAnswer[]): Promise<void>;
  /** Newest first. */
  responses(query: {
    readonly container?: string;
    readonly agent?: string;
    readonly activeOnly?: boolean;
    readonly teams?: readonly string[];
    readonly limit: number;
  }): Promise<readonly FleetResponse[]>;
  /** Actions that the policy of any node allows by hand. */
  byHandAnywhere(): Promise<readonly string[]>;
  responseCounts(): Promise<{
    readonly waiting: number;
    readonly done: number;
    readonly failed: number;
  }>;
  /** What the policy of a node allows by hand, and when it last asked; null: it never did. */
  handsOf(agent: string): Promise<{
    readonly byHand: readonly string[];
    readonly askedUs: number;
    readonly isHere: boolean;
  } | null>;
}
