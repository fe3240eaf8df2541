// The door of the admission webhook.

export { createMetrics, type Metrics } from './metrics.ts';
export { createRecorder, type DecisionRecord, type Recorder } from './record.ts';
export {
  type AdmissionNamespaces,
  type AdmissionOptions,
  type AdmissionServer,
  startAdmission,
} from './server.ts';
