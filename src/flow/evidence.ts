// What pages ask, whoever answers: the record of one machine, or the store of a fleet. Each answer is
// within the teams of who asks; what others run is not even there.

import type { Report } from '../model/report.ts';
import type { StartedBy } from '../model/timeline.ts';
import type { ContainerView, ExposureAnswer, TimelineView } from '../model/timeline-view.ts';
import type { CatalogueEntry } from '../store/catalog/index.ts';
import type { EventQuery } from '../store/record/index.ts';
import type { DetectionGroupView } from './detection-groups.ts';
import type { Harbour } from './harbour.ts';
import type { ImageView } from './image-view.ts';
import type { NetworkView } from './network-view.ts';

/** One machine answers at once, a fleet asks its database first. */
export type Awaitable<T> = T | Promise<T>;

/** Null: everything; else only what these teams run. */
export type Teams = ReadonlySet<string> | null;

/** Where a run stands in the list, newest first. */
export interface ContainerPlace {
  /** Microseconds since 1970. */
  readonly firstUs: number;
  readonly id: number;
}

export interface ContainersAsked {
  readonly aliveOnly: boolean;
  readonly image?: string;
  readonly name?: string;
  readonly node?: string;
  readonly team?: string;
  readonly sinceNs?: bigint;
  /** Behind this one: the next page. */
  readonly before?: ContainerPlace;
  readonly limit: number;
}

export interface ContainersFound {
  readonly items: readonly ContainerView[];
  readonly next: ContainerPlace | null;
}

export interface ContainerFound {
  readonly container: ContainerView;
  readonly startedBy: StartedBy | null;
  /** Of its own files beyond the image; null: none was made. */
  readonly scan: Pick<CatalogueEntry, 'state' | 'grade' | 'summary' | 'scannedAt'> | null;
}

export interface ImagePlace {
  readonly reference: string;
  readonly id: string;
}

export interface ImagesAsked {
  readonly search?: string;
  readonly after?: ImagePlace;
  readonly limit: number;
}

export interface ImagesFound {
  readonly items: readonly ImageView[];
  readonly next: ImagePlace | null;
}

/** An image that a word means: its id, the start of it, its digest or its name. */
export type ImageMeant = Pick<CatalogueEntry, 'id' | 'kind' | 'reference'>;

export interface DetectionsAsked {
  readonly sinceNs?: bigint;
  readonly priorities?: readonly string[];
  readonly beforeId?: number;
  /** Groups. */
  readonly limit: number;
}

export interface DetectionsFound {
  readonly items: readonly DetectionGroupView[];
  /** What the next page asks behind; null: there is none. */
  readonly nextBeforeId: number | null;
}

export interface ExposureAsked {
  readonly asked: string;
  readonly skip: number;
  readonly limit: number;
}

export interface Evidence {
  harbour(teams: Teams): Awaitable<Harbour>;
  containers(asked: ContainersAsked, teams: Teams): Awaitable<ContainersFound>;
  /** By an id, the start of one, or a name. Null: not here, or not theirs. */
  container(word: string, teams: Teams): Awaitable<ContainerFound | null>;
  timeline(word: string, query: EventQuery, teams: Teams): Awaitable<TimelineView | null>;
  images(asked: ImagesAsked, teams: Teams): Awaitable<ImagesFound>;
  /** Throws `SeaworthyError` `not-found`: not here, or not theirs. */
  image(word: string, teams: Teams): Awaitable<ImageMeant>;
  /** Throws `SeaworthyError` `not-found`: not here, not theirs, or not scanned yet. */
  report(word: string, teams: Teams): Awaitable<Report>;
  /** Throws `SeaworthyError` `usage`, `not-found` as `exposedTo` does. */
  exposed(asked: ExposureAsked, teams: Teams): Awaitable<ExposureAnswer>;
  detections(asked: DetectionsAsked, teams: Teams): Awaitable<DetectionsFound>;
  network(sinceNs: bigint, teams: Teams): Awaitable<NetworkView>;
}
