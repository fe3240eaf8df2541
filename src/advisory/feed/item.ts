// What a feed reader yields, one record at a time, so that a feed of any size is read in flat memory.
import type { CveFacts, KevEntry, OsvRecord } from '../../model/advisory.ts';

/** Why a sound record is not stored: it decides nothing for a container. */
const leftOutReasons = [
  'not a vulnerability',
  'git ranges only',
  'no affected versions',
  'no package',
  'undetermined by the vendor',
  'rejected',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/**
 * One advisory, or why there is none. `part` tells records apart that several files give under one
 * id (Alpine's `v3.20/main`, a Debian source package); it is empty where the id alone is the key.
 */
export type AdvisoryItem =
  | { readonly kind: 'record'; readonly record: OsvRecord; readonly part: string }
  | BadItem
  | LeftOutItem;

/** A record that could not be understood: `where` names it for people. */
export interface BadItem {
  readonly kind: 'bad';
  readonly where: string;
  readonly reason: string;
}

export interface LeftOutItem {
  readonly kind: 'left-out';
  readonly where: string;
  readonly reason: LeftOutReason;
}

export type CveItem =
  | { readonly kind: 'cve'; readonly cve: string; readonly facts: CveFacts }
  | BadItem
  | LeftOutItem;

export type KevItem =
  | { readonly kind: 'kev'; readonly cve: string; readonly entry: KevEntry }
  | BadItem;

/** `score` is the probability 0..1. */
export type EpssItem =
  | { readonly kind: 'epss'; readonly cve: string; readonly score: number }
  | BadItem;
