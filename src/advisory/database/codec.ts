// How advisories lie in the database: short texts that are decoded only when a field is asked for.
// More than nine of ten affected entries are "all versions before X" and take X plus one letter.
import { asArray, asString } from '../../base/json.ts';
import type {
  AdvisoryMatch,
  CveFacts,
  OsvEvent,
  OsvRange,
  OsvSeverity,
} from '../../model/advisory.ts';
import type { Advisory, AffectedPackage } from '../feed/index.ts';

/** What every look at an affected entry needs. */
export type Body = Pick<
  AdvisoryMatch,
  'ranges' | 'fixStatus' | 'modularity' | 'severity' | 'vendorSeverity'
>;

/** What `advisory.head` holds. */
export type Head = Pick<
  AdvisoryMatch,
  'summary' | 'published' | 'aliases' | 'upstream' | 'severity' | 'vendorSeverity' | 'references'
>;

const plainRange = new Map([
  ['E', 'ECOSYSTEM'],
  ['S', 'SEMVER'],
]);
const eventKeys = [
  ['i', 'introduced'],
  ['f', 'fixed'],
  ['l', 'last_affected'],
  ['m', 'limit'],
] as const;
const keyOfMark = new Map<string, (typeof eventKeys)[number][1]>(eventKeys);

/**
 * `E1.2-3`: an ECOSYSTEM range from 0 to the fix 1.2-3 and nothing else; `S1.2.3`: the same for SEMVER;
 * a tab and a module stream may follow. All else is a JSON array.
 */
export function encodeBody(entry: AffectedPackage): string {
  return plainBody(entry) ?? fullBody(entry);
}

function plainBody(entry: AffectedPackage): string | null {
  if (entry.ranges.length !== 1 || entry.severity.length > 0) return null;
  if (entry.vendorSeverity !== null || entry.fixStatus !== null) return null;
  const [range] = entry.ranges;
  const [first, second] = range?.events ?? [];
  if (range?.events.length !== 2 || first === undefined || second === undefined) return null;
  if (first.introduced !== '0' || Object.keys(first).length !== 1) return null;
  if (second.fixed === undefined || Object.keys(second).length !== 1) return null;
  const module = entry.modularity === null ? '' : `\t${entry.modularity}`;
  if (range.type === 'ECOSYSTEM') return `E${second.fixed}${module}`;
  return range.type === 'SEMVER' ? `S${second.fixed}${module}` : null;
}

/** The range of a body that says nothing but `[0, fixed)`, else null. */
export function plainRangeOf(
  body: string,
): { readonly type: string; readonly fixed: string } | null {
  const type = plainRange.get(body.charAt(0));
  return type === undefined || body.includes('\t') ? null : { type, fixed: body.slice(1) };
}

function fullBody(entry: AffectedPackage): string {
  const ranges = entry.ranges.map((range) => [range.type, ...range.events.flatMap(encodeEvent)]);
  const parts: unknown[] = [
    ranges,
    entry.modularity ?? 0,
    entry.fixStatus ?? 0,
    entry.vendorSeverity ?? 0,
    encodeSeverity(entry.severity),
  ];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return JSON.stringify(parts);
}

/** The listed versions, a line each; Go imports as JSON behind an empty line. Empty for most entries. */
export function encodeTail(entry: AffectedPackage): string {
  // Versions have no line feeds and are never empty (feed/clean.ts).
  const versions = entry.versions.join('\n');
  if (entry.imports.length === 0) return versions;
  const imports = entry.imports.map((item) => [item.path, ...item.symbols]);
  return `${versions}\n\n${JSON.stringify(imports)}`;
}

/** The versions of a tail. */
export function decodeVersions(tail: string): readonly string[] {
  const end = tail.indexOf('\n\n');
  const versions = end === -1 ? tail : tail.slice(0, end);
  return versions === '' ? [] : versions.split('\n');
}

/** The imports of a tail. Throws on a broken one. */
export function decodeImports(tail: string): AdvisoryMatch['imports'] {
  const end = tail.indexOf('\n\n');
  if (end === -1) return [];
  return asArray(JSON.parse(tail.slice(end + 2))).map((item) => {
    const [path = '', ...symbols] = asArray(item).map(String);
    return { path, symbols };
  });
}

/** An event with several keys is told as several: the schema allows one, the walk is the same. */
function encodeEvent(event: OsvEvent): readonly string[] {
  const encoded: string[] = [];
  for (const [mark, key] of eventKeys) {
    const version = event[key];
    if (version !== undefined) encoded.push(mark + version);
  }
  return encoded;
}

/** Throws on a broken body. */
export function decodeBody(text: string): Body {
  const type = plainRange.get(text.charAt(0));
  if (type !== undefined) {
    const tab = text.indexOf('\t');
    const fixed = tab === -1 ? text.slice(1) : text.slice(1, tab);
    return {
      ranges: [{ type, events: [{ introduced: '0' }, { fixed }] }],
      modularity: tab === -1 ? null : text.slice(tab + 1),
      fixStatus: null,
      vendorSeverity: null,
      severity: [],
    };
  }
  const parts = asArray(JSON.parse(text));
  const [ranges, modularity, fixStatus, vendorSeverity, severity] = parts;
  return {
    ranges: asArray(ranges).map((range) => decodeRange(asArray(range))),
    modularity: asString(modularity),
    fixStatus: asString(fixStatus) as AdvisoryMatch['fixStatus'],
    vendorSeverity: asString(vendorSeverity),
    severity: decodeSeverity(severity),
  };
}

function decodeRange([type, ...events]: readonly unknown[]): OsvRange {
  return {
    type: String(type),
    events: events.map((item) => {
      const event = String(item);
      const key = keyOfMark.get(event.charAt(0));
      if (key === undefined) throw new Error(`unknown event ${event.charAt(0)}`);
      return { [key]: event.slice(1) };
    }),
  };
}

export function encodeHead(advisory: Advisory): string {
  const parts: unknown[] = [
    advisory.summary,
    advisory.published ?? 0,
    advisory.aliases,
    advisory.upstream,
    advisory.vendorSeverity ?? 0,
    encodeSeverity(advisory.severity),
    ...advisory.references,
  ];
  return JSON.stringify(parts);
}

/** Throws on a broken head. */
export function decodeHead(text: string): Head {
  const parts = asArray(JSON.parse(text));
  return {
    summary: asString(parts[0]) ?? '',
    published: asString(parts[1]),
    aliases: textsOf(asArray(parts[2])),
    upstream: textsOf(asArray(parts[3])),
    vendorSeverity: asString(parts[4]),
    severity: decodeSeverity(parts[5]),
    references: textsOf(parts.slice(6)),
  };
}

function textsOf(values: readonly unknown[]): readonly string[] {
  return values.length === 0 ? noTexts : values.map(String);
}

const noTexts: readonly string[] = [];

export function encodeCve(facts: CveFacts): string {
  const { source, summary, published } = facts;
  return JSON.stringify([source, summary ?? 0, published ?? 0, encodeSeverity(facts.severity)]);
}

/** Throws on a broken text. */
export function decodeCve(text: string): CveFacts {
  const [source, summary, published, severity] = asArray(JSON.parse(text));
  return {
    source: String(source),
    summary: asString(summary),
    published: asString(published),
    severity: decodeSeverity(severity),
  };
}

const noSeverity: readonly OsvSeverity[] = [];

function encodeSeverity(severity: readonly OsvSeverity[]): unknown {
  return severity.length === 0 ? 0 : severity.map((item) => [item.type, item.score]);
}

function decodeSeverity(value: unknown): readonly OsvSeverity[] {
  if (value === 0) return noSeverity;
  return asArray(value).map((item) => {
    const [type, score] = asArray(item);
    return { type: String(type), score: String(score) };
  });
}

/** `CVE-2021-44228` as 2021_000044228, the key of the side tables; null for what is no CVE id. */
export function cveNumber(cve: string): number | null {
  const match = /^CVE-(\d{4})-(\d{4,9})$/.exec(cve);
  return match === null ? null : Number(match[1]) * 1_000_000_000 + Number(match[2]);
}
