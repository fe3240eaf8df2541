// What to do about secrets and dangerous settings: one action for each file, and for each rule.
import type { FixAction, IssueFinding } from '../model/report.ts';
import type { Severity } from '../model/severity.ts';

/**
 * Where an action about an issue stands among those about packages, as their priority (0..100) has it:
 * a key that works opens a door at once, a flaw needs somebody who uses it. Milder ones than these are
 * told, and are no action: test keys, untidy settings.
 */
const urgency: Readonly<
  Record<'secret' | 'misconfiguration', Partial<Readonly<Record<Severity, number>>>>
> = {
  secret: { critical: 80, high: 65, medium: 40 },
  misconfiguration: { critical: 60, high: 40 },
};

export interface UrgentAction {
  readonly action: FixAction;
  /** Of each issue that it removes. */
  readonly urgencies: readonly number[];
}

/** Secrets by the file that holds them, settings by their rule; the worst of a group counts. */
export function issueActions(issues: readonly IssueFinding[]): UrgentAction[] {
  const urgent = issues.filter((issue) => urgencyOf(issue) > 0);
  const secrets = urgent.filter(({ kind }) => kind === 'secret');
  const settings = urgent.filter(({ kind }) => kind === 'misconfiguration');
  return [
    ...[...Map.groupBy(secrets, pathOf).values()].map(secretAction),
    ...settings.map((issue) => actionOf([issue], instructionOf(issue), placesOf(issue))),
  ];
}

function urgencyOf({ kind, severity }: IssueFinding): number {
  return kind === 'licence' ? 0 : (urgency[kind][severity] ?? 0);
}

function pathOf({ locations: [place] }: IssueFinding): string {
  return place?.path ?? '';
}

function secretAction(group: readonly IssueFinding[]): UrgentAction {
  const [first] = group as [IssueFinding];
  const path = pathOf(first);
  const what = group.length === 1 ? `the ${nameOf(first)}` : `${group.length} secrets`;
  // Only where each of them is hidden alike: one that stands there openly is the worse news.
  const words = new Set(group.map(remarkOf));
  const [remark = ''] = words.size === 1 ? words : [];
  return actionOf(group, `rotate ${what} in ${path}`, remark);
}

const remarkPattern = / \(((?:deleted|replaced) in layer \d+, still readable)\)$/;

/** `deleted in layer 5, still readable`, or nothing for what a container sees. */
function remarkOf({ title }: IssueFinding): string {
  return remarkPattern.exec(title)?.[1] ?? '';
}

/** Words that are no names: within a sentence they begin small. */
const plainWord = /^(?:Password|Private|Secret|Token|Key|Credentials?|Login|Signing|Connection)\b/;

function nameOf({ title }: IssueFinding): string {
  const bare = title.replace(remarkPattern, '');
  return plainWord.test(bare) ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
}

/** The first sentence of the advice. */
function instructionOf({ fix }: IssueFinding): string {
  const end = fix.indexOf('. ');
  const sentence = (end === -1 ? fix : fix.slice(0, end)).replace(/\.$/, '');
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function placesOf({ locations }: IssueFinding): string {
  const paths = [...new Set(locations.map(({ path }) => path))].filter((path) => path !== '');
  const [first = ''] = paths;
  return paths.length > 1 ? `${first} and ${paths.length - 1} more` : first;
}

function actionOf(
  group: readonly IssueFinding[],
  ...[action, where]: readonly [string, string]
): UrgentAction {
  const worst = group.toSorted((a, b) => urgencyOf(b) - urgencyOf(a));
  const ids = [...new Set(worst.map(({ id }) => id))];
  return {
    action: { action, removes: group.length, exploited: 0, where, ids },
    urgencies: group.map(urgencyOf),
  };
}
