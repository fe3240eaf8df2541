// What a vendor says of its own advisory beyond the OSV core: severity words, the fate of the fix,
// module streams, and whether it is about a vulnerability at all.
import { asString, field, stringField } from '../../base/json.ts';
import type { AdvisoryMatch, OsvAffected, OsvRecord } from '../../model/advisory.ts';

/** Advisories of a vendor's update that carry several flaws and list them as `related`. */
const errata =
  /^(?:AL|RL|RX|RH|EL)[SBE]A-|^(?:SUSE|openSUSE)-|^(?:USN|DSA|DLA|DTSA|MGASA|OESA|LSN)-|^ALAS/;
/** Bug fix and enhancement updates, published beside the security ones. */
const harmlessErrata = /^(?:AL|RL|RH|EL)[BE]A-|^(?:SUSE|openSUSE)-(?:RU|OU|FU)-/;
const words = new Set([
  'critical',
  'important',
  'high',
  'moderate',
  'medium',
  'low',
  'negligible',
  'unimportant',
  'none',
]);

function isErratum(id: string): boolean {
  return errata.test(id);
}

export function isCve(id: string): boolean {
  return /^CVE-\d{4}-\d{4,}$/.test(id);
}

/** The flaws that an erratum fixes: its `upstream`, else the CVEs among `related`. */
export function upstreamOf(record: OsvRecord): readonly string[] {
  const upstream = record.upstream ?? [];
  if (upstream.length > 0 || !isErratum(record.id)) return upstream;
  if ((record.aliases ?? []).some(isCve)) return upstream;
  return (record.related ?? []).filter(isCve);
}

/**
 * Not about a vulnerability: bug fix updates that name no CVE, and RustSec's notices about crates
 * that are unmaintained. `unsound` crates stay, as in the GitHub database and in OSV's own scanner.
 */
export function isHarmless(record: OsvRecord): boolean {
  if (harmlessErrata.test(record.id)) {
    const named = [record.aliases, record.upstream, record.related].flatMap((ids) => ids ?? []);
    return !named.some(isCve);
  }
  const affected = record.affected ?? [];
  return affected.length > 0 && affected.every(isInformational);
}

function isInformational(affected: OsvAffected): boolean {
  const word =
    stringField(affected.database_specific, 'informational') ??
    stringField(affected.ecosystem_specific, 'informational');
  return word === 'unmaintained' || word === 'notice';
}

/** Severity word of an affected entry: Debian urgency, Ubuntu priority and their kin, lower case. */
export function entrySeverity(affected: OsvAffected): string | null {
  for (const specific of [affected.ecosystem_specific, affected.database_specific]) {
    for (const key of ['urgency', 'severity', 'priority', 'ubuntu_priority']) {
      const word = severityWord(field(specific, key));
      if (word !== null) return word;
    }
  }
  return ubuntuPriority(affected);
}

/** Severity word of the record: GitHub's label, Ubuntu's priority, or the one before the title. */
export function recordSeverity(record: OsvRecord): string | null {
  const label = severityWord(field(record.database_specific, 'severity')) ?? ubuntuPriority(record);
  if (label !== null) return label;
  if (!isErratum(record.id)) return null;
  const summary = record.summary ?? '';
  // `Important: kernel security update`, `ALSA-2022:5468: php:8.0 security update (Important)`
  const first = severityWord(summary.slice(0, Math.max(0, summary.indexOf(':'))));
  return first ?? severityWord(/\((\w+)\)\s*$/.exec(summary.slice(-40))?.[1]);
}

function ubuntuPriority(from: Pick<OsvRecord, 'severity'>): string | null {
  const rated = from.severity?.find((item) => item.type === 'Ubuntu');
  return severityWord(rated?.score);
}

/** One of the words that vendors use, lower case; null for all else (`not yet assigned`, vectors). */
function severityWord(value: unknown): string | null {
  // Debian marks ratings of its own as `low**`.
  const word = asString(value)?.trim().toLowerCase().replace(/\*+$/, '') ?? '';
  return words.has(word) ? word : null;
}

/** The vendor's word on a fix that is not there. */
export function fixStatusOf(affected: OsvAffected): AdvisoryMatch['fixStatus'] {
  const word =
    stringField(affected.database_specific, 'fix_status') ??
    stringField(affected.ecosystem_specific, 'fix_status');
  if (word === 'will-not-fix' || word === 'fix-deferred' || word === 'end-of-life') return word;
  const urgency =
    stringField(affected.ecosystem_specific, 'urgency') ??
    stringField(affected.database_specific, 'urgency');
  return urgency === 'end-of-life' ? 'end-of-life' : null;
}

/**
 * Module streams (`nodejs:18`) that the title of an rpm erratum names. Only for packages whose fixed
 * version is a module build (`.module_el8`, `.module+el8`): others of the same erratum are plain.
 */
export function modulesOf(record: OsvRecord, affected: OsvAffected): readonly string[] {
  const modular = (affected.ranges ?? []).some((range) =>
    range.events.some((event) => /[.+]module[_+]/.test(event.fixed ?? event.last_affected ?? '')),
  );
  if (!modular) return [];
  const named = new Set<string>();
  for (const word of (record.summary ?? '').slice(0, 500).split(/[\s,]/)) {
    const match = /^([A-Za-z][\w.+-]*):([\w.+-]+)$/.exec(word);
    if (match !== null && !errata.test(word)) named.add(word);
  }
  return [...named];
}
