// SPDX tag-value (SPDX 2.3, annex on RDF and tag formats), brought to the shape of the JSON form.
import type { DocumentRecord } from '../../base/json.ts';

type Fields = Record<string, unknown>;

/** Tags that start another element than a package: what follows belongs to that one. */
const otherElements = new Set(['FileName', 'SnippetSPDXID', 'LicenseID']);

/** Tags of a package with the JSON name of their field. */
const packageTags: ReadonlyMap<string, string> = new Map([
  ['SPDXID', 'SPDXID'],
  ['PackageVersion', 'versionInfo'],
  ['PackageLicenseConcluded', 'licenseConcluded'],
  ['PackageLicenseDeclared', 'licenseDeclared'],
  ['PackageSourceInfo', 'sourceInfo'],
  ['PackageDescription', 'description'],
  ['PrimaryPackagePurpose', 'primaryPackagePurpose'],
]);

interface State {
  version: string;
  name: string;
  readonly packages: Fields[];
  readonly relationships: Fields[];
  readonly extracted: Fields[];
  /** The package that the lines belong to, or null. */
  current: Fields | null;
  licence: Fields | null;
}

/** The JSON shape of a tag-value document; null when the text is none. */
export function spdxOfTagValue(text: string): DocumentRecord | null {
  const state: State = {
    version: '',
    name: '',
    packages: [],
    relationships: [],
    extracted: [],
    current: null,
    licence: null,
  };
  for (const [tag, value] of tagsOf(text)) take(state, tag, value);
  if (state.version === '') return null;
  return {
    spdxVersion: state.version,
    name: state.name,
    packages: state.packages,
    relationships: state.relationships,
    hasExtractedLicensingInfos: state.extracted,
  };
}

function take(state: State, tag: string, value: string): void {
  if (tag === 'SPDXVersion') state.version = value;
  else if (tag === 'DocumentName') state.name = value;
  else if (tag === 'Relationship') state.relationships.push(relationshipOf(value));
  else if (tag === 'RelationshipComment') {
    const last = state.relationships.at(-1);
    if (last !== undefined) last['comment'] = value;
  } else if (tag === 'PackageName') {
    state.current = { name: value, externalRefs: [], annotations: [] };
    state.licence = null;
    state.packages.push(state.current);
  } else if (otherElements.has(tag)) {
    state.current = null;
    state.licence = tag === 'LicenseID' ? { licenseId: value } : null;
    if (state.licence !== null) state.extracted.push(state.licence);
  } else if (tag === 'LicenseName' && state.licence !== null) state.licence['name'] = value;
  else if (state.current !== null) takeOfPackage(state.current, tag, value);
}

function takeOfPackage(current: Fields, tag: string, value: string): void {
  const field = packageTags.get(tag);
  if (field !== undefined) current[field] = value;
  else if (tag === 'ExternalRef') {
    const [referenceCategory, referenceType, referenceLocator] = value.split(/\s+/, 3);
    (current['externalRefs'] as Fields[]).push({
      referenceCategory,
      referenceType,
      referenceLocator,
    });
  } else if (tag === 'AnnotationComment')
    (current['annotations'] as Fields[]).push({ comment: value });
}

/** `SPDXRef-DOCUMENT DESCRIBES SPDXRef-a`. */
function relationshipOf(value: string): Fields {
  const [spdxElementId, relationshipType, relatedSpdxElement] = value.split(/\s+/, 3);
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

const opening = '<text>';
const closing = '</text>';

/** Tags and values in order; values in `<text>` marks may have several lines. */
function* tagsOf(text: string): Generator<readonly [string, string]> {
  let at = 0;
  while (at < text.length) {
    const feed = text.indexOf('\n', at);
    let end = feed < 0 ? text.length : feed;
    const colon = text.indexOf(':', at);
    if (colon < 0) return;
    if (colon < end && text[at] !== '#') {
      const tag = text.slice(at, colon).trim();
      let value = text.slice(colon + 1, end).trim();
      if (value.startsWith(opening)) {
        const start = text.indexOf(opening, colon) + opening.length;
        const stop = text.indexOf(closing, start);
        if (stop < 0) return;
        value = text.slice(start, stop).trim();
        const next = text.indexOf('\n', stop);
        end = next < 0 ? text.length : next;
      }
      yield [tag, value];
    }
    at = end + 1;
  }
}
