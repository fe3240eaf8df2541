// CycloneDX 1.6 in JSON (ECMA-424): components, what they need, and their vulnerabilities. The
// serial number is made of the content, so that the same image gives the same document.
import type { Report } from '../../model/report.ts';
import { dependencyGraph } from '../dependency-graph.ts';
import { digestOfLines, uuidOf } from '../identifier.ts';
import { documentsText, JsonLines, jsonLines, objectText } from '../json-text.ts';
import { cycloneDxLicences } from '../licence/index.ts';
import type { Output } from '../output.ts';
import {
  componentOf,
  systemComponent,
  systemRef,
  targetComponent,
  targetRef,
} from './component.ts';
import { vulnerabilitiesOf } from './vulnerability.ts';

/** Several targets are an array of documents: a BOM describes one subject. */
export const cyclonedx: Output = {
  id: 'cyclonedx',
  mediaType: 'application/vnd.cyclonedx+json; version=1.6',
  write: (reports) => documentsText(reports.map(documentOf)),
};

function documentOf(report: Report): string {
  const { target, tool, unknowns } = report;
  const licences = cycloneDxLicences();
  const system = target.os === null ? [] : [systemComponent(target.os)];
  const components = jsonLines([
    ...system,
    ...report.packages.map((one) => componentOf(one, licences)),
  ]);
  const dependencies = dependenciesOf(report);
  const vulnerabilities = jsonLines(vulnerabilitiesOf(report));
  const subject = targetComponent(target);
  const digest = digestOfLines(
    JSON.stringify([subject, tool, unknowns]),
    components,
    dependencies,
    vulnerabilities,
  );
  return objectText({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: metadataOf(report, subject),
    components,
    dependencies,
    compositions: unknowns.length === 0 ? undefined : incomplete,
    vulnerabilities: vulnerabilities.lines.length === 0 ? undefined : vulnerabilities,
  });
}

/** What could not be read may hold components that are not listed. */
const incomplete = [{ aggregate: 'incomplete', assemblies: [targetRef] }];

function metadataOf(report: Report, subject: unknown): unknown {
  const { tool, unknowns, generatedAt } = report;
  return {
    timestamp: generatedAt,
    tools: { components: [{ type: 'application', name: tool.name, version: tool.version }] },
    component: subject,
    ...(unknowns.length === 0
      ? {}
      : {
          properties: unknowns.map(({ path, reason }) => ({
            name: 'seaworthy:unknown',
            value: path === '' ? reason : `${path}: ${reason}`,
          })),
        }),
  };
}

/**
 * The target holds the system and all packages that nothing else needs. A package without an entry
 * does not say what it needs, which is not the same as needing nothing.
 */
function dependenciesOf(report: Report): JsonLines {
  const graph = dependencyGraph(report.packages);
  const needed = new Set([...graph.values()].flat());
  const top = report.packages.filter(({ purl }) => !needed.has(purl)).map(({ purl }) => purl);
  const own = report.target.os === null ? [] : [systemRef];
  const entries = [...graph].map(([ref, dependsOn]) => ({ ref, dependsOn }));
  return jsonLines([{ ref: targetRef, dependsOn: [...own, ...top] }, ...entries]);
}
