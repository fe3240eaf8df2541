// The door to the machine itself, for audits: files, groups, mounts, audit rules, its dockerd.
export type { AuditRules } from './audit-rules.ts';
export { type FoundDaemon, findDaemon } from './docker-daemon.ts';
export { type Machine, type OwnedFile, openMachine } from './machine.ts';
