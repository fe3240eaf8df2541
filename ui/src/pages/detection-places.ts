// Detections by where they happened, the worst place first: what belongs together is read together. Pure.
import type { DetectionRow } from '../data/answers.ts';
import { weightOfPriority } from '../data/words.ts';

export interface DetectionPlace {
  readonly key: string;
  /** Null: the host. */
  readonly container: DetectionRow['group']['container'];
  /** Causes of several containers of one image: `container` is one of them. */
  readonly isSpread: boolean;
  /** The worst first, then the newest. */
  readonly rows: readonly DetectionRow[];
}

const order = ['low', 'medium', 'high', 'critical'];

function rankOf({ group }: DetectionRow): number {
  return order.indexOf(weightOfPriority(group.priority));
}

/** At least as bad as this weight; `all` is everything. */
export function isHeavy(priority: string, least: string): boolean {
  return least === 'all' || order.indexOf(weightOfPriority(priority)) >= order.indexOf(least);
}

export function placesOf(rows: readonly DetectionRow[]): readonly DetectionPlace[] {
  const byPlace = Map.groupBy(rows, placeOf);
  const worstFirst = (a: DetectionRow, b: DetectionRow): number =>
    rankOf(b) - rankOf(a) || (a.group.lastAt < b.group.lastAt ? 1 : -1);
  return [...byPlace]
    .map(([key, own]) => ({
      key,
      container: own[0]?.group.container ?? null,
      isSpread: own[0] !== undefined && isSpread(own[0]),
      rows: own.toSorted(worstFirst),
    }))
    .sort((a, b) => {
      const [one, other] = [a.rows[0], b.rows[0]];
      return one === undefined || other === undefined ? 0 : worstFirst(one, other);
    });
}

function isSpread({ group }: DetectionRow): boolean {
  return (group.places?.containers ?? 0) > 1;
}

function placeOf(row: DetectionRow): string {
  const { container } = row.group;
  return isSpread(row) ? `image ${container?.image ?? ''}` : (container?.id ?? '');
}

/** Rows of one rule together, in the order of their first. */
export function rulesOf(rows: readonly DetectionRow[]): readonly (readonly DetectionRow[])[] {
  return [...Map.groupBy(rows, ({ group }) => group.rule).values()];
}
