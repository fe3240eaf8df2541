// What every audit does at its end: chooses controls, keeps the run, writes, decides the exit code.
import { readFileSync } from 'node:fs';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { type AuditAnswer, auditReport } from '../../flow/audit.ts';
import { severityRank } from '../../model/severity.ts';
import { noWaivers, readWaivers, type WaiverBook } from '../../policy/index.ts';
import { outputs, textOf } from '../../report/index.ts';
import { auditKinds, keepAudit, keepAuditAnswer, type StoredAudit } from '../../store/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { viewOf } from '../stdout.ts';
import { auditHtml } from './audit-html.ts';
import type { AuditOptions } from './audit-options.ts';
import { auditTable } from './audit-table.ts';

/** The controls that `--only` names. Throws `usage` where a word names none. */
export function chosenControls<Control extends { readonly id: string }>(
  controls: readonly Control[],
  only: readonly string[] | undefined,
): readonly Control[] {
  if (only === undefined) return controls;
  const stranger = only.find((word) => !controls.some(({ id }) => isMeant(id, word)));
  if (stranger !== undefined) {
    throw new SeaworthyError('usage', `--only ${stranger} names no control`, {
      advice: 'give numbers of the benchmark such as 5.4, or a section such as 5',
    });
  }
  return controls.filter(({ id }) => only.some((word) => isMeant(id, word)));
}

/** `5` means 5.1 and all others of its section, `5.1` not 5.10. */
function isMeant(id: string, word: string): boolean {
  return id === word || id.startsWith(`${word}.`);
}

/** The waivers of `--waivers`. Throws `unreadable` or `malformed`. */
export function auditWaivers(file: string | undefined, now: Date): WaiverBook {
  if (file === undefined) return noWaivers;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${file} cannot be read (${messageOf(cause)})`, {
      cause,
      advice: 'check the path of --waivers',
    });
  }
  return readWaivers(text, file, now);
}

/** Waivers that their owners should look at; told on stderr. */
export function tellWaivers(waivers: WaiverBook): void {
  for (const { kind, waiver } of waivers.remarks()) {
    const { controls, owner, expires, file, line } = waiver;
    const which = `the waiver of ${controls.join(', ')} (${owner}, ${file}:${line ?? 1})`;
    const what =
      kind === 'expired'
        ? `expired on ${expires ?? ''} and waives nothing`
        : kind === 'unused'
          ? 'waived nothing: remove it'
          : 'has no end: give it an expiry';
    process.stderr.write(`seaworthy: ${oneLine(`${which} ${what}`)}\n`);
  }
}

/** The answer in the format that was asked for. */
export function auditText(answer: AuditAnswer, options: AuditOptions): string {
  if (options.format === 'json') return `${JSON.stringify(answer, null, 2)}\n`;
  if (options.format === 'html') return auditHtml(answer);
  if (options.format === 'table') return auditTable(answer, viewOf(options.output, 100));
  const settings = { columns: 100, colour: false, show: null, elapsedSeconds: null };
  return textOf(outputs.sarif, [auditReport(answer)], settings);
}

/** 1 below the threshold, or where a control of the severity fails; else 0. */
export function auditExitCode(answer: AuditAnswer, options: AuditOptions): number {
  const { threshold, failOn } = options;
  if (threshold !== undefined && answer.score < threshold) return exitCodes.violated;
  const isGrave =
    failOn !== undefined &&
    answer.controls.some(
      ({ status, severity }) => status === 'fail' && severityRank(severity) <= severityRank(failOn),
    );
  return isGrave ? exitCodes.violated : exitCodes.satisfied;
}

/**
 * Keeps a run for trends, and the whole answer where everything was asked, for pages and the fleet. Says
 * why it could not.
 */
export function keepRun(
  { answer, run, isWhole }: { answer: AuditAnswer; run: StoredAudit; isWhole: boolean },
  options: AuditOptions,
): void {
  if (!options.history) return;
  const kind = auditKinds.find((one) => one === answer.audit);
  const problem =
    keepAudit(options.data, run) ??
    (kind === undefined || !isWhole ? null : keepAuditAnswer(options.data, kind, answer));
  if (problem === null || options.quiet === true) return;
  process.stderr.write(`seaworthy: ${oneLine(`the run is not kept: ${problem}`)}\n`);
}
