// All controls of CIS Docker 1.6, sections 1 to 7, and the community's own. One file a section.
import type { DockerControl } from './define.ts';
import type { DockerFacts } from './facts.ts';
import { hostControls, hostPaths } from './section-1-host.ts';
import { daemonControls } from './section-2-daemon.ts';
import { fileControls, filesOf } from './section-3-files.ts';
import { imageControls } from './section-4-images.ts';
import { byNumber, communityControls, runtimeControls } from './section-5-containers.ts';
import { operationControls } from './section-6-operations.ts';
import { swarmControls } from './section-7-swarm.ts';

export type { DockerControl } from './define.ts';
export type {
  DaemonProcess,
  DockerFacts,
  ExecFact,
  ExecFacts,
  FileFact,
  ImageFact,
  SwarmFact,
} from './facts.ts';
export { type Risk, risksOf } from './risks.ts';

export const dockerControls: readonly DockerControl[] = [
  ...hostControls,
  ...daemonControls,
  ...fileControls,
  ...imageControls,
  ...runtimeControls.toSorted(byNumber),
  ...operationControls,
  ...swarmControls,
  ...communityControls,
];

/** Paths of the host that the controls ask for, those that the settings of the engine name included. */
export function wantedFiles(facts: Pick<DockerFacts, 'address' | 'daemon'>): readonly string[] {
  return [...new Set([...hostPaths, ...filesOf(facts)])];
}
