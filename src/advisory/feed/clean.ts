// The edge where an OSV document becomes an `OsvRecord`: unknown fields are dropped, strange ones make
// the record bad as a whole, because half an understood range would be a wrong answer.
import { asArray, asRecord, asString, field, stringField } from '../../base/json.ts';
import type {
  OsvAffected,
  OsvEvent,
  OsvRange,
  OsvRecord,
  OsvSeverity,
} from '../../model/advisory.ts';
import { feedLimits } from './bounds.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Thrown and caught in this file only: the reason why a record is bad. */
class BadRecord extends Error {}

/**
 * An OSV record (ossf/osv-schema 1.0 to 1.7) out of parsed JSON, or the reason why it is bad.
 * Accepts records without `schema_version` and unknown range types, severities and fields.
 */
export function cleanRecord(value: unknown): OsvRecord | string {
  try {
    return readRecord(value);
  } catch (error) {
    if (error instanceof BadRecord) return error.message;
    throw error;
  }
}

function readRecord(value: unknown): OsvRecord {
  if (asRecord(value) === null) throw new BadRecord('not a JSON object');
  const id = stringField(value, 'id');
  if (id === null) throw new BadRecord('no id');
  if (!isId(id)) throw new BadRecord('the id has a wrong form');
  const record: Mutable<OsvRecord> = { id };
  for (const key of ['modified', 'published', 'withdrawn'] as const) {
    const time = timeOf(field(value, key));
    if (time !== null) record[key] = time;
  }
  for (const key of ['aliases', 'upstream', 'related'] as const) {
    const ids = idList(field(value, key), key);
    if (ids.length > 0) record[key] = ids;
  }
  for (const key of ['summary', 'details'] as const) {
    const text = stringField(value, key);
    if (text !== null) record[key] = text;
  }
  const severity = severityList(field(value, 'severity'));
  if (severity.length > 0) record.severity = severity;
  const affected = list(field(value, 'affected'), 'affected', feedLimits.affected);
  record.affected = affected.map(readAffected);
  record.references = readReferences(field(value, 'references'));
  const specific = asRecord(field(value, 'database_specific'));
  if (specific !== null) record.database_specific = specific;
  return record;
}

function readAffected(value: unknown): OsvAffected {
  if (asRecord(value) === null) throw new BadRecord('an affected entry is not an object');
  const affected: Mutable<OsvAffected> = {};
  const named = field(value, 'package');
  if (asRecord(named) !== null) {
    const ecosystem = text(field(named, 'ecosystem'), 'package.ecosystem');
    affected.package = { ecosystem, name: text(field(named, 'name'), 'package.name') };
  }
  affected.ranges = list(field(value, 'ranges'), 'ranges', feedLimits.ranges).map(readRange);
  const versions = list(field(value, 'versions'), 'versions', feedLimits.versions);
  affected.versions = versions.map((version) => text(version, 'version'));
  const severity = severityList(field(value, 'severity'));
  if (severity.length > 0) affected.severity = severity;
  for (const key of ['ecosystem_specific', 'database_specific'] as const) {
    const specific = asRecord(field(value, key));
    if (specific !== null) affected[key] = specific;
  }
  return affected;
}

function readRange(value: unknown): OsvRange {
  const type = stringField(value, 'type');
  if (type === null || type.length > 64) throw new BadRecord('a range without type');
  // Commits are never compared: their events need not be understood.
  if (type === 'GIT') return { type, events: [] };
  return { type, events: list(field(value, 'events'), 'events', feedLimits.events).map(readEvent) };
}

function readEvent(value: unknown): OsvEvent {
  const event: Mutable<OsvEvent> = {};
  let understood = false;
  for (const key of ['introduced', 'fixed', 'last_affected', 'limit'] as const) {
    const version = field(value, key);
    if (version === undefined || version === null) continue;
    event[key] = text(version, key);
    understood = true;
  }
  if (!understood) throw new BadRecord('a range event that says nothing');
  return event;
}

/** A version, name or the like: a non-empty string of one line. */
function text(value: unknown, what: string): string {
  const string = asString(value);
  if (string === null || string === '') throw new BadRecord(`${what} is not a text`);
  if (string.length > feedLimits.stringLength) throw new BadRecord(`${what} is too long`);
  if (hasControl(string)) throw new BadRecord(`${what} has control characters`);
  return string;
}

function hasControl(string: string): boolean {
  for (let at = 0; at < string.length; at += 1) {
    const code = string.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function list(value: unknown, what: string, maximum: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new BadRecord(`${what} is not a list`);
  if (value.length > maximum) throw new BadRecord(`more than ${maximum} ${what}`);
  return value;
}

function isId(id: string): boolean {
  if (id === '' || id.length > feedLimits.idLength) return false;
  return !hasControl(id) && !id.includes(' ') && !id.includes('/');
}

/** Ids of other records; what is no id is dropped: it cannot lead to a wrong match. */
function idList(value: unknown, what: string): readonly string[] {
  const ids = asArray(value).filter((id) => typeof id === 'string' && isId(id));
  if (ids.length > feedLimits.ids) throw new BadRecord(`more than ${feedLimits.ids} ${what}`);
  return [...new Set(ids as string[])];
}

function severityList(value: unknown): readonly OsvSeverity[] {
  const severities: OsvSeverity[] = [];
  for (const item of asArray(value).slice(0, 20)) {
    const type = stringField(item, 'type');
    const score = stringField(item, 'score');
    if (type === null || score === null || type.length > 64 || score.length > 512) continue;
    severities.push({ type, score });
  }
  return severities;
}

function readReferences(
  value: unknown,
): readonly { readonly type: string; readonly url: string }[] {
  const references: { readonly type: string; readonly url: string }[] = [];
  for (const item of asArray(value).slice(0, 1000)) {
    const url = stringField(item, 'url');
    if (url === null || url.length > 1024 || hasControl(url)) continue;
    if (!url.startsWith('https://') && !url.startsWith('http://')) continue;
    references.push({ type: stringField(item, 'type') ?? 'WEB', url });
  }
  return references;
}

/**
 * RFC 3339 as written, null for anything else. Year 1 is Go's zero time, which the Go database's
 * repository copy puts everywhere: it means "not known".
 */
export function timeOf(value: unknown): string | null {
  const time = asString(value);
  if (time === null || time.length > 40 || time.startsWith('000')) return null;
  return Number.isNaN(Date.parse(time)) ? null : time;
}
