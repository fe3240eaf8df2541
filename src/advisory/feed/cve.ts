// Facts about CVEs that no package feed carries: from NVD 2.0 (feeds and API pages), CVE 5 JSON
// records, and OSV's `CVE-*` records.
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import type { OsvRecord, OsvSeverity } from '../../model/advisory.ts';
import { feedLimits } from './bounds.ts';
import { timeOf } from './clean.ts';
import { oneLine } from './interpret.ts';
import type { CveItem } from './item.ts';
import { jsonItems } from './json-items.ts';
import { isCve } from './vendor.ts';

const decoder = new TextDecoder('utf-8');

/** Metric fields of NVD 2.0 and of CVE 5, newest CVSS first, with OSV's name of the type. */
const nvdMetrics = [
  ['cvssMetricV40', 'CVSS_V4'],
  ['cvssMetricV31', 'CVSS_V3'],
  ['cvssMetricV30', 'CVSS_V3'],
  ['cvssMetricV2', 'CVSS_V2'],
] as const;
const cveMetrics = [
  ['cvssV4_0', 'CVSS_V4'],
  ['cvssV3_1', 'CVSS_V3'],
  ['cvssV3_0', 'CVSS_V3'],
  ['cvssV2_0', 'CVSS_V2'],
] as const;

/** Reads an NVD 2.0 document (`{format: "NVD_CVE", vulnerabilities: [{cve}]}`) of any size. */
export function* readNvd(chunks: Iterable<Uint8Array>, where: string): Generator<CveItem> {
  const items = jsonItems(chunks, { depth: 2, maximumBytes: feedLimits.recordBytes });
  for (;;) {
    const next = items.next();
    if (next.done === true) {
      if (!next.value) yield { kind: 'bad', where, reason: 'the document is cut off' };
      return;
    }
    if (next.value.path[0] !== 'vulnerabilities') continue;
    const parsed =
      next.value.bytes === null
        ? ({ ok: false, reason: 'a record is too long' } as const)
        : parseJson(decoder.decode(next.value.bytes));
    yield parsed.ok ? nvdItem(parsed.value, where) : { kind: 'bad', where, reason: parsed.reason };
  }
}

/** One element of NVD's `vulnerabilities`. */
function nvdItem(value: unknown, where: string): CveItem {
  const record = field(value, 'cve');
  const cve = stringField(record, 'id') ?? '';
  if (!isCve(cve)) return { kind: 'bad', where, reason: 'no CVE id' };
  if (stringField(record, 'vulnStatus') === 'Rejected') {
    return { kind: 'left-out', where: cve, reason: 'rejected' };
  }
  const severity: OsvSeverity[] = [];
  for (const [metric, type] of nvdMetrics) {
    const rated = asArray(field(field(record, 'metrics'), metric));
    // NVD's own analysis is `Primary`; the assigner's comes second.
    const chosen = rated.find((item) => stringField(item, 'type') === 'Primary') ?? rated[0];
    addVector(severity, type, field(chosen, 'cvssData'));
  }
  return {
    kind: 'cve',
    cve,
    facts: {
      severity,
      source: 'nvd',
      summary: english(field(record, 'descriptions')),
      published: utc(field(record, 'published')),
    },
  };
}

/** Reads one CVE 5 record. */
export function readCveRecord(bytes: Uint8Array, where: string): CveItem {
  const parsed = parseJson(decoder.decode(bytes));
  if (!parsed.ok) return { kind: 'bad', where, reason: parsed.reason };
  return cveRecordItem(parsed.value, where);
}

/** A record of the CVE list (`{dataType: "CVE_RECORD", cveMetadata, containers}`), parsed. */
function cveRecordItem(document: unknown, where: string): CveItem {
  const metadata = field(document, 'cveMetadata');
  const cve = stringField(metadata, 'cveId') ?? '';
  if (!isCve(cve)) return { kind: 'bad', where, reason: 'no CVE id' };
  if (stringField(metadata, 'state') === 'REJECTED') {
    return { kind: 'left-out', where: cve, reason: 'rejected' };
  }
  const assigner = field(field(document, 'containers'), 'cna');
  const enrichers = asArray(field(field(document, 'containers'), 'adp'));
  const severity: OsvSeverity[] = [];
  for (const container of [assigner, ...enrichers]) {
    if (severity.length > 0) break;
    for (const [metric, type] of cveMetrics) {
      for (const rated of asArray(field(container, 'metrics'))) {
        addVector(severity, type, field(rated, metric));
      }
    }
  }
  const title = oneLine(stringField(assigner, 'title'));
  return {
    kind: 'cve',
    cve,
    facts: {
      severity,
      source: 'cve',
      summary: title === '' ? english(field(assigner, 'descriptions')) : title,
      published: utc(field(metadata, 'datePublished')),
    },
  };
}

/** What an OSV `CVE-*` record says about its CVE; null for records of other ids. */
export function osvCveItem(record: OsvRecord): CveItem | null {
  if (!isCve(record.id) || record.withdrawn !== undefined) return null;
  const summary = oneLine(record.summary) || oneLine(record.details);
  return {
    kind: 'cve',
    cve: record.id,
    facts: {
      severity: record.severity?.filter((item) => item.type.startsWith('CVSS_')) ?? [],
      source: 'osv',
      summary: summary === '' ? null : summary,
      published: record.published ?? null,
    },
  };
}

function addVector(severity: OsvSeverity[], type: string, data: unknown): void {
  const score = stringField(data, 'vectorString');
  if (score === null || score === '' || score.length > 512) return;
  if (severity.some((known) => known.type === type && known.score === score)) return;
  if (severity.length < 8) severity.push({ type, score });
}

function english(descriptions: unknown): string | null {
  const texts = asArray(descriptions);
  const chosen = texts.find((text) => stringField(text, 'lang')?.startsWith('en')) ?? texts[0];
  const line = oneLine(stringField(chosen, 'value'));
  return line === '' ? null : line;
}

/** NVD writes UTC times without their `Z`. */
function utc(value: unknown): string | null {
  const time = timeOf(value);
  if (time === null) return null;
  return /T[\d:.]+$/.test(time) ? `${time}Z` : time;
}
