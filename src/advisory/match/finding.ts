// A flaw in a package: the finding, with what depends on the package alone.
import type { LessonId } from '../../model/lesson.ts';
import type { Package } from '../../model/package.ts';
import type { VulnerabilityFinding } from '../../model/report.ts';
import { isOsPackage } from './assess.ts';
import type { Flaw } from './flaw.ts';
import { priorityOf } from './priority.ts';

/** The finding of `flaw` in `found`; `foreign`: who built it if not the distribution, else null. */
export function findingOf(
  found: Package,
  flaw: Flaw,
  foreign: string | null,
): VulnerabilityFinding {
  const { rated, kev, epss, fixedIn } = flaw;
  const notes = notesOf(found, flaw, foreign);
  const malware = flaw.kind === 'malware';
  return {
    kind: flaw.kind,
    id: flaw.id,
    title: flaw.title,
    aliases: flaw.aliases,
    advisories: flaw.advisories,
    package: { purl: found.purl, name: found.name, version: found.version },
    severity: rated.severity,
    severitySource: rated.source,
    cvss: rated.cvss,
    fixedIn,
    status: flaw.status,
    kev: kev !== null,
    epss,
    priority: priorityOf({
      severity: rated.severity,
      score: rated.score,
      epss,
      kev,
      malware,
      fixable: fixedIn.length > 0,
      scope: found.scope,
      notPresent: found.notPresent === true,
      unsure: foreign !== null || found.confidence === 'low',
    }),
    published: flaw.published,
    locations: found.locations,
    ...(found.scope === undefined || found.scope === 'runtime' ? {} : { scope: found.scope }),
    ...(found.notPresent === true ? { notPresent: true as const } : {}),
    evidence: notes.length === 0 ? flaw.evidence : { ...flaw.evidence, notes },
    references: flaw.references,
    lesson: lessonFor(found, { malware, exploited: kev !== null }),
  };
}

function notesOf(found: Package, flaw: Flaw, foreign: string | null): readonly string[] {
  if (foreign === null && found.confidence !== 'low') return flaw.notes;
  const notes = [...flaw.notes];
  if (found.confidence === 'low')
    notes.unshift('low confidence: the name was guessed from the file');
  if (foreign !== null) notes.unshift(`foreign origin: ${foreign}`);
  return notes;
}

function lessonFor(
  found: Package,
  of: { readonly malware: boolean; readonly exploited: boolean },
): LessonId {
  if (of.malware) return 'malicious-package';
  if (of.exploited) return 'exploited-vulnerability';
  return isOsPackage(found) ? 'vulnerable-os-package' : 'vulnerable-dependency';
}
