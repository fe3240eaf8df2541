// What a detection is to those who answer it, in whichever form it comes.
import { createHash } from 'node:crypto';
import type { Alert } from '../model/alert.ts';
import type { ContainerIdentity, Workload } from '../model/container.ts';
import type { ResponseTarget } from '../model/response.ts';
import type { DetectionFacts } from '../model/timeline.ts';
import type { Told } from '../runtime/detect/index.ts';
import type { Detection } from '../runtime/rules/index.ts';
import { detectionRecord } from './detection-record.ts';

/** A detection as plain data, with what is known of its cause: what `watch` tells its listener. */
export interface ToldFacts {
  readonly facts: DetectionFacts;
  readonly chain: string;
  /** 1: told for the first time. */
  readonly count: number;
  /** 10, 100, 1000 ...: worth being told again. */
  readonly isRound: boolean;
  /** The id of its cause. */
  readonly cause: string;
}

/** Where a detection was. */
export interface Seen {
  readonly timeNs: bigint;
  /** Null: on the host; nothing is done there. */
  readonly container: ContainerIdentity | null;
  readonly workload?: Workload;
}

export interface Sight {
  readonly facts: DetectionFacts;
  /** Of the cause. */
  readonly id: string;
  readonly chain: string | null;
  readonly count: number;
  readonly isRepeat: boolean;
}

/** A detection in any of its forms as one: what is told, and of which cause. */
export function sightOf(given: Told | Detection | ToldFacts, seen: Seen): Sight {
  if ('facts' in given) {
    const { facts, chain, count, isRound, cause } = given;
    return { facts, id: cause, chain, count, isRepeat: count > 1 && !isRound };
  }
  if (!('kind' in given)) {
    const id = idOf([given.rule, seen.container?.id ?? '']);
    return { facts: factsOf(given, seen), id, chain: null, count: 1, isRepeat: false };
  }
  const { first, cause, chain, count } = given.group;
  const isRepeat = given.kind === 'repeat' && !given.isRound;
  return { facts: factsOf(first, seen), id: cause.id, chain, count, isRepeat };
}

function factsOf(detection: Detection, { timeNs, container }: Seen): DetectionFacts {
  return detectionRecord(detection, { timeNs, containerId: container?.id ?? null }).detection;
}

/** The container of an alert. */
export function containerOf({ id, name, image }: ContainerIdentity): Alert['container'] {
  return { id, name, image: image.reference ?? image.id };
}

/** The container as a policy judges it. */
export function targetOf({ id, name, image, labels }: ContainerIdentity): ResponseTarget {
  return { id, name, image: image.reference ?? image.id, labels };
}

/** A short id of these words, the same everywhere. */
export function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
}
