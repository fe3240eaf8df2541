// The contract of the evidence store, as far as scanning needs it: layer records and inventories.
import type { Inventory } from '../model/report.ts';

export interface StoredInventory {
  readonly inventory: Inventory;
  /** ISO time of the scan that made it. */
  readonly firstSeen: string;
}

export interface EvidenceStore {
  /** Layer records by key (diffID or file identity plus cataloger revisions); see image/analyst.ts. */
  readonly layers: {
    get(key: string): Uint8Array | null;
    put(key: string, value: Uint8Array): void;
  };
  /** The inventory of an image digest made with these cataloger revisions, or null (promise P4). */
  inventory(digest: string, revision: string): StoredInventory | null;
  putInventory(digest: string, revision: string, stored: StoredInventory): void;
  /** Where single oversized files may be spooled. */
  readonly spoolFolder: string;
  close(): void;
}
