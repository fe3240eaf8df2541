// Asks all controls of an audit, takes off what somebody answers for, and weighs the rest.
import { messageOf } from '../base/error.ts';
import type { LessonId } from '../model/lesson.ts';
import { type Severity, severityRank } from '../model/severity.ts';
import type { AuditControl, Evidence, Status, Verdict } from './control.ts';

export interface WaivedEvidence {
  readonly evidence: Evidence;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string | null;
}

/** One answer of the contract. */
export interface AuditResult {
  readonly id: string;
  readonly benchmark: string;
  readonly profile: string;
  readonly title: string;
  /** The worst of its evidence where that weighs other than the control. */
  readonly severity: Severity;
  readonly status: Status;
  readonly evidence: readonly Evidence[];
  readonly moreEvidence: number;
  readonly fix: string;
  readonly commands: readonly string[];
  readonly lesson: LessonId;
  readonly waived: readonly WaivedEvidence[];
}

/** Who answers for a piece of evidence; null: nobody. */
export type FindWaiver = (
  control: AuditControl<never>,
  evidence: Evidence,
) => Omit<WaivedEvidence, 'evidence'> | null;

/** Places of one control that are told; the status regards all of them. */
const evidenceTold = 200;
const commandsTold = 20;

/** The answers of `controls`, in their order. A control that breaks is told as unknown. */
export function judgeAudit<Facts>(
  controls: readonly AuditControl<Facts>[],
  facts: Facts,
  findWaiver: FindWaiver,
): AuditResult[] {
  return controls.map((control) => resultOf(control, answered(control, facts), findWaiver));
}

function answered<Facts>(control: AuditControl<Facts>, facts: Facts): Verdict {
  try {
    return control.evaluate(facts);
  } catch (error) {
    // Facts hold what engines and files say: one odd value must not hide the other controls.
    const message = `it could not be judged (${messageOf(error).slice(0, 200)})`;
    return { status: 'unknown', evidence: [{ subject: null, place: '', value: null, message }] };
  }
}

function resultOf<Facts>(
  control: AuditControl<Facts>,
  verdict: Verdict,
  findWaiver: FindWaiver,
): AuditResult {
  const open: Evidence[] = [];
  const waived: WaivedEvidence[] = [];
  for (const evidence of verdict.evidence) {
    const by = verdict.status === 'fail' ? findWaiver(control, evidence) : null;
    if (by === null) open.push(evidence);
    else waived.push({ evidence, ...by });
  }
  const isWaived = verdict.status === 'fail' && open.length === 0 && waived.length > 0;
  const commands = new Set(open.flatMap(({ command }) => command ?? []));
  return {
    id: control.id,
    benchmark: control.benchmark,
    profile: control.profile,
    title: control.title,
    severity: worstOf(control.severity, verdict.status === 'fail' ? open : []),
    status: isWaived ? 'not-applicable' : verdict.status,
    evidence: open.slice(0, evidenceTold),
    moreEvidence: Math.max(0, open.length - evidenceTold),
    fix: control.fix,
    commands: [...commands].slice(0, commandsTold),
    lesson: control.lesson,
    waived: waived.slice(0, evidenceTold),
  };
}

function worstOf(severity: Severity, evidence: readonly Evidence[]): Severity {
  if (evidence.length === 0) return severity;
  return evidence
    .map((one) => one.severity ?? severity)
    .reduce((worst, one) => (severityRank(one) < severityRank(worst) ? one : worst));
}
