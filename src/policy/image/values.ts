// Facts of an image as CEL sees them (`images.web.findings`, `images["web"].signatures`).
import { isUnsupported } from '../../model/distribution.ts';
import { severityRank } from '../../model/severity.ts';
import { durationOf, toCel } from '../cel/index.ts';
import { parseImageName } from '../image-name.ts';
import { daysSince, type ImageFacts, isRootUser } from './facts.ts';

/** Findings that expressions see; the worst come first. */
const findingsMost = 10_000;

/** The value of one image. What is not known has no member: reading it is an error. */
export function imageValue(facts: ImageFacts, now: Date): ReadonlyMap<string, unknown> {
  const { reference, digest, scan, user, signature } = facts;
  const name = parseImageName(reference);
  const slash = name.name.indexOf('/');
  const value = new Map<string, unknown>([
    ['reference', reference],
    ['known', scan !== null],
    ['registry', name.name.slice(0, slash)],
    ['repository', name.name.slice(slash + 1)],
    ['tag', name.tag ?? ''],
    ['pinned', name.digest !== null],
    ['sbom', facts.sbom],
  ]);
  if (digest !== null) value.set('digest', digest);
  if (user !== null) value.set('user', user).set('root', isRootUser(user));
  const days = daysSince(facts.createdAt, now);
  if (days !== null) value.set('age', durationOf(days * 86_400)).set('ageDays', BigInt(days));
  if (signature.kind !== 'unknown') {
    value.set('signed', signature.kind === 'verified');
    value.set('signatures', signature.kind === 'verified' ? signature.by : []);
  }
  if (scan === null) return value;
  const sorted = [...scan.findings].sort(
    (a, b) => severityRank(a.severity) - severityRank(b.severity),
  );
  value.set('findings', toCel(sorted.slice(0, findingsMost)));
  value.set('worst', sorted[0]?.severity ?? 'none');
  value.set('exploited', BigInt(sorted.filter(({ exploited }) => exploited).length));
  value.set('packages', BigInt(scan.packages));
  value.set('unknowns', BigInt(scan.unknowns));
  value.set('endOfLife', isUnsupported(scan.endOfLife, now));
  value.set('system', scan.system ?? '');
  value.set('scannedDays', BigInt(daysSince(scan.at, now) ?? 0));
  return value;
}
