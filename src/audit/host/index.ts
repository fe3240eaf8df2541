// All controls on a host: known flaws of its parts, its kernel, its system. One file a section.
import type { HostControl } from './define.ts';
import type { HostFacts } from './facts.ts';
import type { Flaw } from './flaw.ts';
import { engineFlaws } from './flaws/engines.ts';
import { kernelFlaws } from './flaws/kernel.ts';
import { runtimeFlaws } from './flaws/runtimes.ts';
import { flawControl, openFlaws } from './judge-flaw.ts';
import { engineControls } from './section-engine.ts';
import { kernelControls } from './section-kernel.ts';
import { sysctlControls } from './section-sysctl.ts';
import { systemControls } from './section-system.ts';

export { upstreamOf } from '../upstream-order.ts';
export {
  type Component,
  type ComponentName,
  type ConfinedContainer,
  type DistributionWord,
  type EngineFacts,
  type HostFacts,
  type PendingUpdate,
  type SocketFact,
} from './facts.ts';
export type { Flaw } from './flaw.ts';
export { versionOpinion } from './judge-flaw.ts';
export { wantedSysctls } from './section-sysctl.ts';
export { wantedFiles as wantedHostFiles } from './section-system.ts';

/** The table of known flaws: kernel, runtimes, engines. */
export const hostFlaws: readonly Flaw[] = [...kernelFlaws, ...runtimeFlaws, ...engineFlaws];

export const hostControls: readonly HostControl[] = [
  ...hostFlaws.map(flawControl),
  ...kernelControls,
  ...sysctlControls,
  ...systemControls,
  ...engineControls,
];

/** Known flaws that somebody can get at on this host, those that are exploited first. */
export function openHostFlaws(facts: HostFacts): readonly string[] {
  return openFlaws(hostFlaws, facts);
}
