// What writing a database needs to know of version orders. They are not known here: the matcher tells.
import type { AffectedPackage } from '../feed/index.ts';

export interface Arrangement {
  /** Whether a list of versions adds nothing to the ranges beside it: such lists are left out. */
  isRestated(entry: Pick<AffectedPackage, 'ecosystem' | 'ranges' | 'versions'>): boolean;
  /** How fixes are laid out in an ecosystem; null: its versions have no order that is known. */
  ladderOf(ecosystem: string): LadderOrder | null;
}

/** The order of versions in one ecosystem. */
export interface LadderOrder {
  compare(a: string, b: string): number;
  /**
   * A version at and beyond which the entry strikes no version that has its place in the order; null
   * where there is none. Of an entry that is exactly `[0, fixed)` it is the fix.
   */
  boundOf(entry: Judged): string | null;
}

/** What an entry's verdict depends on. */
export type Judged = Pick<AffectedPackage, 'ranges' | 'versions' | 'modularity'>;

/** Knows no order: every list is kept, and every entry is compared. */
export const unarranged: Arrangement = { isRestated: () => false, ladderOf: () => null };
