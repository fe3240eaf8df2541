// The evidence store: what was learnt once and is asked for ever. The embedded backend is SQLite.
export { keepAudit, readAudits, type StoredAudit } from './audit-history.ts';
export { openResponseLog, type ResponseLog } from './response-log.ts';
export { openStore } from './sqlite.ts';
export type { EvidenceStore, Remembered, StoredInventory } from './store.ts';
