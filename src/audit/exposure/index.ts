// All controls on exposed interfaces: engine, cluster, TLS, and the machine itself.
import type { ExposureControl } from './define.ts';
import { metadataControls } from './metadata.ts';
import { clusterControls } from './section-cluster.ts';
import { engineControls } from './section-engine.ts';
import { localControls } from './section-local.ts';

export type { AnswerFact, ExposureFacts, PortFact, SilenceFact } from './facts.ts';
export { metadataHost, metadataPort, metadataQuestions, metadataService } from './metadata.ts';
export { questionsFor, recognise, usualPorts } from './service.ts';

export const exposureControls: readonly ExposureControl[] = [
  ...engineControls,
  ...clusterControls,
  ...metadataControls,
  ...localControls,
];
