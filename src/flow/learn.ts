// The walk "what can I learn from this": a topic, a flaw by its id, or a flaw by its nickname.
import { builtinLesson, builtinRows } from '../advisory/builtin/index.ts';
import { chooseSeverity } from '../advisory/match/index.ts';
import { SeaworthyError } from '../base/error.ts';
import { kindsOfFlaw, type Lesson, lessonOf, lessons } from '../lesson/index.ts';
import type { AdvisoryMatch, AdvisorySource, CveFacts } from '../model/advisory.ts';
import type { LessonId } from '../model/lesson.ts';
import type { AffectedName, FlawFacts, LearnAnswer } from '../report/index.ts';

/** References of one flaw that are passed on. */
const referencesKept = 12;

/**
 * The answer to `topic`: all lessons without one, a lesson for its id, facts and lessons for the id
 * of an advisory or the name of a famous flaw. Throws `SeaworthyError` `not-found` for anything
 * else.
 */
export function learn(topic: string | null, source: AdvisorySource): LearnAnswer {
  if (topic === null) return { kind: 'list', lessons };
  const word = topic.trim();
  const lesson = lessonOf(word.toLowerCase());
  if (lesson !== null) return { kind: 'lesson', lesson };
  const flaw = flawOf(spellId(word), source) ?? flawByName(word, source);
  if (flaw !== null) return { kind: 'flaw', flaw, lessons: lessonsOn(flaw) };
  const near = lessons.filter(({ id, title }) => isNear(word, `${id} ${title}`));
  const [only] = near;
  if (only !== undefined && near.length === 1) return { kind: 'lesson', lesson: only };
  const names = near.map(({ id }) => id).join(', ');
  throw new SeaworthyError('not-found', `nothing is known about ${word}`, {
    advice:
      names === '' ? 'run `seaworthy learn` for the list of lessons' : `did you mean ${names}?`,
  });
}

function isNear(word: string, text: string): boolean {
  return word.length >= 3 && text.toLowerCase().includes(word.toLowerCase());
}

/** Ids as feeds write them: `cve-2021-44228` and `ghsa-JFH8-...` are understood. */
function spellId(word: string): string {
  if (/^ghsa-/i.test(word)) return `GHSA-${word.slice('GHSA-'.length).toLowerCase()}`;
  return /^(?:cve|debian-cve|alpine-cve|ubuntu-cve|pysec|rustsec|mal|go)-/i.test(word)
    ? word.toUpperCase()
    : word;
}

/** `log4shell`: the built-in set knows the names of its flaws. */
function flawByName(word: string, source: AdvisorySource): FlawFacts | null {
  const row = builtinRows().find(({ title }) => {
    const name = title.split(':', 1)[0] ?? '';
    return name.length < title.length && name.toLowerCase() === word.toLowerCase();
  });
  return row === undefined ? null : flawOf(row.id, source);
}

function flawOf(topic: string, source: AdvisorySource): FlawFacts | null {
  const advisories = source.byId(topic);
  const cve = cveOf([topic, ...advisories.flatMap((one) => [one.id, ...one.aliases])]);
  const facts = cve === null ? null : source.cve(cve);
  if (advisories.length === 0 && facts === null) return null;
  const id = cve ?? topic;
  const aliases = new Set(advisories.flatMap((one) => [one.id, ...one.aliases]));
  aliases.delete(id);
  const { severity, source: severitySource, cvss } = chooseSeverity(advisories, facts);
  return {
    id,
    title: titleOf(id, advisories, facts),
    aliases: [...aliases].toSorted(),
    severity,
    severitySource,
    cvss,
    exploited: cve === null ? null : source.kev(cve),
    epss: cve === null ? null : source.epss(cve),
    published: facts?.published ?? advisories[0]?.published ?? null,
    malware: id.startsWith('MAL-') || [...aliases].some((one) => one.startsWith('MAL-')),
    affected: affectedOf(advisories),
    references: [...new Set(advisories.flatMap(({ references }) => references))].slice(
      0,
      referencesKept,
    ),
    remark: builtinLesson(topic) ?? builtinLesson(id),
  };
}

/** The one CVE among these ids; null when there is none or an erratum fixes several. */
function cveOf(ids: readonly string[]): string | null {
  const cves = new Set(
    ids.flatMap((id) => /^(?:[A-Za-z]+-)?(CVE-\d{4}-\d{4,})$/.exec(id)?.[1] ?? []),
  );
  const [only = null] = cves;
  return cves.size === 1 ? only : null;
}

/** Our own words, GitHub's, those of the CVE; titles of errata name a package and no flaw. */
function titleOf(id: string, advisories: readonly AdvisoryMatch[], facts: CveFacts | null): string {
  const own = builtinRows().find((row) => row.id === id)?.title;
  const telling = advisories.filter(({ summary }) => summary !== '' && !summary.endsWith(id));
  const ofGitHub = telling.find(({ source }) => source === 'ghsa')?.summary;
  const ofFlaw = telling.find(({ upstream }) => upstream.length === 0)?.summary;
  return own ?? ofGitHub ?? facts?.summary ?? ofFlaw ?? telling[0]?.summary ?? id;
}

/** Each package once, with all versions that fix it, in the order of ecosystems and names. */
function affectedOf(advisories: readonly AdvisoryMatch[]): readonly AffectedName[] {
  const found = new Map<string, { ecosystem: string; name: string; fixedIn: Set<string> }>();
  for (const advisory of advisories) {
    const named = advisory.package;
    if (named === undefined) continue;
    const key = `${named.ecosystem}\n${named.name}`;
    const entry = found.get(key) ?? { ...named, fixedIn: new Set<string>() };
    for (const { events } of advisory.ranges) {
      for (const { fixed } of events) if (fixed !== undefined) entry.fixedIn.add(fixed);
    }
    found.set(key, entry);
  }
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ecosystem, name, fixedIn }]) => ({ ecosystem, name, fixedIn: [...fixedIn] }));
}

const systems = /^(?:Debian|Ubuntu|Alpine|Wolfi|Chainguard|Red Hat|Rocky|AlmaLinux|SUSE|openSUSE)/;

/** The kind of flaw first, then what its state asks for. */
function lessonsOn(flaw: FlawFacts): readonly Lesson[] {
  const text = `${flaw.title}. ${flaw.remark ?? ''}`;
  const general: LessonId = flaw.affected.some(({ ecosystem }) => systems.test(ecosystem))
    ? 'vulnerable-os-package'
    : 'vulnerable-dependency';
  const ids = new Set<LessonId>([
    ...(flaw.malware ? ['malicious-package' as const] : kindsOfFlaw(text)),
    ...(flaw.exploited === null ? [] : ['exploited-vulnerability' as const]),
    general,
  ]);
  return [...ids].flatMap((id) => lessonOf(id) ?? []);
}
