// One letter for a target, with its reasons. The rule is short enough to be argued with.
import { grouped } from '../base/count-text.ts';
import { type Distribution, isUnsupported } from '../model/distribution.ts';
import type {
  Finding,
  FixAction,
  Grade,
  IssueFinding,
  VulnerabilityFinding,
} from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';

export interface Graded {
  readonly findings: readonly Finding[];
  readonly unknowns: readonly Unknown[];
  readonly endOfLife: Distribution['endOfLife'];
  /** OS packages are there, but no advisories speak for their release. */
  readonly unassessedSystem: boolean;
  /** Nobody asked for vulnerabilities: only other things were looked for. */
  readonly flawsUnasked?: boolean;
  readonly fixFirst: readonly FixAction[];
  readonly now: Date;
}

interface Penalty {
  readonly points: number;
  readonly reason: string;
}

interface Rule {
  readonly one: string;
  readonly many: string;
  readonly first: number;
  readonly each: number;
  readonly most: number;
}

/**
 * The first of a kind weighs most: whether there is any matters more than how many. What nobody has
 * rated may be anything: many of them are more than many medium ones.
 */
const rules = {
  malware: { one: 'malicious package', many: 'malicious packages', first: 90, each: 10, most: 100 },
  exploited: {
    one: 'known-exploited vulnerability',
    many: 'known-exploited vulnerabilities',
    first: 35,
    each: 5,
    most: 60,
  },
  secret: { one: 'secret', many: 'secrets', first: 15, each: 5, most: 30 },
  critical: {
    one: 'critical vulnerability',
    many: 'critical vulnerabilities',
    first: 30,
    each: 3,
    most: 45,
  },
  high: { one: 'high vulnerability', many: 'high vulnerabilities', first: 12, each: 1, most: 25 },
  medium: {
    one: 'medium vulnerability',
    many: 'medium vulnerabilities',
    first: 3,
    each: 0.25,
    most: 10,
  },
  unrated: {
    one: 'unrated vulnerability',
    many: 'unrated vulnerabilities',
    first: 5,
    each: 0.5,
    most: 26,
  },
  setting: { one: 'dangerous setting', many: 'dangerous settings', first: 8, each: 2, most: 20 },
  low: { one: 'low vulnerability', many: 'low vulnerabilities', first: 1, each: 0.05, most: 3 },
} satisfies Record<string, Rule>;
/** What could not be read may hold anything; most often it is a file of somebody's test data. */
const unread: Rule = { one: 'unread place', many: 'unread places', first: 1, each: 0.02, most: 12 };
const endOfLifePoints = 20;
/** What was not assessed cannot be excellent. */
const unassessedCeiling = 74;

const letters: readonly (readonly [number, Grade['letter']])[] = [
  [90, 'A'],
  [75, 'B'],
  [60, 'C'],
  [40, 'D'],
  [20, 'E'],
  [0, 'F'],
];

/**
 * Starts at 100 and takes off points: per kind of finding the first one most, then less for each
 * further one, up to a most. Development-only and not-present packages do not count. What could not be
 * read takes off a little. An unassessed system is held below B.
 */
export function gradeOf(graded: Graded): Grade {
  const penalties = [...countPenalties(graded.findings), ...systemPenalties(graded)];
  const lost = penalties.reduce((sum, { points }) => sum + points, 0);
  const isUnassessed = graded.unassessedSystem || graded.flawsUnasked === true;
  const ceiling = isUnassessed ? unassessedCeiling : 100;
  const score = Math.max(0, Math.min(ceiling, Math.round(100 - lost)));
  const letter = letters.find(([least]) => score >= least)?.[1] ?? 'F';
  const because = penalties.toSorted((a, b) => b.points - a.points).map(({ reason }) => reason);
  return { letter, score, because, fixFirst: graded.fixFirst };
}

function countPenalties(findings: readonly Finding[]): Penalty[] {
  const counts: Record<keyof typeof rules, number> = {
    malware: 0,
    exploited: 0,
    secret: 0,
    critical: 0,
    high: 0,
    medium: 0,
    unrated: 0,
    setting: 0,
    low: 0,
  };
  for (const finding of findings) {
    const kind = kindOf(finding);
    if (kind !== null) counts[kind] += 1;
  }
  return Object.entries(rules).flatMap(([kind, rule]) => {
    const count = counts[kind as keyof typeof rules];
    return count === 0 ? [] : [penaltyOf(rule, count)];
  });
}

function penaltyOf(rule: Rule, count: number): Penalty {
  const points = Math.min(rule.most, rule.first + (count - 1) * rule.each);
  return { points, reason: `${grouped(count)} ${count === 1 ? rule.one : rule.many}` };
}

function kindOf(finding: Finding): keyof typeof rules | null {
  if (finding.kind === 'secret') return opensSomething(finding) ? 'secret' : null;
  if (finding.kind === 'misconfiguration') return isDangerous(finding) ? 'setting' : null;
  if (finding.kind === 'malware') return 'malware';
  if (finding.kind !== 'vulnerability' || !counts(finding)) return null;
  if (finding.kev) return 'exploited';
  const { severity } = finding;
  if (severity === 'unknown') return 'unrated';
  return severity === 'negligible' ? null : severity;
}

/** An encrypted key, a hash or a test key is worth a line, not a letter. */
function opensSomething({ severity }: IssueFinding): boolean {
  return severity !== 'low' && severity !== 'negligible';
}

/** What is merely untidy, as nearly every image is, does not count. */
function isDangerous({ severity }: IssueFinding): boolean {
  return severity === 'critical' || severity === 'high';
}

function counts(finding: VulnerabilityFinding): boolean {
  return (
    finding.notPresent !== true && finding.scope !== 'development' && finding.scope !== 'build'
  );
}

function systemPenalties(graded: Graded): Penalty[] {
  const { endOfLife, unassessedSystem, flawsUnasked, unknowns, now } = graded;
  const penalties: Penalty[] = [];
  if (isUnsupported(endOfLife, now)) {
    penalties.push({ points: endOfLifePoints, reason: `no security support since ${endOfLife}` });
  }
  if (unknowns.length > 0) penalties.push(penaltyOf(unread, unknowns.length));
  if (flawsUnasked === true) {
    penalties.push({ points: 0, reason: 'vulnerabilities were not looked for' });
  } else if (unassessedSystem) {
    penalties.push({ points: 0, reason: 'the system packages could not be assessed' });
  }
  return penalties;
}
