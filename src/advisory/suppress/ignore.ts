// Applying ignore rules: what they hold back stays in the report with reason and expiry, what has
// expired is told and not applied, what never matched is listed so that files do not rot.
import type { Location } from '../../model/package.ts';
import { type PurlParts, parsePurl } from '../../model/purl.ts';
import type { Finding, Suppressed } from '../../model/report.ts';
import type { IgnoreRule } from './ignore-file.ts';

export interface IgnoreContext {
  /** Milliseconds since 1970, from the caller's clock. */
  readonly nowMs: number;
  /** Names and digests of the target: `registry.example/app:1.2`, `app`, `sha256:...`. */
  readonly imageNames: readonly string[];
}

export interface Ignored {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  /** Rules past their date that would still hold something back, or would have. */
  readonly expired: readonly IgnoreRule[];
  /** Rules in force that matched nothing. */
  readonly unused: readonly IgnoreRule[];
}

/**
 * Splits findings by rules; the first rule in force that fits gives the reason. A rule with paths
 * holds back only the places that it names: a finding with other places stays, with these.
 */
export function applyIgnores(
  findings: readonly Finding[],
  rules: readonly IgnoreRule[],
  context: IgnoreContext,
): Ignored {
  const expired = rules.filter((rule) => isPast(rule, context.nowMs));
  const inForce = rules.filter((rule) => !isPast(rule, context.nowMs));
  const here = inForce.filter((rule) => fitsImage(rule, context.imageNames));
  const used = new Set<IgnoreRule>();
  const kept: Finding[] = [];
  const suppressed: Suppressed[] = [];
  for (const finding of findings) {
    let rest: Finding | null = finding;
    for (const rule of here) {
      if (rest === null) break;
      if (!fitsId(rule, rest) || !fitsPackage(rule, rest)) continue;
      const split = splitByPath(rest, rule);
      if (split.held === null) continue;
      used.add(rule);
      const { reason, expires } = rule;
      suppressed.push({ finding: split.held, by: 'ignore', reason, expires });
      rest = split.rest;
    }
    if (rest !== null) kept.push(rest);
  }
  return {
    findings: kept,
    suppressed,
    expired,
    unused: inForce.filter((rule) => !used.has(rule)),
  };
}

function isPast(rule: IgnoreRule, nowMs: number): boolean {
  return rule.endsAtMs !== null && nowMs >= rule.endsAtMs;
}

function fitsImage(rule: IgnoreRule, names: readonly string[]): boolean {
  if (rule.imageGlobs.length === 0) return true;
  return rule.imageGlobs.some((glob) => names.some((name) => glob(name)));
}

function fitsId(rule: IgnoreRule, finding: Finding): boolean {
  if (rule.ids.includes('*')) return true;
  return idsOf(finding).some((id) => rule.ids.includes(id.toUpperCase()));
}

/** Every id by which people know a finding. */
export function idsOf(finding: Finding): readonly string[] {
  if (finding.kind !== 'vulnerability' && finding.kind !== 'malware') return [finding.id];
  return [finding.id, ...finding.aliases, ...finding.advisories];
}

function fitsPackage(rule: IgnoreRule, finding: Finding): boolean {
  if (rule.packageGlobs.length === 0) return true;
  if (finding.kind !== 'vulnerability' && finding.kind !== 'malware') return false;
  // Answers show the source package of a distribution: a rule may name that one, too.
  const { comparedName, comparedVersion } = finding.evidence;
  const names = [
    ...packageNames(finding.package.purl, finding.package.name),
    comparedName,
    `${comparedName}@${comparedVersion}`,
  ];
  return rule.packageGlobs.some((glob) => names.some((name) => glob(name)));
}

/** Spellings of one package that a rule may use: purl with and without version, names likewise. */
function packageNames(purl: string, name: string): readonly string[] {
  const plain = [name, purl];
  const parts = parsePurl(purl);
  if (parts === null) return plain;
  const full = qualifiedNames(parts).flatMap((known) => [
    known,
    `pkg:${parts.type}/${known}`,
    ...(parts.version === null
      ? []
      : [`${known}@${parts.version}`, `pkg:${parts.type}/${known}@${parts.version}`]),
  ]);
  const bare = purl.split('?')[0] ?? purl;
  const at = parts.version === null ? -1 : bare.lastIndexOf('@');
  const versionless = at < 0 ? bare : bare.slice(0, at);
  return [...plain, bare, versionless, ...full, `${name}@${parts.version}`];
}

function qualifiedNames({ type, namespace, name }: PurlParts): readonly string[] {
  if (namespace === null) return [name];
  const path = `${namespace}/${name}`;
  return type === 'maven' ? [path, `${namespace}:${name}`] : [path];
}

/** The finding as far as the rule's paths hold it back, and what is left of it. */
function splitByPath(
  finding: Finding,
  rule: IgnoreRule,
): { readonly held: Finding | null; readonly rest: Finding | null } {
  if (rule.pathGlobs.length === 0) return { held: finding, rest: null };
  const held: Location[] = [];
  const rest: Location[] = [];
  for (const location of finding.locations) {
    const fits = rule.pathGlobs.some((glob) => glob(location.path));
    (fits ? held : rest).push(location);
  }
  if (held.length === 0) return { held: null, rest: finding };
  if (rest.length === 0) return { held: finding, rest: null };
  return { held: { ...finding, locations: held }, rest: { ...finding, locations: rest } };
}
