// Lessons for readers: on a terminal of 80 columns, or as JSON.
import type { Lesson } from '../../lesson/index.ts';
import { createPaint, harmless, type Paint, spread, wrap, wrapParts } from '../paint/index.ts';
import type { AffectedName, FlawFacts, LearnAnswer } from './answer.ts';

export type { AffectedName, FlawFacts, LearnAnswer } from './answer.ts';

export interface LearnView {
  readonly format: 'text' | 'json';
  readonly columns: number;
  readonly colour: boolean;
  /** Show the answer to the challenge. */
  readonly answer: boolean;
}

const indent = '   ';
/** Rows of affected packages on a terminal; JSON has all. */
const shownRows = 12;
/** Names of packages with the same fix. */
const shownNames = 3;

/** The text of an answer, ending in a line feed. */
export function learnText(answer: LearnAnswer, view: LearnView): string {
  if (view.format === 'json') return `${JSON.stringify(jsonOf(answer), null, 2)}\n`;
  const paint = createPaint(view.columns, view.colour);
  return `${linesOf(answer, view, paint).join('\n')}\n`;
}

function linesOf(answer: LearnAnswer, view: LearnView, paint: Paint): readonly string[] {
  switch (answer.kind) {
    case 'list':
      return listLines(answer.lessons, paint);
    case 'lesson':
      return lessonLines(answer.lesson, view, paint);
    case 'flaw': {
      const [first, ...others] = answer.lessons;
      const width = paint.columns - indent.length;
      return [
        ...flawLines(answer.flaw, paint),
        ...(first === undefined ? [] : lessonLines(first, view, paint)),
        ...(others.length === 0 ? [] : ['', ` ${paint.strong('Also to learn here')}`]),
        ...others.map(({ id, title }) => `${indent}${spread(title, id, width)}`),
      ];
    }
  }
}

/** Patterns are how lessons are found, not what they teach. */
function jsonOf(answer: LearnAnswer): unknown {
  switch (answer.kind) {
    case 'list':
      return { lessons: answer.lessons.map(({ id, title, summary }) => ({ id, title, summary })) };
    case 'lesson':
      return { lesson: withoutSigns(answer.lesson) };
    case 'flaw':
      return { flaw: answer.flaw, lessons: answer.lessons.map(withoutSigns) };
  }
}

function withoutSigns({ signs: _signs, ...lesson }: Lesson): unknown {
  return lesson;
}

function listLines(lessons: readonly Lesson[], paint: Paint): readonly string[] {
  const rows = lessons.flatMap(({ id, title, summary }) => [
    ` ${spread(paint.strong(title), id, paint.columns - 1)}`,
    ...wrap(summary, paint.columns - indent.length).map((line) => indent + paint.faint(line)),
  ]);
  return [
    '',
    ...rows,
    '',
    ' Read one: seaworthy learn TOPIC, or about a flaw: seaworthy learn log4shell',
  ];
}

function lessonLines(lesson: Lesson, view: LearnView, paint: Paint): readonly string[] {
  const { id, title, summary, why, attack, fix, challenge, techniques, related } = lesson;
  const width = paint.columns - indent.length;
  const body = (text: string): string[] => wrap(text, width).map((line) => indent + line);
  const paragraphs = why.flatMap((text, index) => [...(index === 0 ? [] : ['']), ...body(text)]);
  return [
    '',
    ` ${spread(paint.strong(title), id, paint.columns - 1)}`,
    ...body(summary).map((line) => paint.faint(line)),
    '',
    ` ${paint.strong('Why it matters')}`,
    ...paragraphs,
    '',
    ` ${paint.strong('How an attacker uses it')}`,
    ...steps(attack, paint),
    '',
    ` ${paint.strong('What to do')}`,
    ...steps(fix, paint),
    '',
    ` ${paint.strong('Challenge')}`,
    ...body(challenge.question),
    ...(view.answer
      ? ['', ` ${paint.strong('Answer')}`, ...body(challenge.answer)]
      : ['', `${indent}${paint.faint(`Think first, then: seaworthy learn ${id} --answer`)}`]),
    '',
    ...wrap(`ATT&CK ${techniques.join(', ')} · see also ${related.join(', ')}`, width).map(
      (line) => ` ${paint.faint(line)}`,
    ),
  ];
}

function steps(list: readonly string[], paint: Paint): readonly string[] {
  return list.flatMap((text, index) => {
    const [first = '', ...rest] = wrap(text, paint.columns - indent.length - 3);
    return [`${indent}${index + 1}  ${first}`, ...rest.map((line) => `${indent}   ${line}`)];
  });
}

function flawLines(flaw: FlawFacts, paint: Paint): readonly string[] {
  const width = paint.columns - indent.length;
  const head = wrap(harmless(`${flaw.id}: ${flaw.title}`), paint.columns - 1);
  const remark = flaw.remark === null ? [] : wrap(flaw.remark, width).map((line) => indent + line);
  const [address] = flaw.references;
  return [
    '',
    ...head.map((line) => ` ${paint.strong(line)}`),
    ...wrapParts(factsOf(flaw).map(harmless), width).map((line) => indent + paint.faint(line)),
    ...(remark.length === 0 ? [] : ['', ...remark]),
    ...affectedLines(flaw, paint),
    ...(address === undefined ? [] : ['', `${indent}${paint.faint(harmless(address))}`]),
  ];
}

function factsOf(flaw: FlawFacts): readonly string[] {
  const { severity, severitySource, cvss, exploited, epss, published, aliases } = flaw;
  const [score] = cvss;
  return [
    flaw.malware ? 'malware' : `${severity} (${severitySource})`,
    ...(score === undefined ? [] : [`CVSS ${score.version}: ${score.score.toFixed(1)}`]),
    ...(exploited === null
      ? []
      : [`exploited since ${exploited.dateAdded}${exploited.ransomware ? ', by ransomware' : ''}`]),
    ...(epss === null ? [] : [`EPSS ${(epss * 100).toFixed(1)} %`]),
    ...(published === null ? [] : [`published ${published.slice(0, 10)}`]),
    ...(aliases.length === 0 ? [] : [`also ${aliases.slice(0, 4).join(', ')}`]),
  ];
}

function affectedLines({ affected }: FlawFacts, paint: Paint): readonly string[] {
  if (affected.length === 0) return [];
  const groups = [
    ...Map.groupBy(
      affected,
      ({ ecosystem, fixedIn }) => `${ecosystem}\n${fixedIn.join()}`,
    ).values(),
  ];
  const rows = groups.slice(0, shownRows).flatMap((group) => {
    const text = harmless(groupText(group));
    return wrap(text, paint.columns - indent.length - 2).map(
      (line, index) => `${indent}${index === 0 ? '' : '  '}${line}`,
    );
  });
  const more = groups.length - shownRows;
  return [
    '',
    ` ${paint.strong('Where it is')}`,
    ...rows,
    ...(more > 0 ? [`${indent}${paint.faint(`${more} more: --format json`)}`] : []),
  ];
}

/** `AlmaLinux:8 · glibc, glibc-common and 30 more · fixed in 2.28-225.el8_8.6`. */
function groupText(group: readonly AffectedName[]): string {
  const [first] = group;
  const names = group.slice(0, shownNames).map(({ name }) => name);
  const more = group.length - names.length;
  const fixes = first?.fixedIn ?? [];
  const told = fixes.length === 0 ? 'no fixed version' : `fixed in ${fixes.join(', ')}`;
  const all = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [first?.ecosystem ?? '', all, told].join(' · ');
}
