// The terminal: the answer first, then the next action, then the evidence.
import { counted } from '../../base/count-text.ts';
import { isUnsupported } from '../../model/distribution.ts';
import { type Finding, isAboutPackage, type Report, type Suppressed } from '../../model/report.ts';
import { type Severity, severities } from '../../model/severity.ts';
import type { Output, OutputOptions } from '../output.ts';
import {
  createPaint,
  harmless,
  type Paint,
  shorten,
  spread,
  widthOf,
  wrap,
  wrapParts,
  wrapTo,
} from '../paint/index.ts';
import { type Row, rowsOf } from './group.ts';

const indent = '    ';
const shownActions = 5;
const shownRows = 5;
const titleLines = 2;

export const table: Output = {
  id: 'table',
  mediaType: 'text/plain',
  pieces(reports, options) {
    const paint = createPaint(options.columns, options.colour);
    const several = reports.length > 1 ? overview(reports, paint) : [];
    const parts = reports.map((report) => one(report, options, paint).join('\n'));
    return [[...several, ...parts].join('\n\n'), '\n'];
  },
};

/** Several targets: one line each, worst first, before the details. */
function overview(reports: readonly Report[], paint: Paint): string[] {
  const sorted = reports.toSorted((a, b) => a.grade.score - b.grade.score);
  const lines = sorted.map((report) => {
    const reason = report.grade.because[0] ?? 'nothing found';
    return spread(
      `${paint.grade(report.grade.letter)} ${harmless(report.target.name)}`,
      reason,
      paint.columns,
    );
  });
  return [lines.join('\n')];
}

function one(report: Report, options: OutputOptions, paint: Paint): string[] {
  const rows = rowsOf(report);
  const lines = ['', ...headline(report, options, paint)];
  if (options.show === 'packages') return [...lines, '', ...packageLines(report, paint)];
  if (options.show === 'unknowns') return [...lines, '', ...unknownLines(report, paint)];
  if (options.show === 'suppressed')
    return [...lines, '', ...suppressedLines(report.suppressed, paint)];
  if (options.show === null) lines.push(...actionLines(report, paint));
  lines.push(...issueLines(report.findings, paint));
  lines.push(...severityLines(report, { rows, show: options.show, paint }));
  lines.push('', ...closing(report, rows, paint));
  return lines;
}

function headline(report: Report, options: OutputOptions, paint: Paint): string[] {
  const { grade, target } = report;
  const name = harmless(target.name);
  const good = grade.letter === 'A' || grade.letter === 'B';
  const reasons = grade.because.slice(0, 3).join(', ');
  const verdict = good ? 'is seaworthy' : 'is not seaworthy';
  const sentence = `${name} ${verdict}: ${reasons === '' ? 'nothing known against it' : reasons}`;
  const [first = '', ...rest] = wrap(sentence, paint.columns - indent.length);
  return [
    `${paint.grade(grade.letter)} ${paint.strong(first)}`,
    ...rest.map((line) => indent + paint.strong(line)),
    ...wrapParts(facts(report, options), paint.columns - indent.length).map(
      (line) => indent + paint.faint(line),
    ),
    ...warnings(report).flatMap((warning) =>
      wrap(warning, paint.columns - indent.length).map((line) => indent + line),
    ),
  ];
}

function facts(report: Report, { elapsedSeconds }: OutputOptions): string[] {
  const { target, database, summary } = report;
  const { os } = target;
  return [
    ...(os === null ? [] : [harmless(os.name)]),
    ...(os?.endOfLife
      ? [`${isOver(report) ? 'support ended' : 'supported to'} ${os.endOfLife.slice(0, 7)}`]
      : []),
    counted(summary.packages, 'package'),
    ...(target.layers.length > 0 ? [counted(target.layers.length, 'layer')] : []),
    ...(elapsedSeconds === null ? [] : [`${elapsedSeconds.toFixed(2)} s`]),
    ...(database === null || database.builtIn ? [] : [`advisories ${age(database.ageHours)} old`]),
  ];
}

function isOver({ target, generatedAt }: Report): boolean {
  return isUnsupported(target.os?.endOfLife, new Date(generatedAt));
}

/** What the reader must know before trusting the letter. */
function warnings({ database }: Report): string[] {
  if (database?.builtIn !== true) return [];
  const asked = `Only the ${database.advisories} built-in advisories were asked`;
  return [`${asked}: run \`seaworthy db update\` for all.`];
}

function actionLines(report: Report, paint: Paint): string[] {
  const actions = report.grade.fixFirst.slice(0, shownActions);
  if (actions.length === 0) return [];
  const total = report.findings.length;
  const lines = ['', spread(` ${paint.strong('Do this first')}`, 'removes', paint.columns)];
  for (const [index, { action, removes, exploited, where }] of actions.entries()) {
    const gain = `${removes} of ${total}${exploited > 0 ? ` · ${exploited} exploited` : ''}`;
    const room = paint.columns - indent.length - gain.length - 2;
    const words = wrap(harmless(action), room);
    lines.push(spread(` ${index + 1}  ${words[0] ?? ''}`, gain, paint.columns));
    lines.push(...words.slice(1).map((line) => indent + line));
    if (where !== '')
      lines.push(indent + paint.faint(shorten(harmless(where), paint.columns - indent.length)));
  }
  const more = report.grade.fixFirst.length - actions.length;
  if (more > 0) lines.push(indent + paint.faint(`${more} more actions: --format json`));
  return lines;
}

function issueLines(findings: readonly Finding[], paint: Paint): string[] {
  const issues = findings.filter(
    (finding) =>
      finding.kind === 'secret' ||
      finding.kind === 'misconfiguration' ||
      finding.kind === 'licence',
  );
  if (issues.length === 0) return [];
  const lines = ['', ` ${paint.strong('Also found')}`];
  const margin = ' '.repeat(5);
  for (const { id, title, severity, locations } of issues) {
    const [place] = locations;
    const start = `   ${paint.severity(severity, id)}`;
    const where = place === undefined ? '' : `  ${harmless(place.path)}`;
    lines.push(shorten(`${start}${where}`, paint.columns));
    const words = wrapTo(harmless(title), paint.columns - margin.length, titleLines);
    lines.push(...words.map((line) => margin + paint.faint(line)));
  }
  return lines;
}

interface SeverityView {
  readonly rows: readonly Row[];
  readonly show: string | null;
  readonly paint: Paint;
}

/** In full what was asked for, else the most urgent of the worst severity that occurs. */
function severityLines(report: Report, { rows, show, paint }: SeverityView): string[] {
  const lines: string[] = [];
  const opened = severities.find((severity) => rows.some((row) => row.severity === severity));
  for (const severity of severities) {
    const own = rows.filter((row) => row.severity === severity);
    const whole = show === 'all' || show === severity;
    if (own.length === 0 || (!whole && (show !== null || severity !== opened))) continue;
    lines.push('', ` ${paint.severity(severity, wordFor(severity))}`);
    const shown = whole ? own : own.slice(0, shownRows);
    const idWidth = Math.min(
      20,
      shown.reduce((most, { id }) => Math.max(most, id.length), 0),
    );
    for (const row of shown) lines.push(...rowLines(row, idWidth, paint));
    if (shown.length < own.length) {
      const more = `...${own.length - shown.length} more`.padEnd(idWidth);
      const hint = ` --show ${severity}`;
      const start = `   ${more}  seaworthy scan ${quoted(harmless(report.target.name))}`;
      lines.push(paint.faint(shorten(start, paint.columns - hint.length) + hint));
    }
  }
  return lines;
}

function rowLines(row: Row, idWidth: number, paint: Paint): string[] {
  const id = paint.severity(row.severity, harmless(row.id).padEnd(idWidth));
  const remarks = row.remarks.join(' · ');
  const room = paint.columns - widthOf(remarks) - 2;
  const long = `   ${id}  ${harmless(subjectOf(row, row.fixedIn))}`;
  const short = `   ${id}  ${harmless(subjectOf(row, shortFix(row)))}`;
  const lines = [spread(widthOf(long) <= room ? long : short, remarks, paint.columns).trimEnd()];
  const margin = ' '.repeat(idWidth + 5);
  if (row.title === row.id) return lines;
  const title = wrapTo(harmless(row.title), paint.columns - margin.length, titleLines);
  return [...lines, ...title.map((line) => margin + paint.faint(line))];
}

function subjectOf({ name, version }: Row, fix: string | null): string {
  return `${name} ${version}${fix === null ? '' : ` -> ${fix}`}`;
}

/** What differs from the version that is there: `…deb12u3` for 2.36-9+deb12u3. */
function shortFix({ version, fixedIn }: Row): string | null {
  if (fixedIn === null) return null;
  let start = 0;
  for (let at = 0; at < fixedIn.length && fixedIn[at] === version[at]; at += 1) {
    if (/[^\p{L}\p{N}]/u.test(fixedIn[at] ?? '')) start = at + 1;
  }
  return start === 0 ? fixedIn : `…${fixedIn.slice(start)}`;
}

function closing(report: Report, rows: readonly Row[], paint: Paint): string[] {
  const counts = severities.flatMap((severity) => {
    const count = report.summary.vulnerabilities[severity];
    return count === 0 ? [] : [`${wordFor(severity)} ${count}`];
  });
  const { malware, secrets, misconfigurations, licences, unknowns, suppressed } = report.summary;
  if (secrets > 0) counts.push(`Secrets ${secrets}`);
  if (misconfigurations > 0) counts.push(`Misconfigurations ${misconfigurations}`);
  if (licences > 0) counts.push(`Licences ${licences}`);
  if (malware > 0) counts.unshift(`Malware ${malware}`);
  if (unknowns > 0) counts.push(`Unknown ${counted(unknowns, 'place')} (--show unknowns)`);
  if (suppressed > 0) counts.push(`Suppressed ${suppressed} (--show suppressed)`);
  const told = counts.length === 0 ? ['No findings.'] : counts;
  const lines = wrapParts(told, paint.columns - 1).map((line) => ` ${line}`);
  const [worst] = rows.toSorted((a, b) => b.priority - a.priority);
  const learn = worst === undefined ? '' : `Learn why: seaworthy learn ${harmless(worst.id)}`;
  lines.push('', ` ${spread(learn, '--format json|sarif|cyclonedx|spdx', paint.columns - 1)}`);
  return lines;
}

function packageLines(report: Report, paint: Paint): string[] {
  return report.packages.map((one) => {
    const remark =
      one.ownedBy !== null
        ? 'owned by the system'
        : one.notPresent
          ? 'declared only'
          : one.evidence;
    return spread(` ${harmless(one.purl)}`, remark, paint.columns);
  });
}

function unknownLines(report: Report, paint: Paint): string[] {
  if (report.unknowns.length === 0) return [' Everything was read and understood.'];
  return report.unknowns.flatMap(({ path, reason }) => [
    ` ${shorten(harmless(path === '' ? '(the target)' : path), paint.columns - 1)}`,
    ...wrap(harmless(reason), paint.columns - indent.length).map(
      (line) => indent + paint.faint(line),
    ),
  ]);
}

function suppressedLines(suppressed: readonly Suppressed[], paint: Paint): string[] {
  if (suppressed.length === 0) return [' Nothing is suppressed.'];
  return suppressed.flatMap(({ finding, by, reason, expires }) => {
    const until = expires === null ? '' : `, until ${expires}`;
    const subject = isAboutPackage(finding) ? ` ${finding.package.name}` : '';
    const text = harmless(`${finding.id}${subject}: ${reason} (${by}${until})`);
    const [first = '', ...rest] = wrap(text, paint.columns - indent.length);
    return [` ${first}`, ...rest.map((line) => indent + line)];
  });
}

/** "Unknown" is what was not read; a flaw without a rating is something else. */
function wordFor(severity: Severity): string {
  if (severity === 'unknown') return 'Unrated';
  return severity.charAt(0).toUpperCase() + severity.slice(1);
}

/** A word that a shell takes as it is, else quoted. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function age(hours: number): string {
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
