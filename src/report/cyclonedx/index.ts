// CycloneDX 1.6 in JSON (ECMA-424): components, what they need, and their vulnerabilities. The
// serial number is made of the content, so that the same image gives the same document.
import type { Report } from '../../model/report.ts';
import { dependencyGraph } from '../dependency-graph.ts';
import { digestOfLines, uuidOf } from '../identifier.ts';
import { chained, documentsPieces, type JsonLines, jsonLines, objectPieces } from '../json-text.ts';
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
  pieces: (reports) => documentsPieces(reports.map((report) => () => documentOf(report))),
};

function documentOf(report: Report): Iterable<string> {
  const { target, tool, unknowns } = report;
  const licences = cycloneDxLicences();
  const system = target.os === null ? [] : [systemComponent(target.os)];
  const components = chained(
    jsonLines(system),
    jsonLines(report.packages, (one) => componentOf(one, licences)),
  );
  const dependencies = dependenciesOf(report);
  const flaws = vulnerabilitiesOf(report);
  const vulnerabilities = jsonLines(flaws);
  const subject = targetComponent(target);
  const digest = digestOfLines(
    JSON.stringify([subject, tool, unknowns]),
    components,
    dependencies,
    vulnerabilities,
  );
  return objectPieces({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: metadataOf(report, subject),
    components,
    dependencies,
    compositions: unknowns.length === 0 ? undefined : incomplete,
    vulnerabilities: flaws.length === 0 ? undefined : vulnerabilities,
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
  return chained(
    jsonLines([{ ref: targetRef, dependsOn: [...own, ...top] }]),
    jsonLines([...graph], ([ref, dependsOn]) => ({ ref, dependsOn })),
  );
}
