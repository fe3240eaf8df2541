// Kubernetes audit logs as a second source of events for the rules.
export { type AuditEvent, auditEvent } from './audit-event.ts';
export { auditFields } from './fields.ts';
export { type AuditProblem, AuditReader } from './reader.ts';
export { type AuditRuleFacts, auditRules } from './rule-facts.ts';
