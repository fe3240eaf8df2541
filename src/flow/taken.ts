// An inventory as the walk carries it.
import type { Inventory } from '../model/report.ts';

/** An inventory, and what it is stored under; null for what may change between two looks. */
export interface Taken {
  readonly inventory: Inventory;
  readonly key: string | null;
}
