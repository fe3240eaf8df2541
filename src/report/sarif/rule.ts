// Rules of a SARIF run: one for each finding id. Code hosts take severity from the rule, so an id
// that is rated differently in two packages has a rule for each rating.
import { kindsOfFlaw, lessonOf } from '../../lesson/index.ts';
import { type Finding, isAboutPackage } from '../../model/report.ts';
import { severityRank } from '../../model/severity.ts';
import { placeOf } from '../address.ts';
import { levelOf, securitySeverity } from './level.ts';

export interface Rule {
  readonly id: string;
  readonly index: number;
}

export interface RuleBook {
  /** `tool.driver.rules`, in the order of first appearance. */
  readonly descriptors: readonly unknown[];
  ruleOf(finding: Finding): Rule;
}

/** Collects the rules that these findings need. */
export function ruleBook(findings: readonly Finding[]): RuleBook {
  const worst = new Map<string, Finding>();
  for (const finding of findings) {
    const known = worst.get(finding.id);
    if (known === undefined || isWorse(finding, known)) worst.set(finding.id, finding);
  }
  const rules = new Map<string, Rule>();
  const descriptors: unknown[] = [];
  const ids = new Map<Finding, string>();
  for (const finding of findings) {
    const main = worst.get(finding.id)?.severity === finding.severity;
    // A hierarchical id (SARIF 2.1.0, 3.5.4): its first component is still the finding's.
    const id = main ? finding.id : `${finding.id}/${finding.severity}`;
    ids.set(finding, id);
    if (rules.has(id)) continue;
    rules.set(id, { id, index: descriptors.length });
    descriptors.push(descriptorOf(id, main ? (worst.get(finding.id) ?? finding) : finding));
  }
  return {
    descriptors,
    ruleOf: (finding) => rules.get(ids.get(finding) ?? '') ?? { id: finding.id, index: -1 },
  };
}

function isWorse(a: Finding, b: Finding): boolean {
  return severityRank(a.severity) < severityRank(b.severity);
}

const names: Readonly<Record<Finding['kind'], string>> = {
  vulnerability: 'VulnerablePackage',
  malware: 'MaliciousPackage',
  secret: 'ExposedSecret',
  misconfiguration: 'Misconfiguration',
  licence: 'LicencePolicy',
};

function descriptorOf(id: string, finding: Finding): unknown {
  const rating = securitySeverity(finding);
  const about = isAboutPackage(finding);
  return {
    id,
    name: names[finding.kind],
    shortDescription: { text: finding.title },
    fullDescription: { text: `${finding.id}: ${finding.title}` },
    ...(about ? { helpUri: placeOf(finding.id).url } : {}),
    help: { text: helpText(finding), markdown: helpMarkdown(finding) },
    defaultConfiguration: { level: levelOf(finding.severity) },
    properties: {
      tags: tagsOf(finding),
      precision: about && finding.notPresent === true ? 'medium' : 'very-high',
      'problem.severity': problemOf(finding),
      ...(rating === null ? {} : { 'security-severity': rating }),
    },
  };
}

function problemOf(finding: Finding): string {
  const level = levelOf(finding.severity);
  return level === 'note' ? 'recommendation' : level;
}

function tagsOf(finding: Finding): readonly string[] {
  const tags = ['security', finding.kind, finding.severity];
  if (isAboutPackage(finding)) {
    if (finding.kev) tags.push('known-exploited');
    tags.push(finding.fixedIn.length > 0 ? 'fixable' : 'no-fix');
  }
  return [...tags, ...lessonIdsOf(finding)];
}

/** The lesson that the finding names, then those on the kind of flaw. */
function lessonIdsOf(finding: Finding): readonly string[] {
  return [...new Set([finding.lesson, ...kindsOfFlaw(finding.title)])];
}

function factsOf(finding: Finding): readonly (readonly [string, string])[] {
  if (!isAboutPackage(finding))
    return [
      ['Severity', finding.severity],
      ['Fix', finding.fix],
    ];
  const { severity, severitySource, kev, epss, aliases } = finding;
  return [
    ['Severity', `${severity} (${severitySource})`],
    ['Known to be exploited', kev ? 'yes' : 'no'],
    ...(epss === null ? [] : [['EPSS', `${(epss * 100).toFixed(1)} %`] as const]),
    ...(aliases.length === 0 ? [] : [['Also known as', aliases.join(', ')] as const]),
  ];
}

function helpText(finding: Finding): string {
  const facts = factsOf(finding).map(([name, value]) => `${name}: ${value}`);
  const lessons = lessonsOf(finding).flatMap(({ title, why, fix }) => [
    '',
    title,
    ...why,
    ...fix.map((step) => `- ${step}`),
  ]);
  return [finding.title, ...facts, ...lessons, '', learnMore(finding)].join('\n');
}

function helpMarkdown(finding: Finding): string {
  const facts = factsOf(finding).map(([name, value]) => `| ${name} | ${cell(value)} |`);
  const lessons = lessonsOf(finding).flatMap(({ title, why, attack, fix }) => [
    '',
    `### ${title}`,
    '',
    ...why.flatMap((paragraph) => [paragraph, '']),
    '**How an attacker uses it**',
    '',
    ...attack.map((step, index) => `${index + 1}. ${step}`),
    '',
    '**What to do**',
    '',
    ...fix.map((step) => `- ${step}`),
  ]);
  const head = [`**${cell(finding.title)}**`, '', '| | |', '| --- | --- |', ...facts];
  return [...head, ...lessons, '', learnMore(finding)].join('\n');
}

/** The lesson on the kind of flaw where its words tell it, else the one on what to do. */
function lessonsOf(finding: Finding) {
  const ids = lessonIdsOf(finding);
  const [first, second] = ids;
  const chosen = finding.kind === 'malware' ? first : (second ?? first);
  const lesson = chosen === undefined ? null : lessonOf(chosen);
  return lesson === null ? [] : [lesson];
}

function learnMore({ id, kind, lesson }: Finding): string {
  const topic = kind === 'vulnerability' || kind === 'malware' ? id : lesson;
  return `More, with a challenge: seaworthy learn ${topic}`;
}

/** Text of an advisory inside of Markdown: no table cells, links, images or tags of its own. */
function cell(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[|[\]<>`*_\\!]/g, '\\$&');
}
