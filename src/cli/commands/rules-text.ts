// Answers of `rules` for people. Rule files and events are strangers' text: control characters that
// could steer a terminal are shown as what they are.
import { counted } from '../../base/count-text.ts';
import type { RuleRow } from '../../flow/rule-list.ts';
import type { RuleExplanation, RulesIssue, RulesReport } from '../../flow/rules.ts';

/** `93 rules (81 enabled), 315 macros, 118 lists`, and each flaw with its place. */
export function rulesReportText(report: RulesReport): string {
  const { rules, enabled, macros, lists, errors, warnings } = report;
  const lines = [
    ...errors.map((issue) => issueLine('error', issue)),
    ...warnings.map((issue) => issueLine('warning', issue)),
    `${counted(rules, 'rule')} (${enabled} enabled), ${counted(macros, 'macro')}, ` +
      `${counted(lists, 'list')}; ${counted(errors.length, 'error')}, ` +
      counted(warnings.length, 'warning'),
  ];
  return `${lines.map((line) => harmless(line)).join('\n')}\n`;
}

function issueLine(level: string, { file, line, column, rule, code, message }: RulesIssue): string {
  const place = [file, line, column].filter((one) => one !== null).join(':');
  return `${place}: ${level} ${code}${rule === null ? '' : ` ${rule}`}: ${message}`;
}

/** A line for each rule: priority, techniques, maturity and name; the lesson where there is one. */
export function ruleListText(rows: readonly RuleRow[]): string {
  const lines = rows.map(({ rule, priority, maturity, techniques, lesson, enabled }) => {
    const head = `${priority.padEnd(13)} ${(techniques[0] ?? '-').padEnd(9)} `;
    const rest = [...(enabled ? [] : ['off']), ...(lesson === null ? [] : [`learn ${lesson}`])];
    const tail = rest.length === 0 ? '' : `   (${rest.join(', ')})`;
    return `${head}${(maturity ?? '-').padEnd(10)}  ${rule}${tail}`;
  });
  return `${[...lines, counted(rows.length, 'rule')].map((line) => harmless(line)).join('\n')}\n`;
}

/** The condition as a tree; what decided against a match is marked. */
export function explanationText(explanation: RuleExplanation): string {
  const { rule, file, line, matches, condition, remarks } = explanation;
  const lines = [
    `${rule} (${line === null ? file : `${file}:${line}`})`,
    matches ? 'The event matches.' : 'The event does not match.',
    ...remarks.map((remark) => `Note: ${remark}.`),
    '',
    ...partLines(condition, 0),
  ];
  return `${lines.map((one) => harmless(one)).join('\n')}\n`;
}

const widthOfOutcome = 'missing'.length;

function partLines(part: RuleExplanation['condition'], depth: number): readonly string[] {
  const { outcome, text, actual, children } = part;
  // Where a check is false or missing, what the event says is the answer that a reader looks for.
  const said =
    actual === null || outcome === 'true' ? '' : `   (${actual.field} is ${actual.value})`;
  const head = `${outcome.padEnd(widthOfOutcome)}  ${'  '.repeat(depth)}${cut(text)}${said}`;
  return [head, ...children.flatMap((child) => partLines(child, depth + 1))];
}

const shownLength = 160;

/** Long lists fill the screen and hide the tree. */
function cut(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}

function harmless(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (one) => {
      return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
}
