// The answer of `gate check` on the terminal: verdict, offending line, and the fix beside it.
import { counted } from '../../base/count-text.ts';
import type { GateAnswer } from '../../flow/gate.ts';
import type { Decision, PatchOperation, Reason } from '../../policy/index.ts';
import {
  createPaint,
  harmless,
  type Paint,
  shorten,
  spread,
  wrap,
} from '../../report/paint/index.ts';

export interface GateTableOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** Lines of the files that have faults. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
}

interface View {
  readonly paint: Paint;
  readonly lines: readonly string[];
}

const indent = '   ';
/** Further places of one control that are named after the first one. */
const furtherPlaces = 6;
const order: readonly Decision[] = ['deny', 'warn', 'allow'];

/** Text of all answers, ending in a line feed. */
export function gateTable(answers: readonly GateAnswer[], options: GateTableOptions): string {
  const paint = createPaint(options.columns, options.colour);
  const sorted = answers.toSorted((a, b) => order.indexOf(a.decision) - order.indexOf(b.decision));
  const told = sorted.filter(({ reasons, unknowns }) => reasons.length + unknowns.length > 0);
  const blocks = told.map((answer) =>
    answerLines(answer, { paint, lines: options.lines.get(answer.file) ?? [] }),
  );
  const lines = ['', ...headline(answers, paint), ...blocks.flat(), '', ...closing(answers, paint)];
  return `${lines.join('\n')}\n`;
}

function headline(answers: readonly GateAnswer[], paint: Paint): string[] {
  const judged = answers.filter(({ passedOver }) => passedOver === null);
  const denied = judged.filter(({ decision }) => decision === 'deny').length;
  const warned = judged.filter(({ decision }) => decision === 'warn').length;
  const policy = answers[0]?.policy;
  const all = counted(judged.length, 'object');
  const verdict =
    denied > 0
      ? `${denied} of ${all} must not run`
      : warned > 0
        ? `${warned} of ${all} may run, with a warning`
        : judged.length === 0
          ? 'Nothing makes containers here'
          : `${all} may run`;
  const badge = denied > 0 ? 'DENY' : warned > 0 ? 'WARN' : 'ALLOW';
  const rules = `${policy?.profiles.join(', ') ?? ''} · Kubernetes ${policy?.kubernetesVersion ?? ''}`;
  return [
    spread(`${badgeOf(badge, paint)}  ${paint.strong(verdict)}`, paint.faint(rules), paint.columns),
  ];
}

function badgeOf(text: string, paint: Paint): string {
  return paint.severity(text === 'DENY' ? 'critical' : text === 'WARN' ? 'medium' : 'low', text);
}

function answerLines(answer: GateAnswer, view: View): string[] {
  const { subject, file, document, decision, reasons, unknowns, moreReasons } = answer;
  const { paint } = view;
  const name =
    subject === null
      ? `document ${document}`
      : `${subject.kind}/${subject.name === '' ? '(no name)' : subject.name}`;
  const place = `${file}${subject?.line === null || subject === null ? '' : `:${subject.line}`}`;
  const title = `${badgeOf(decision.toUpperCase(), paint)}  ${paint.strong(harmless(name))}`;
  const lines = ['', spread(title, harmless(place), paint.columns)];
  for (const { line, reason } of unknowns) {
    const where = line === null ? '' : `line ${line}: `;
    lines.push(...wrapped(`not judged: ${where}${harmless(reason)}`, paint));
  }
  const noted: Reason[] = [];
  for (const group of groupsOf(reasons)) {
    const [first] = group;
    if (first.mode === 'audit') noted.push(first);
    else lines.push('', ...reasonLines(group, view));
  }
  if (noted.length > 0) {
    const ids = noted.map(({ control }) => control).join(', ');
    lines.push('', ...wrapped(`Noted: ${ids}`, paint).map((line) => paint.faint(line)));
  }
  if (moreReasons > 0) lines.push('', `${indent}${moreReasons} more reasons are not told`);
  return lines;
}

type Group = [Reason, ...Reason[]];

/** Reasons of one control together, in the order of their first one. */
function groupsOf(reasons: readonly Reason[]): Group[] {
  const groups = new Map<string, Group>();
  for (const reason of reasons) {
    const known = groups.get(reason.control);
    if (known === undefined) groups.set(reason.control, [reason]);
    else known.push(reason);
  }
  return [...groups.values()];
}

function reasonLines([first, ...others]: Group, { paint, lines }: View): string[] {
  const told = [
    spread(
      `${indent}${paint.severity(first.severity, first.severity)}  ${paint.strong(first.control)}`,
      first.mode === 'deny' ? '' : paint.faint(first.mode),
      paint.columns,
    ),
    ...wrapped(`${first.title}: ${harmless(first.message)}.`, paint),
    ...evidence(first, lines).map((line) => shorten(line, paint.columns)),
    ...wrapped(`Fix: ${first.fix}.`, paint),
  ];
  const further = new Set(others.map(({ line, path }) => (line === null ? harmless(path) : line)));
  if (first.line !== null) further.delete(first.line);
  const named = [...further].slice(0, furtherPlaces);
  const rest = further.size - named.length;
  const more = rest > 0 ? ` and ${rest} more` : '';
  if (named.length > 0) told.push(...wrapped(`Also at line ${named.join(', ')}${more}.`, paint));
  return told;
}

/**
 * The line at fault and what the patch makes of it, like a difference of versions. Where the member
 * is missing, the line is the first one of what lacks it, so that both have one indentation.
 */
function evidence(reason: Reason, lines: readonly string[]): string[] {
  const { line, secret, patch } = reason;
  if (line === null) return [`${indent}  at ${harmless(reason.path)}`];
  const source = lines[line - 1] ?? '';
  if (secret || mayHoldSecret(source))
    return [`${String(line).padStart(6)}   at ${harmless(reason.path)}`];
  const margin = /^[ -]*/.exec(source)?.[0].replaceAll('-', ' ') ?? '';
  if (reason.diff !== undefined) return differenceLines(reason.diff);
  const [operation] = patch;
  const sign = operation === undefined || operation.op === 'add' ? ' ' : '-';
  const number = String(line).padStart(6);
  const told = [`${number} ${sign} ${harmless(source.trimEnd())}`];
  if (operation === undefined || operation.op === 'remove') return told;
  const place = placeOf(operation.path);
  const change = harmless(changeText(operation));
  const isHere = reason.path.startsWith(place);
  told.push(
    isHere
      ? `       + ${margin}${change}`
      : `       + ${change}  (in ${harmless(place.slice(0, place.lastIndexOf('.')))})`,
  );
  return told;
}

/** The changed lines of a difference, with their numbers. */
function differenceLines(diff: string): string[] {
  let number = 0;
  return diff.split('\n').flatMap((line) => {
    const start = /^@@ -(\d+)/.exec(line)?.[1];
    if (start !== undefined) number = Number(start);
    // Before the first place stand the names of the files.
    if (start !== undefined || number === 0 || line.startsWith('\\')) return [];
    const text = harmless(line.slice(1).trimEnd());
    if (line.startsWith('+')) return [`       + ${text}`];
    number += 1;
    return line.startsWith('-') ? [`${String(number - 1).padStart(6)} - ${text}`] : [];
  });
}

/** The value of an environment variable, also on one line with other members. */
function mayHoldSecret(source: string): boolean {
  return /value["']?\s*:/i.test(source);
}

/** `/spec/containers/0/image` as `spec.containers[0].image`. */
function placeOf(pointer: string): string {
  const parts = pointer.slice(1).split('/');
  return parts.reduce((text, part) => {
    if (/^\d+$/.test(part)) return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** `securityContext: {privileged: false}`: the changed member in the flow style of YAML. */
function changeText(operation: PatchOperation & { readonly value?: unknown }): string {
  const key = operation.path.slice(operation.path.lastIndexOf('/') + 1);
  const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
  const text = flowText(operation.value);
  return /^\d+$/.test(name) ? `- ${text}` : `${name}: ${text}`;
}

function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, one]) => `${key}: ${flowText(one)}`);
    return `{${members.join(', ')}}`;
  }
  return typeof value === 'string' && /^[A-Za-z][\w/.-]*$/.test(value)
    ? value
    : JSON.stringify(value);
}

function closing(answers: readonly GateAnswer[], paint: Paint): string[] {
  const passed = new Map<string, number>();
  for (const { passedOver, subject } of answers) {
    if (passedOver === null) continue;
    const what = subject?.kind ?? 'no object of Kubernetes';
    passed.set(what, (passed.get(what) ?? 0) + 1);
  }
  const lines: string[] = [];
  if (passed.size > 0) {
    const counts = [...passed].map(([what, count]) => `${count} ${harmless(what)}`).join(', ');
    lines.push(
      ...wrapped(`Passed over, for they make no containers that we know: ${counts}`, paint),
    );
  }
  const waived = answers.reduce((sum, one) => sum + one.waived.length, 0);
  if (waived > 0)
    lines.push(`${indent}Waived: ${counted(waived, 'fault')} (--format json tells them)`);
  const worst = answers.flatMap(({ reasons }) => reasons.slice(0, 1));
  const lesson = worst.find(({ mode }) => mode === 'deny') ?? worst[0];
  const learn = lesson === undefined ? '' : `Learn why: seaworthy learn ${lesson.lesson}`;
  lines.push(spread(`${indent}${learn}`, '--format json|sarif', paint.columns));
  return lines;
}

function wrapped(text: string, paint: Paint): string[] {
  const margin = `${indent}  `;
  return wrap(text, paint.columns - margin.length).map((line) => margin + line);
}
