// CISA's catalogue of Known Exploited Vulnerabilities (JSON).
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { timeOf } from './clean.ts';
import type { KevItem } from './item.ts';
import { isCve } from './vendor.ts';

const decoder = new TextDecoder('utf-8');

/** Reads `{vulnerabilities: [{cveID, dateAdded, knownRansomwareCampaignUse}]}`. */
export function readKev(bytes: Uint8Array, where: string): readonly KevItem[] {
  const parsed = parseJson(decoder.decode(bytes));
  if (!parsed.ok) return [{ kind: 'bad', where, reason: parsed.reason }];
  const listed = field(parsed.value, 'vulnerabilities');
  if (!Array.isArray(listed)) return [{ kind: 'bad', where, reason: 'no list of vulnerabilities' }];
  return asArray(listed).map((item, index): KevItem => {
    const cve = stringField(item, 'cveID')?.trim() ?? '';
    const dateAdded = timeOf(field(item, 'dateAdded'));
    if (!isCve(cve)) return { kind: 'bad', where: `${where} [${index}]`, reason: 'no CVE id' };
    if (dateAdded === null) return { kind: 'bad', where: cve, reason: 'no date' };
    const ransomware = stringField(item, 'knownRansomwareCampaignUse')?.toLowerCase() === 'known';
    return { kind: 'kev', cve, entry: { dateAdded, ransomware } };
  });
}
