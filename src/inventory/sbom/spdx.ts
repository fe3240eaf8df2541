// SPDX 2.1-2.3: the JSON form; tag-value is brought to the same shape first.
import {
  asArray,
  type DocumentRecord,
  entriesOf,
  field,
  parseJson,
  stringField,
  stringsOf,
} from '../../base/json.ts';
import { splitLicences } from '../../model/licence.ts';
import type { Location, SourcePackage } from '../../model/package.ts';
import type { SystemIdentity } from '../distro/index.ts';
import type { PackageFacts, SbomComponent, SbomReading } from './document.ts';
import {
  factsOfProperties,
  locationsOfProperties,
  type Properties,
  sourceOfProperties,
} from './properties.ts';

/** Longest annotation that is read. */
const longestAnnotation = 256 * 1024;
/** Licence words that say nothing (SPDX 2.3, 7.13). */
const emptyLicences = new Set(['', 'NOASSERTION', 'NONE']);
/** Types of package URLs that name the subject of a document, never a package in it. */
const subjectTypes = /^pkg:(?:oci|docker|github|gitlab|bitbucket|generic)\//;

/** The packages of an SPDX document. Never throws. */
export function readSpdx(document: DocumentRecord): SbomReading {
  const version = stringField(document, 'spdxVersion') ?? '';
  if (!/^SPDX-2\.\d$/.test(version)) {
    return { ok: false, reason: `"${version.slice(0, 20)}" is not read, SPDX-2.3 is` };
  }
  const packages = asArray(field(document, 'packages'));
  const relations = relationsOf(document);
  const subjects = subjectsOf(document, { packages, described: relations.described });
  const licences = extractedLicences(document);
  const purls = new Map(
    packages.map((raw) => [stringField(raw, 'SPDXID') ?? '', purlOf(raw)] as const),
  );
  const components: SbomComponent[] = [];
  let system: SystemIdentity | null = null;
  let installed = false;
  for (const raw of packages) {
    const purpose = (stringField(raw, 'primaryPackagePurpose') ?? '').replaceAll('_', '-');
    if (purpose === 'CONTAINER') installed = true;
    if (purpose === 'OPERATING-SYSTEM') {
      system ??= systemOf(raw);
      continue;
    }
    const id = stringField(raw, 'SPDXID') ?? '';
    if (subjects.has(id) || isNoPackage(raw, purpose)) continue;
    const owner = purls.get(relations.owners.get(id) ?? '') ?? null;
    const needs = (relations.needs.get(id) ?? []).flatMap((other) => purls.get(other) ?? []);
    components.push(componentOf(raw, { licences, owner, needs }));
  }
  return {
    ok: true,
    content: {
      format: `SPDX ${version.slice('SPDX-'.length)}`,
      components,
      system,
      installed: installed || system !== null,
      remarks: [],
    },
  };
}

/** Trivy writes lock files and programs as nameless-URL applications that contain packages. */
function isNoPackage(raw: unknown, purpose: string): boolean {
  if (purlOf(raw) !== null) return false;
  return ['CONTAINER', 'APPLICATION', 'FILE', 'SOURCE', 'ARCHIVE', 'DEVICE'].includes(purpose);
}

interface Relations {
  readonly described: ReadonlySet<string>;
  /** SPDXID of a package -> that of the package that owns its files (as Syft tells it). */
  readonly owners: ReadonlyMap<string, string>;
  /** SPDXID -> those that it needs. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

function relationsOf(document: DocumentRecord): Relations {
  const described = new Set(stringsOf(field(document, 'documentDescribes')));
  const owners = new Map<string, string>();
  const needs = new Map<string, string[]>();
  const need = (from: string, to: string): void => {
    const list = needs.get(from);
    if (list === undefined) needs.set(from, [to]);
    else list.push(to);
  };
  for (const raw of asArray(field(document, 'relationships'))) {
    const type = stringField(raw, 'relationshipType') ?? '';
    const from = stringField(raw, 'spdxElementId') ?? '';
    const to = stringField(raw, 'relatedSpdxElement') ?? '';
    if (type === 'DESCRIBES') described.add(to);
    else if (type === 'DESCRIBED_BY') described.add(from);
    else if (type === 'DEPENDS_ON') need(from, to);
    else if (type === 'DEPENDENCY_OF') need(to, from);
    else if (type === 'OTHER') {
      const comment = stringField(raw, 'comment') ?? '';
      if (comment.startsWith('ownership-by-file-overlap')) owners.set(to, from);
    }
  }
  return { described, owners, needs };
}

/** The one package that the document is about, where it is not itself one of those to be judged. */
function subjectsOf(
  document: DocumentRecord,
  {
    packages,
    described,
  }: { readonly packages: readonly unknown[]; readonly described: ReadonlySet<string> },
): ReadonlySet<string> {
  const documentName = stringField(document, 'name');
  const subjects = packages.filter((raw) => {
    if (!described.has(stringField(raw, 'SPDXID') ?? '')) return false;
    const purl = purlOf(raw);
    const only = described.size === 1 && packages.length > 1;
    const isContainer = stringField(raw, 'primaryPackagePurpose') === 'CONTAINER';
    if (purl === null) return only || stringField(raw, 'name') === documentName;
    return only || isContainer || subjectTypes.test(purl);
  });
  return new Set(subjects.map((raw) => stringField(raw, 'SPDXID') ?? ''));
}

function purlOf(raw: unknown): string | null {
  for (const reference of asArray(field(raw, 'externalRefs'))) {
    if (stringField(reference, 'referenceType') === 'purl') {
      return stringField(reference, 'referenceLocator') || null;
    }
  }
  return null;
}

/** LicenseRef-... -> the name or text that it stands for. */
function extractedLicences(document: DocumentRecord): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const raw of asArray(field(document, 'hasExtractedLicensingInfos'))) {
    const id = stringField(raw, 'licenseId');
    const name = stringField(raw, 'name');
    if (id !== null && name !== null && !emptyLicences.has(name)) names.set(id, name);
  }
  return names;
}

interface Lookups {
  readonly licences: ReadonlyMap<string, string>;
  readonly owner: string | null;
  readonly needs: readonly string[];
}

function componentOf(raw: unknown, lookups: Lookups): SbomComponent {
  const own = annotationOf(raw);
  const pairs = own?.pairs ?? new Map<string, string>();
  const { owner } = lookups;
  const facts: PackageFacts = owner === null ? {} : { ownedBy: owner };
  return {
    purl: purlOf(raw),
    name: stringField(raw, 'name') ?? '',
    licences: licencesOf(raw, lookups.licences),
    locations: own?.locations ?? locationsOfProperties(pairs),
    source: sourceOfProperties(pairs) ?? sourceOfInfo(stringField(raw, 'sourceInfo')),
    facts: { ...facts, ...factsOfProperties(pairs) },
    ...(lookups.needs.length === 0 ? {} : { needs: lookups.needs }),
  };
}

function licencesOf(raw: unknown, names: ReadonlyMap<string, string>): readonly string[] {
  for (const key of ['licenseDeclared', 'licenseConcluded']) {
    const text = stringField(raw, key) ?? '';
    if (emptyLicences.has(text)) continue;
    return splitLicences(text).map((part) => names.get(part) ?? part);
  }
  return [];
}

/** `built package from: glibc 2.36-9`, as Trivy and we write it. */
function sourceOfInfo(info: string | null): SourcePackage | null {
  const words = /^built package from: (\S+) (\S+)$/.exec(info ?? '');
  return words === null ? null : { name: words[1] ?? '', version: words[2] ?? '' };
}

function systemOf(raw: unknown): SystemIdentity | null {
  const own = annotationOf(raw)?.pairs;
  const id = own?.get('seaworthy:os:id') ?? stringField(raw, 'name');
  if (id === null || id === '') return null;
  return {
    id,
    versionId: stringField(raw, 'versionInfo') || null,
    name: own?.get('seaworthy:os:name') ?? (stringField(raw, 'description') || null),
  };
}

interface Annotation {
  readonly pairs: Properties;
  readonly locations: readonly Location[] | null;
}

/** Our own annotation is `seaworthy: {...}`; Trivy's are `LayerDiffID: sha256:...` and the like. */
function annotationOf(raw: unknown): Annotation | null {
  const pairs = new Map<string, string>();
  for (const annotation of asArray(field(raw, 'annotations'))) {
    const comment = stringField(annotation, 'comment') ?? '';
    if (comment.length > longestAnnotation) continue;
    const colon = comment.indexOf(': ');
    const key = comment.slice(0, Math.max(0, colon));
    const value = comment.slice(colon + 2);
    if (key === 'seaworthy') return ownAnnotation(value);
    if (colon > 0 && !key.includes(' ')) pairs.set(`aquasecurity:trivy:${key}`, value);
  }
  return pairs.size === 0 ? null : { pairs, locations: null };
}

function ownAnnotation(text: string): Annotation | null {
  const parsed = parseJson(text, { maximumLength: longestAnnotation });
  if (!parsed.ok) return null;
  const pairs = new Map<string, string>();
  for (const [key, value] of entriesOf(parsed.value)) {
    if (typeof value === 'string') pairs.set(`seaworthy:${key}`, value);
  }
  const locations = asArray(field(parsed.value, 'locations')).flatMap((place) => {
    const path = stringField(place, 'path');
    const line = field(place, 'line');
    if (path === null) return [];
    const known = typeof line === 'number' ? { line } : {};
    return [{ path, layer: stringField(place, 'layer'), ...known }];
  });
  return { pairs, locations };
}
