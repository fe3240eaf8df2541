// What is kept in buckets besides alerts: reports of scans, inventories, audits; and an inventory as a file.
import type { FleetInventory } from '../model/fleet.ts';
import { formatPurl } from '../model/purl.ts';
import type { Report } from '../model/report.ts';
import { outputs, textOf } from '../report/index.ts';
import type { FleetFinding } from '../store/fleet/index.ts';
import type { ReportContent, ReportDocument } from './archive.ts';
import type { AuditAnswer } from './audit.ts';

const json = { mediaType: 'application/json', extension: 'json' };
const view = { columns: 80, colour: false, show: null, elapsedSeconds: null };

/** CycloneDX, SPDX or our own JSON of what is in an image; findings of today are no part of it. */
export function inventoryContent(
  report: Report,
  format: 'cyclonedx' | 'spdx' | 'json',
): ReportContent {
  const text = textOf(outputs[format], [{ ...report, findings: [], suppressed: [] }], view);
  switch (format) {
    case 'cyclonedx':
      return { text, mediaType: 'application/vnd.cyclonedx+json', extension: 'cdx.json' };
    case 'spdx':
      return { text, mediaType: 'application/spdx+json', extension: 'spdx.json' };
    case 'json':
      return { text, ...json };
  }
}

/**
 * The report and the inventory of something that was scanned just now.
 * @param report reads it again when it is sent; null: it is gone
 */
export function scanDocuments(
  { id, name, generatedAt }: Pick<ReportDocument, 'id' | 'name' | 'generatedAt'>,
  report: () => Report | null,
): readonly ReportDocument[] {
  const of = (make: (found: Report, format: 'cyclonedx' | 'spdx') => ReportContent) => {
    return (format: 'cyclonedx' | 'spdx'): Promise<ReportContent | null> => {
      const found = report();
      return Promise.resolve(found === null ? null : make(found, format));
    };
  };
  const about = { id, name, generatedAt };
  return [
    { kind: 'scan', ...about, content: of(wholeContent) },
    { kind: 'sbom', ...about, content: of(inventoryContent) },
  ];
}

function wholeContent(report: Report): ReportContent {
  return { text: textOf(outputs.json, [report], view), ...json };
}

/** The answer of an audit, as `audit --format json` gives it. */
export function auditDocument(answer: AuditAnswer, hostname: string): ReportDocument {
  const { audit, target, generatedAt } = answer;
  return {
    kind: 'audit',
    id: `${audit} ${hostname} ${target}`,
    name: `${audit}-${hostname}`,
    generatedAt,
    content: () => Promise.resolve({ text: `${JSON.stringify(answer, null, 2)}\n`, ...json }),
  };
}

export interface FleetMatch {
  readonly findings: readonly FleetFinding[];
  readonly generatedAt: string;
  /** When the advisories that were asked were built. */
  readonly advisoriesBuiltAt: string;
}

/**
 * What a server of a fleet knows of an image: packages and flaws.
 * @param inventory reads it again when it is sent; null: it is gone
 */
export function fleetDocument(
  { imageId, reference, digest }: Pick<FleetInventory, 'imageId' | 'reference' | 'digest'>,
  { findings, generatedAt, advisoriesBuiltAt }: FleetMatch,
  inventory: () => Promise<FleetInventory | null>,
): ReportDocument {
  return {
    kind: 'scan',
    id: imageId,
    name: reference ?? '',
    generatedAt,
    content: async () => {
      const found = await inventory();
      if (found === null) return null;
      const { distribution, packages } = found;
      const document = {
        schemaVersion: 1,
        generatedAt,
        image: { id: imageId, reference, digest },
        distribution,
        advisoriesBuiltAt,
        packages: packages.map(({ found: one }) => formatPurl(one)),
        findings,
      };
      return { text: `${JSON.stringify(document, null, 2)}\n`, ...json };
    },
  };
}
