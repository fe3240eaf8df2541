// The evidence store: what was learnt once and is asked for ever. The embedded backend is SQLite.
export {
  type AuditKind,
  auditKinds,
  auditStamp,
  type KeptAnswer,
  keepAuditAnswer,
  readAuditAnswers,
} from './audit-answer.ts';
export { keepAudit, readAudits, type StoredAudit } from './audit-history.ts';
export {
  type DecisionPlace,
  decisionFile,
  decisionsBehind,
  lastDecisions,
} from './decision-file.ts';
export { openResponseLog, type ResponseLog } from './response-log.ts';
export { openStore } from './sqlite.ts';
export type { EvidenceStore, Remembered, StoredInventory } from './store.ts';
