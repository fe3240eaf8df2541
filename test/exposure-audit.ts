// The audit of exposed interfaces as tests run it: targets in, verdicts by control out.
import { type AuditResult, exposureControls, judgeAudit } from '../src/audit/index.ts';
import { collectExposure, parseExposureTarget } from '../src/flow/audit-exposure.ts';
import { openMachine } from '../src/host/machine/index.ts';

export const exposureLimits = { deadlineMs: 3000, bodyBytes: 65_536 };
const now = new Date('2026-11-22T00:00:00Z');
/** What is to be ended with the test. */
export const running: { close: () => Promise<void> }[] = [];

/** Ends what a test started, last first. */
export async function endAll(): Promise<void> {
  for (const one of running.splice(0).toReversed()) await one.close();
}

/** Asks these targets, with the rights that a user has without further flags. */
export async function collect(targets: readonly string[], hasConsent = false) {
  return collectExposure({
    targets: targets.map(parseExposureTarget),
    ownsThem: false,
    hasConsent,
    machine: openMachine('/'),
    engine: null,
    limits: exposureLimits,
    now,
  });
}

/** What every control says, by its id. */
export async function answers(targets: readonly string[], hasConsent = false) {
  const { facts } = await collect(targets, hasConsent);
  const results = judgeAudit(exposureControls, facts, () => null);
  return new Map(results.map((one) => [one.id, one]));
}

/** `fail critical`, `pass`: the worst that a control says. */
export function verdict(results: ReadonlyMap<string, AuditResult>, id: string): string {
  const result = results.get(id);
  if (result === undefined) throw new Error(`there is no control ${id}`);
  return result.status === 'fail' ? `fail ${result.severity}` : result.status;
}
