// The door of the audits: the frame that all of them have, and each of them.
export type { AuditControl, Evidence, Status, Verdict } from './control.ts';
export {
  type DaemonProcess,
  type DockerFacts,
  dockerControls,
  type ExecFact,
  type ExecFacts,
  type FileFact,
  type ImageFact,
  type Risk,
  risksOf,
  type SwarmFact,
  wantedFiles,
} from './docker/index.ts';
export {
  type AnswerFact,
  type ExposureFacts,
  exposureControls,
  metadataHost,
  metadataPort,
  metadataQuestions,
  metadataService,
  type PortFact,
  questionsFor,
  recognise,
  type SilenceFact,
  usualPorts,
} from './exposure/index.ts';
export {
  type Component,
  type ComponentName,
  type ConfinedContainer,
  type DistributionWord,
  type EngineFacts,
  type Flaw,
  type HostFacts,
  hostControls,
  hostFlaws,
  openHostFlaws,
  type PendingUpdate,
  type SocketFact,
  upstreamOf,
  wantedHostFiles,
  wantedSysctls,
} from './host/index.ts';
export { type AuditResult, type FindWaiver, judgeAudit, type WaivedEvidence } from './judge.ts';
export { type Score, scoreOf } from './score.ts';
export { type AuditRun, runOf, type Trend, trendOf } from './trend.ts';
