// The answer of an audit on the terminal: who can take over the host, the score, what to do first.
import type { AuditResult } from '../../audit/index.ts';
import type { AuditAnswer } from '../../flow/audit.ts';
import { severityRank } from '../../model/severity.ts';
import {
  createPaint,
  harmless,
  type Paint,
  shorten,
  spread,
  wrap,
} from '../../report/paint/index.ts';

export interface AuditTableOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const indent = '   ';
const detailsShown = 10;
const evidenceShown = 4;
/** A hostile name must not fill the screen. */
const linesOfEvidence = 4;

/** Text of the answer, ending in a line feed. */
export function auditTable(answer: AuditAnswer, options: AuditTableOptions): string {
  const paint = createPaint(options.columns, options.colour);
  const failed = answer.controls
    .filter(({ status }) => status === 'fail')
    .toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const lines = [
    '',
    ...headline(answer, paint),
    ...summaryLines(answer, paint),
    ...failed.filter(isWeighty).flatMap((result) => failedLines(result, paint)),
    ...smallLines(failed, paint),
    ...otherLines(answer, paint),
    '',
    ...closing(answer, failed[0], paint),
  ];
  return `${lines.join('\n')}\n`;
}

function headline({ score, target, audit, scoring, trend }: AuditAnswer, paint: Paint): string[] {
  const { failed, passed } = scoring;
  const verdict =
    failed === 0
      ? `${passed} controls hold`
      : `${failed} of ${failed + passed} controls do not hold`;
  const badge = paint.grade(letterOf(score));
  const right = paint.faint(harmless(`${audit} · ${target}`));
  const lines = [
    spread(`${badge} ${paint.strong(`${score} of 100`)}: ${verdict}`, right, paint.columns),
  ];
  if (trend !== null) {
    const sign = trend.change > 0 ? `+${trend.change}` : String(trend.change);
    const fixed =
      trend.fixed.length > 0 ? ` · holds again: ${trend.fixed.slice(0, 8).join(', ')}` : '';
    const broken = trend.broken.length > 0 ? ` · new: ${trend.broken.slice(0, 8).join(', ')}` : '';
    lines.push(
      ...wrapped(harmless(`${sign} since ${trend.since.slice(0, 10)}${fixed}${broken}`), paint),
    );
  }
  return lines;
}

function letterOf(score: number): string {
  if (score >= 90) return 'A';
  if (score >= 80) return 'B';
  if (score >= 65) return 'C';
  return score >= 50 ? 'D' : score >= 30 ? 'E' : 'F';
}

function summaryLines({ summary }: AuditAnswer, paint: Paint): string[] {
  return summary.flatMap(({ sentence, details }) => {
    const rest = details.length - detailsShown;
    return [
      '',
      `${indent}${paint.severity('critical', '!')} ${paint.strong(harmless(sentence))}`,
      ...details
        .slice(0, detailsShown)
        .flatMap((detail) => wrapped(harmless(detail), paint).slice(0, linesOfEvidence)),
      ...(rest > 0 ? [`${indent}    and ${rest} more (--format json tells them)`] : []),
    ];
  });
}

function failedLines(result: AuditResult, paint: Paint): string[] {
  const { id, title, severity, evidence, moreEvidence, fix, commands } = result;
  const head = `${indent}${paint.severity(severity, severity.padEnd(8))} ${paint.strong(`${id}  not so: ${title}`)}`;
  const total = evidence.length + moreEvidence;
  const shown = evidence.slice(0, evidenceShown);
  const lines = ['', shorten(head, paint.columns)];
  for (const { message, place, value } of shown) {
    const what = value === null || value === '' ? '' : ` (${place}: ${valueText(value)})`;
    lines.push(...wrapped(harmless(message + what), paint).slice(0, linesOfEvidence));
  }
  if (total > shown.length) lines.push(`${indent}    and ${total - shown.length} more`);
  lines.push(...wrapped(`Fix: ${fix}.`, paint));
  const [command] = commands;
  if (command !== undefined)
    lines.push(shorten(`${indent}    $ ${harmless(command)}`, paint.columns));
  return lines;
}

function isWeighty({ severity }: AuditResult): boolean {
  return severityRank(severity) <= severityRank('medium');
}

/** Small faults have a line each: twenty blocks of them would hide the three that matter. */
function smallLines(failed: readonly AuditResult[], paint: Paint): string[] {
  const small = failed.filter((one) => !isWeighty(one));
  if (small.length === 0) return [];
  const lines = small.map(({ id, evidence, moreEvidence }) => {
    const more = evidence.length + moreEvidence - 1;
    const rest = more > 0 ? `, and ${more} more` : '';
    return shorten(
      `${indent}    ${id.padEnd(7)} ${harmless(evidence[0]?.message ?? '')}${rest}`,
      paint.columns,
    );
  });
  return [
    '',
    `${indent}${paint.severity('low', 'low')}      ${paint.strong(`${small.length} small ones`)}`,
    ...lines,
  ];
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function otherLines({ controls, unknowns, leftOut }: AuditAnswer, paint: Paint): string[] {
  const of = (status: AuditResult['status']): readonly AuditResult[] =>
    controls.filter((one) => one.status === status);
  const lines: string[] = [];
  const manual = of('manual');
  if (manual.length > 0) {
    lines.push('', `${indent}${paint.strong('To be looked at by a person')}`);
    for (const { id, title, evidence } of manual) {
      const said = evidence[0]?.message ?? '';
      lines.push(
        shorten(`${indent}    ${id.padEnd(6)} ${title}: ${harmless(said)}`, paint.columns),
      );
    }
  }
  const unanswered = of('unknown');
  if (unanswered.length + unknowns.length > 0) {
    lines.push('', `${indent}${paint.strong('Not known')}`);
    for (const { id, evidence } of unanswered) {
      const said = evidence[0]?.message ?? '';
      lines.push(shorten(`${indent}    ${id.padEnd(6)} ${harmless(said)}`, paint.columns));
    }
    for (const { path, reason } of unknowns.slice(0, detailsShown)) {
      lines.push(shorten(`${indent}    ${harmless(`${path}: ${reason}`)}`, paint.columns));
    }
  }
  for (const one of leftOut) lines.push('', `${indent}Left out: ${harmless(one)}`);
  return lines;
}

function closing(answer: AuditAnswer, worst: AuditResult | undefined, paint: Paint): string[] {
  const { passed, failed, manual, notApplicable, unknown, pointsHeld, pointsAsked } =
    answer.scoring;
  const waived = answer.controls.reduce((sum, one) => sum + one.waived.length, 0);
  const counts = `Pass ${passed} · fail ${failed} · manual ${manual} · not applicable ${notApplicable} · unknown ${unknown} · waived ${waived}`;
  const why = `Score: ${pointsHeld} of ${pointsAsked} points (critical 10, high 5, medium 2, low 1; only pass and fail count)`;
  const learn = worst === undefined ? '' : `Learn why: seaworthy learn ${worst.lesson}`;
  return [
    `${indent}${counts}`,
    ...wrapped(why, paint, indent),
    spread(`${indent}${learn}`, '--format json|sarif|html', paint.columns),
  ];
}

function wrapped(text: string, paint: Paint, margin: string = `${indent}    `): string[] {
  return wrap(text, paint.columns - margin.length).map((line) => margin + line);
}
