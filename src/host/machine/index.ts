// The door to the machine itself, for audits: files, groups, mounts, audit rules, its dockerd.
export type { AuditRules } from './audit-rules.ts';
export { type FoundDaemon, findDaemon } from './docker-daemon.ts';
export { type KernelState, readKernelState } from './kernel-state.ts';
export { type Listener, readListeners } from './listeners.ts';
export { type Machine, type Mount, openMachine } from './machine.ts';
export type { OwnedFile } from './owned-file.ts';
export { hostNamespaces, type MachineProcess, readProcesses } from './process-table.ts';
