// What the record adds to a scan: how many containers used the package of a finding.
import { messageOf } from '../base/error.ts';
import { type Finding, isAboutPackage, type Report } from '../model/report.ts';
import { openRecord, type RecordReader } from '../store/record/index.ts';
import { knownInventory } from './known-inventory.ts';
import { indexInventory, mapRan } from './ran-images.ts';
import type { Services } from './services.ts';

/** The reports with `inUse` where the record of this data folder knows; a bad record is a remark. */
export async function withUse(
  services: Services,
  folder: string,
  reports: readonly Report[],
): Promise<readonly Report[]> {
  let record: RecordReader | null = null;
  try {
    record = openRecord(folder);
    const reader = record;
    const used: Report[] = [];
    for (const report of reports) used.push(await usedIn(services, reader, report));
    return used;
  } catch (error) {
    services.warn(`the record cannot tell what was in use (${messageOf(error)})`);
    return reports;
  } finally {
    record?.close();
  }
}

async function usedIn(services: Services, record: RecordReader, report: Report): Promise<Report> {
  const { digest } = report.target;
  const ran = digest === null ? 0 : record.runCount(digest);
  if (digest === null || ran === 0) return report;
  const known = knownInventory(services, digest);
  if (known !== null) {
    // This scan may be the first to know what is in an image that ran long ago.
    indexInventory(record, digest, known);
    await mapRan(services, record, digest);
  }
  return withUseOf(record, digest, report);
}

/** The report of an image with `inUse`, as far as files that ran are mapped already. */
export function withUseOf(record: RecordReader, imageId: string, report: Report): Report {
  const ran = record.runCount(imageId);
  const uses = ran === 0 ? null : record.usesInImage(imageId);
  // Not one file of any run is mapped: nothing is known, which is not the same as unused.
  if (uses === null || uses.size === 0) return report;
  return { ...report, findings: report.findings.map((finding) => told(finding, uses, ran)) };
}

function told(finding: Finding, uses: ReadonlyMap<string, number>, ran: number): Finding {
  if (!isAboutPackage(finding)) return finding;
  return { ...finding, inUse: { containers: uses.get(finding.package.purl) ?? 0, of: ran } };
}
