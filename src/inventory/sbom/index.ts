// The door of SBOMs as targets: what a document says is in it becomes an inventory that is judged
// like one of a scan. CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value) and Syft's JSON.
import { SeaworthyError } from '../../base/error.ts';
import type { Distribution } from '../../model/distribution.ts';
import { type PurlParts, parsePurl } from '../../model/purl.ts';
import type { Inventory } from '../../model/report.ts';
import { type Detection, distributionOf, identityOfPurl } from '../distro/index.ts';
import type { SbomContent } from './document.ts';
import { namePackages } from './package.ts';
import { readDocuments } from './recognise.ts';

export interface SbomText {
  /** Path or name for messages. */
  readonly name: string;
  readonly text: string;
}

/**
 * The inventories of a text: one, or one for each document of an array (`sbom` and `scan` write
 * arrays for several targets). What the document leaves open stands in the unknowns. Throws
 * `SeaworthyError` `malformed` when the text, or a document in it, is no SBOM.
 */
export function readSboms({ name, text }: SbomText): Inventory[] {
  const readings = readDocuments(text);
  return readings.map((reading, index) => {
    if (reading.ok) {
      const own = readings.length === 1 ? name : `${name}#${index + 1}`;
      return inventoryOf({ kind: 'sbom', name: own, path: name }, reading.content);
    }
    throw new SeaworthyError(
      'malformed',
      `${name} is no SBOM that is understood: ${reading.reason}`,
      {
        advice: 'give CycloneDX (JSON or XML), SPDX 2 (JSON or tag-value) or Syft JSON',
      },
    );
  });
}

/**
 * The inventory of package URLs that somebody names: nothing but what they say is known. `name` is
 * that of the target.
 */
export function readPurls(name: string, texts: readonly string[]): Inventory {
  const components = texts.map((purl) => ({
    purl,
    name: purl,
    licences: [],
    locations: [],
    source: null,
    facts: { evidence: 'declared' as const },
  }));
  const remarks = texts.flatMap((text) => remarksOn(text));
  const content = { format: 'purl', components, system: null, installed: false, remarks };
  return inventoryOf({ kind: 'pkg', name, path: '' }, content);
}

/** Feeds of these types go by the source package, which a package URL need not name. */
function remarksOn(text: string): readonly string[] {
  const parts = parsePurl(text);
  if (parts === null || !['deb', 'apk'].includes(parts.type)) return [];
  if (parts.qualifiers?.['upstream'] !== undefined) return [];
  return [
    `${parts.name} is taken for its own source package: name another with the qualifier upstream`,
  ];
}

interface Origin {
  readonly kind: 'sbom' | 'pkg';
  readonly name: string;
  /** Told as the place of what is not known. */
  readonly path: string;
}

function inventoryOf({ kind, name, path }: Origin, content: SbomContent): Inventory {
  const { packages, purls, remarks } = namePackages(content);
  const { distribution, unknowns } = detectSystem(content, purls);
  const reasons = [...content.remarks, ...remarks, ...unknowns.map(({ reason }) => reason)];
  return {
    target: {
      kind,
      name,
      digest: null,
      platform: null,
      os: distribution === null ? null : describeOs(distribution),
      layers: [],
    },
    packages,
    unknowns: reasons.map((reason) => ({ path, layer: null, reason })),
    distribution,
  };
}

function describeOs({ id, versionId, name, endOfLife }: Distribution): Inventory['target']['os'] {
  return { id, versionId, name, endOfLife };
}

/** The system that the document names, else the one that most of its packages were built for. */
function detectSystem(content: SbomContent, purls: readonly PurlParts[]): Detection {
  if (content.system !== null) return distributionOf(content.system);
  const counts = new Map<string, { count: number; readonly parts: PurlParts }>();
  for (const parts of purls) {
    const distro = parts.qualifiers?.['distro'] ?? '';
    const key = `${parts.namespace ?? ''} ${distro}`;
    const known = counts.get(key);
    if (known !== undefined) known.count += 1;
    else if (identityOfPurl(parts) !== null) counts.set(key, { count: 1, parts });
  }
  const sorted = [...counts].toSorted(
    ([a, { count: one }], [b, { count: other }]) => other - one || (a < b ? -1 : 1),
  );
  const [most] = sorted;
  const identity = most === undefined ? null : identityOfPurl(most[1].parts);
  if (identity === null) return { distribution: null, unknowns: [] };
  const detected = distributionOf(identity);
  if (sorted.length === 1) return detected;
  const names = sorted.map(([key]) => key.trim()).slice(0, 5);
  const list = names.join(', ');
  const reason = `packages of several distributions (${list}): all are judged as the first`;
  return { ...detected, unknowns: [...detected.unknowns, { path: '', reason }] };
}
