// The walk of an audit: controls answer, waivers are taken off, the score is told with its trend.
import {
  type AuditControl,
  type AuditResult,
  type AuditRun,
  type FindWaiver,
  judgeAudit,
  runOf,
  type Score,
  scoreOf,
  type Trend,
  trendOf,
} from '../audit/index.ts';
import type { IssueFinding, Report, Suppressed } from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';
import type { WaiverBook } from '../policy/index.ts';
import { gradeOf, summaryOf } from '../report/index.ts';

export interface AuditAnswer {
  readonly schemaVersion: 1;
  /** `docker`, `host` ... */
  readonly audit: string;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly tool: { readonly name: 'seaworthy'; readonly version: string };
  /** What was audited, for people: the address of an engine. */
  readonly target: string;
  /** Plain sentences that stand above all controls; empty where there is nothing to fear. */
  readonly summary: readonly { readonly sentence: string; readonly details: readonly string[] }[];
  readonly controls: readonly AuditResult[];
  readonly score: number;
  readonly scoring: Score;
  /** Null: the first run. */
  readonly trend: Trend | null;
  /** What could not be read. */
  readonly unknowns: readonly Unknown[];
  /** What was left out on purpose, and why. */
  readonly leftOut: readonly string[];
}

export interface AuditOptions<Facts> {
  readonly audit: string;
  readonly target: string;
  readonly controls: readonly AuditControl<Facts>[];
  readonly facts: Facts;
  readonly summary: AuditAnswer['summary'];
  readonly unknowns: readonly Unknown[];
  readonly leftOut: readonly string[];
  readonly waivers: WaiverBook;
  readonly earlier: readonly AuditRun[];
  readonly now: Date;
  readonly toolVersion: string;
  /** Tells runs with other options apart: only like runs are compared. */
  readonly scope: string;
}

/** Judges the facts; the second part is what the store keeps for the next trend. */
export function auditFacts<Facts>(options: AuditOptions<Facts>): {
  readonly answer: AuditAnswer;
  readonly run: AuditRun;
} {
  const { audit, target, controls, facts, waivers, earlier, now, scope } = options;
  const results = judgeAudit(controls, facts, waiverFinder(waivers, audit));
  const scoring = scoreOf(results);
  const at = now.toISOString();
  const run = runOf(results, { at, score: scoring.score, target: `${audit}:${target}:${scope}` });
  const answer: AuditAnswer = {
    schemaVersion: 1,
    audit,
    generatedAt: at,
    tool: { name: 'seaworthy', version: options.toolVersion },
    target,
    summary: options.summary,
    controls: results,
    score: scoring.score,
    scoring,
    trend: trendOf(run, earlier),
    unknowns: options.unknowns,
    leftOut: options.leftOut,
  };
  return { answer, run };
}

/** Waivers name a control by its number or by the word that the gate has for it. */
function waiverFinder(waivers: WaiverBook, audit: string): FindWaiver {
  return (control, { subject, image = null }) => {
    const names = control.alias === undefined ? [control.id] : [control.id, control.alias];
    for (const name of names) {
      const waiver = waivers.find({
        control: name,
        kind: audit,
        name: subject ?? '',
        namespace: null,
        container: subject,
        image,
      });
      if (waiver !== null) {
        const { reason, owner, expires } = waiver;
        return { reason, owner, expires };
      }
    }
    return null;
  };
}

/** The answer as a report, for the outputs that know reports (SARIF): one finding for each failure. */
export function auditReport(answer: AuditAnswer): Report {
  const failed = answer.controls.filter(({ status }) => status === 'fail');
  const findings = failed.flatMap((result) =>
    result.evidence.map((evidence) => findingOf(answer, result, evidence)),
  );
  const suppressed = answer.controls.flatMap((result) =>
    result.waived.map(
      ({ evidence, reason, owner, expires }): Suppressed => ({
        finding: findingOf(answer, result, evidence),
        by: 'ignore',
        reason: `${reason} (${owner})`,
        expires,
      }),
    ),
  );
  const counted = { packages: [], findings, suppressed, unknowns: answer.unknowns };
  return {
    schemaVersion: 1,
    generatedAt: answer.generatedAt,
    tool: answer.tool,
    target: { kind: 'dir', name: '.', digest: null, platform: null, os: null, layers: [] },
    database: null,
    ...counted,
    grade: gradeOf({
      ...counted,
      endOfLife: null,
      unassessedSystem: false,
      fixFirst: [],
      now: new Date(answer.generatedAt),
    }),
    summary: summaryOf(counted),
  };
}

function findingOf(
  { audit, target }: AuditAnswer,
  { id, title, severity, fix, lesson, benchmark }: AuditResult,
  evidence: AuditResult['evidence'][number],
): IssueFinding {
  const inside = `${evidence.subject ?? target}:${evidence.place}`;
  const command = evidence.command === undefined ? '' : ` (${evidence.command})`;
  return {
    kind: 'misconfiguration',
    id: `${audit}-${id}`,
    title,
    severity: evidence.severity ?? severity,
    locations: [{ path: `${audit}!${inside}`, layer: null }],
    evidence: { benchmark, path: evidence.place, message: evidence.message },
    fix: `${fix}${command}.`,
    lesson,
  };
}
