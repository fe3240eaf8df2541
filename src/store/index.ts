// The evidence store: what was learnt once and is asked for ever. The embedded backend is SQLite.
export { openStore } from './sqlite.ts';
export type { EvidenceStore, StoredInventory } from './store.ts';
