// The OSV feed: JSON documents of one record, of an array of records, or of lines with one record each.
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { feedLimits } from './bounds.ts';
import { cleanRecord } from './clean.ts';
import type { AdvisoryItem } from './item.ts';

const decoder = new TextDecoder('utf-8');

/**
 * The records of one OSV document (`where` names it in complaints). Accepts a record, an array of
 * records, `{"vulns": [...]}` as OSV's API answers, and JSON lines. Never throws on content.
 */
export function readOsv(bytes: Uint8Array, where: string): readonly AdvisoryItem[] {
  if (bytes.length > feedLimits.recordBytes) {
    const reason = `${bytes.length} bytes, more than the ${feedLimits.recordBytes} of one record`;
    return [{ kind: 'bad', where, reason }];
  }
  const text = decoder.decode(bytes);
  const parsed = parseJson(text, { maximumLength: feedLimits.recordBytes });
  if (parsed.ok) return documentItems(parsed.value, where);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // A pretty-printed document that is broken starts with a lone bracket, JSON lines never do.
  if (lines.length < 2 || !lines[0]?.trimEnd().endsWith('}')) {
    return [{ kind: 'bad', where, reason: parsed.reason }];
  }
  return lines.map((line, index) => readLine(line, `${where}:${index + 1}`));
}

function readLine(line: string, where: string): AdvisoryItem {
  const parsed = parseJson(line);
  return parsed.ok
    ? recordItem(parsed.value, where)
    : { kind: 'bad', where, reason: parsed.reason };
}

/** The same for a document that is parsed already. */
function documentItems(value: unknown, where: string): readonly AdvisoryItem[] {
  if (Array.isArray(value)) return value.map((item) => recordItem(item, where));
  const wrapped = field(value, 'vulns');
  if (Array.isArray(wrapped) && field(value, 'id') === undefined) {
    return asArray(wrapped).map((item) => recordItem(item, where));
  }
  return [recordItem(value, where)];
}

function recordItem(value: unknown, where: string): AdvisoryItem {
  const record = cleanRecord(value);
  if (typeof record !== 'string') return { kind: 'record', record, part: '' };
  const id = stringField(value, 'id');
  const named = id !== null && id.length < 100 && !where.includes(id) ? `${where} (${id})` : where;
  return { kind: 'bad', where: named, reason: record };
}
