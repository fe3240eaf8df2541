// What the controls on the host itself have in common.
import type { AuditControl, Evidence, Verdict } from '../control.ts';
import { failedBy, passed, told } from '../control.ts';
import type { HostFacts } from './facts.ts';

export type HostControl = AuditControl<HostFacts>;

/** A control with the benchmark that all of them have. */
export function control(row: Omit<HostControl, 'benchmark'>): HostControl {
  return { benchmark: 'Seaworthy host', ...row };
}

/** Evidence about the host as a whole. */
export function found(place: string, value: unknown, message: string): Evidence {
  return { subject: null, place, value, message };
}

/** Passes with what was seen, or fails with what is wrong. */
export function holds(isGood: boolean, evidence: Evidence): Verdict {
  return isGood ? passed([evidence]) : failedBy([evidence]);
}

/** Runs `judge` on a host that runs; a root file system on disk has no kernel and no processes. */
export function onLive(facts: HostFacts, judge: () => Verdict): Verdict {
  return facts.isLive
    ? judge()
    : told('unknown', 'this root file system does not run, so nothing is known of its kernel');
}
