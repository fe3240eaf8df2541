// The Debian security tracker's JSON export, as OSV records. It knows what OSV's own Debian export does
// not: urgency, fixes that will not come, and flaws that are still open, by release and source package.
import { entriesOf, field, parseJson, stringField } from '../../base/json.ts';
import type { OsvAffected, OsvRecord } from '../../model/advisory.ts';
import { feedLimits } from './bounds.ts';
import { cleanRecord } from './clean.ts';
import type { AdvisoryItem } from './item.ts';
import { jsonItems } from './json-items.ts';

/** Code names that the export may use; the number is what `os-release` and OSV call the release. */
const releases = new Map([
  ['wheezy', '7'],
  ['jessie', '8'],
  ['stretch', '9'],
  ['buster', '10'],
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
  ['duke', '15'],
]);

const decoder = new TextDecoder('utf-8');

/**
 * Reads `{source: {CVE: {description, debianbug, releases: {bookworm: {status, fixed_version, urgency,
 * nodsa, nodsa_reason}}}}}`. Yields one record for each pair of source package and flaw; the ecosystem
 * is `Debian:12`, or `Debian:sid` for unstable. `fixed_version` 0 and releases that are not affected
 * yield nothing; `undetermined` is counted as left out.
 */
export function* readDebianTracker(chunks: Iterable<Uint8Array>): Generator<AdvisoryItem> {
  const items = jsonItems(chunks, { depth: 1, maximumBytes: feedLimits.recordBytes });
  for (;;) {
    const next = items.next();
    if (next.done === true) {
      if (!next.value) {
        yield { kind: 'bad', where: 'Debian security tracker', reason: 'the document is cut off' };
      }
      return;
    }
    const source = next.value.path[0] ?? '';
    const parsed =
      next.value.bytes === null
        ? ({ ok: false, reason: 'too long' } as const)
        : parseJson(decoder.decode(next.value.bytes));
    if (!parsed.ok) yield { kind: 'bad', where: source, reason: parsed.reason };
    else {
      for (const [flaw, about] of entriesOf(parsed.value)) yield readFlaw(source, flaw, about);
    }
  }
}

function readFlaw(source: string, flaw: string, about: unknown): AdvisoryItem {
  const where = `${source} ${flaw}`.slice(0, 300);
  const affected: OsvAffected[] = [];
  let undetermined = false;
  for (const [codename, state] of entriesOf(field(about, 'releases'))) {
    if (stringField(state, 'status') === 'undetermined') undetermined = true;
    const entry = readRelease(source, codename, state);
    if (typeof entry === 'string') return { kind: 'bad', where, reason: entry };
    if (entry !== null) affected.push(entry);
  }
  if (affected.length === 0) {
    const reason = undetermined ? 'undetermined by the vendor' : 'no affected versions';
    return { kind: 'left-out', where, reason };
  }
  const bug = field(about, 'debianbug');
  const record: OsvRecord = {
    id: `DEBIAN-${flaw}`,
    ...(flaw.startsWith('CVE-') ? { upstream: [flaw] } : {}),
    summary: stringField(about, 'description') ?? '',
    affected,
    references: [
      { type: 'ADVISORY', url: `https://security-tracker.debian.org/tracker/${flaw}` },
      ...(typeof bug === 'number'
        ? [{ type: 'REPORT', url: `https://bugs.debian.org/${bug}` }]
        : []),
    ],
  };
  // Package names, flaws and versions are a stranger's: the same edge as for OSV itself.
  const cleaned = cleanRecord(record);
  return typeof cleaned === 'string'
    ? { kind: 'bad', where, reason: cleaned }
    : { kind: 'record', record: cleaned, part: source };
}

/** The affected entry of one release, null when it is not affected, a reason when it is not clear. */
function readRelease(
  source: string,
  codename: string,
  state: unknown,
): OsvAffected | null | string {
  const status = stringField(state, 'status');
  if (status === 'undetermined') return null;
  if (status !== 'open' && status !== 'resolved')
    return `unknown status in ${codename.slice(0, 40)}`;
  const fixed = stringField(state, 'fixed_version');
  if (fixed === '0') return null;
  if (status === 'resolved' && fixed === null) return `resolved in ${codename} without a version`;
  const release = releases.get(codename) ?? codename;
  const urgency = stringField(state, 'urgency');
  const fate = status === 'open' ? fateOf(state) : null;
  return {
    package: { ecosystem: `Debian:${release}`, name: source },
    ranges: [
      {
        type: 'ECOSYSTEM',
        events: [
          { introduced: '0' },
          ...(status === 'resolved' && fixed !== null ? [{ fixed }] : []),
        ],
      },
    ],
    ...(urgency === null ? {} : { ecosystem_specific: { urgency } }),
    ...(fate === null ? {} : { database_specific: { fix_status: fate } }),
  };
}

/**
 * What `nodsa` says of a fix: `ignored` will not come; `postponed`, and no reason (which leaves it to
 * a point release), come later (Debian security team, "Issues not warranting a security advisory").
 */
function fateOf(state: unknown): string | null {
  if (stringField(state, 'urgency') === 'end-of-life') return 'end-of-life';
  if (field(state, 'nodsa') === undefined) return null;
  return stringField(state, 'nodsa_reason') === 'ignored' ? 'will-not-fix' : 'fix-deferred';
}
