// The door of the admission webhook.

export type { DecisionRecord } from './record.ts';
export { type AdmissionOptions, type AdmissionServer, startAdmission } from './server.ts';
