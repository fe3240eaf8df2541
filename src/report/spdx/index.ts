// SPDX 2.3 in JSON (ISO/IEC 5962): packages with their purls, licences and relationships. The
// namespace is made of the content, so that the same image gives the same document.
import type { Report } from '../../model/report.ts';
import { spdxListVersion } from '../../model/spdx-licence-ids.ts';
import { digestOfLines, uuidOf } from '../identifier.ts';
import { chained, documentsPieces, jsonLines, objectPieces } from '../json-text.ts';
import { spdxLicences } from '../licence/index.ts';
import type { Output } from '../output.ts';
import { packageId } from './identifier.ts';
import { findingReferences, packageOf, systemPackage, targetPackage } from './package.ts';
import { relationshipsOf } from './relationship.ts';

/** Several targets are an array of documents: each describes one subject. */
export const spdx: Output = {
  id: 'spdx',
  mediaType: 'application/spdx+json',
  pieces: (reports) => documentsPieces(reports.map((report) => () => documentOf(report))),
};

function documentOf(report: Report): Iterable<string> {
  const { target, tool, unknowns } = report;
  const created = `${report.generatedAt.slice(0, 19)}Z`;
  const annotator = `Tool: ${tool.name}-${tool.version}`;
  const ids = new Map(report.packages.map(({ purl }) => [purl, packageId(purl)]));
  const context = {
    created,
    annotator,
    licences: spdxLicences(),
    references: findingReferences(report.findings),
    ids,
  };
  const packages = chained(
    jsonLines([
      targetPackage(target),
      ...(target.os === null ? [] : [systemPackage(target.os, context)]),
    ]),
    jsonLines(report.packages, (one) => packageOf(one, context)),
  );
  const relationships = relationshipsOf(report, ids);
  const digest = digestOfLines(JSON.stringify([target, tool, unknowns]), packages, relationships);
  // The digest has seen each package, so each licence that is not SPDX's own is known by now.
  const extracted = context.licences.references().map(([licenseId, name]) => ({
    licenseId,
    name,
    extractedText: `The package states its licence as: ${name}`,
  }));
  return objectPieces({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: target.name,
    documentNamespace: `https://spdx.org/spdxdocs/${slugOf(target.name)}-${uuidOf(digest)}`,
    creationInfo: {
      created,
      creators: [annotator],
      licenseListVersion: spdxListVersion,
    },
    annotations: unknownNotes(report, context),
    packages,
    hasExtractedLicensingInfos: extracted.length === 0 ? undefined : jsonLines(extracted),
    relationships,
  });
}

function unknownNotes(
  { unknowns }: Report,
  { created, annotator }: { readonly created: string; readonly annotator: string },
): readonly unknown[] | undefined {
  if (unknowns.length === 0) return undefined;
  return unknowns.map(({ path, reason }) => ({
    annotationDate: created,
    annotationType: 'OTHER',
    annotator,
    comment: `not known: ${path === '' ? reason : `${path}: ${reason}`}`,
  }));
}

/** The readable part of the namespace. */
function slugOf(name: string): string {
  const slug = name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return slug.slice(0, 80) || 'target';
}
