// The contract of the evidence store, as far as scanning needs it: layer records and inventories.
import type { Inventory } from '../model/report.ts';

export interface StoredInventory {
  readonly inventory: Inventory;
  /** ISO time of the scan that made it. */
  readonly firstSeen: string;
}

/** Bytes by key that may be forgotten: losing them costs time, never truth. */
export interface Remembered {
  get(key: string): Uint8Array | null;
  put(key: string, value: Uint8Array): void;
}

export interface EvidenceStore {
  /** Layer records by key (diffID or file identity plus cataloger revisions); see image/analyst.ts. */
  readonly layers: Remembered;
  /** What matching answered, by the digest of all that the answer depends on; see flow/matched.ts. */
  readonly answers: Remembered;
  /** The inventory of an image digest made with these cataloger revisions, or null (promise P4). */
  inventory(digest: string, revision: string): StoredInventory | null;
  putInventory(digest: string, revision: string, stored: StoredInventory): void;
  /** Where single oversized files may be spooled. */
  readonly spoolFolder: string;
  close(): void;
}
