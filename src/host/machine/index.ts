// The door to the machine itself, for audits: files, groups, mounts, audit rules, its dockerd.
export type { AuditRules } from './audit-rules.ts';
export { type FoundDaemon, findDaemon } from './docker-daemon.ts';
export { type Machine, openMachine } from './machine.ts';
export type { OwnedFile } from './owned-file.ts';
