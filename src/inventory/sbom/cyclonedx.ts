// CycloneDX 1.0-1.7 (ECMA-424): the JSON form; the XML form is brought to the same shape first.
import {
  asArray,
  asNumber,
  asString,
  type DocumentRecord,
  field,
  stringField,
  stringsOf,
} from '../../base/json.ts';
import { splitLicences } from '../../model/licence.ts';
import type { Location } from '../../model/package.ts';
import type { SystemIdentity } from '../distro/index.ts';
import type { PackageFacts, SbomComponent, SbomReading } from './document.ts';
import {
  factsOfProperties,
  locationsOfProperties,
  type Properties,
  propertiesOf,
  relative,
  sourceOfProperties,
} from './properties.ts';

/** Component types that are packages; files, data, models, keys and devices are not. */
const packageTypes = new Set(['library', 'framework', 'application', 'platform', 'firmware', '']);
const newestRead = 1.7;

/** The components of a CycloneDX document, nested ones included. Never throws. */
export function readCycloneDx(document: DocumentRecord): SbomReading {
  const version = stringField(document, 'specVersion') ?? '';
  if (!/^1\.\d$/.test(version)) {
    return { ok: false, reason: `CycloneDX of version "${version.slice(0, 20)}" is not read` };
  }
  const subject = field(field(document, 'metadata'), 'component');
  const subjectType = stringField(subject, 'type') ?? '';
  const roots = [field(subject, 'components'), field(document, 'components')];
  const found = walk(roots, dependenciesOf(document));
  const remarks = [
    ...(Number(version) > newestRead
      ? [`CycloneDX ${version} is newer than ${newestRead}: read as far as it is alike`]
      : []),
    ...incompleteRemarks(document),
  ];
  const installed = subjectType === 'container' || subjectType === 'operating-system';
  return {
    ok: true,
    content: {
      format: `CycloneDX ${version}`,
      components: found.components,
      system: found.system ?? (subjectType === 'operating-system' ? systemOf(subject) : null),
      installed: installed || found.system !== null,
      remarks,
    },
  };
}

/** `bom-ref` -> those that it needs. */
function dependenciesOf(document: DocumentRecord): ReadonlyMap<string, readonly string[]> {
  const needs = new Map<string, readonly string[]>();
  for (const entry of asArray(field(document, 'dependencies'))) {
    const ref = stringField(entry, 'ref');
    const dependsOn = stringsOf(field(entry, 'dependsOn'));
    if (ref !== null && dependsOn.length > 0) needs.set(ref, dependsOn);
  }
  return needs;
}

/** Depth first, in the order of the document, without recursion. */
function walk(
  roots: readonly unknown[],
  needs: ReadonlyMap<string, readonly string[]>,
): {
  readonly components: readonly SbomComponent[];
  readonly system: SystemIdentity | null;
} {
  const components: SbomComponent[] = [];
  const purls = new Map<string, string>();
  const refs: string[] = [];
  let system: SystemIdentity | null = null;
  const pending = roots.flatMap((root) => asArray(root)).toReversed();
  while (pending.length > 0) {
    const raw = pending.pop();
    const nested = asArray(field(raw, 'components'));
    for (let index = nested.length - 1; index >= 0; index -= 1) pending.push(nested[index]);
    const type = stringField(raw, 'type') ?? '';
    if (type === 'operating-system') system ??= systemOf(raw);
    else if (isPackage(raw, type)) {
      const component = componentOf(raw);
      const ref = stringField(raw, 'bom-ref') ?? '';
      components.push(component);
      refs.push(ref);
      if (component.purl !== null) purls.set(ref, component.purl);
    }
  }
  const linked = components.map((component, index) => {
    const own = (needs.get(refs[index] ?? '') ?? []).flatMap((ref) => purls.get(ref) ?? []);
    return own.length === 0 ? component : { ...component, needs: own };
  });
  return { components: linked, system };
}

function isPackage(raw: unknown, type: string): boolean {
  if (stringField(raw, 'purl') !== null) return true;
  if (!packageTypes.has(type)) return false;
  // Trivy writes a lock file or a program as an application that holds its packages.
  const pairs = propertiesOf(field(raw, 'properties'));
  return !(type === 'application' && pairs.has('aquasecurity:trivy:Type'));
}

function systemOf(raw: unknown): SystemIdentity | null {
  const pairs = propertiesOf(field(raw, 'properties'));
  const id =
    pairs.get('seaworthy:os:id') || pairs.get('syft:distro:id') || stringField(raw, 'name');
  if (id === null || id === '') return null;
  const own = pairs.get('seaworthy:os:name') || pairs.get('syft:distro:prettyName');
  return {
    id,
    versionId: pairs.get('syft:distro:versionID') || stringField(raw, 'version') || null,
    name: own || stringField(raw, 'description') || null,
  };
}

function componentOf(raw: unknown): SbomComponent {
  const pairs = propertiesOf(field(raw, 'properties'));
  const group = stringField(raw, 'group') ?? '';
  const name = stringField(raw, 'name') ?? '';
  const purl = stringField(raw, 'purl') || null;
  return {
    purl,
    name: group === '' ? name : `${group}/${name}`,
    licences: licencesOf(field(raw, 'licenses')),
    locations: locationsOf(raw, pairs),
    source: sourceOfProperties(pairs),
    facts: {
      ...factsOfScope(stringField(raw, 'scope')),
      ...factsOfSupplier(raw, purl),
      ...factsOfProperties(pairs),
    },
  };
}

/** `excluded` components are not part of the running program (CycloneDX 1.7, `scope`). */
function factsOfScope(scope: string | null): PackageFacts {
  if (scope === 'optional') return { scope: 'optional' };
  return scope === 'excluded' ? { scope: 'development' } : {};
}

/** Who built a package of an operating system; of libraries it says nothing that is asked. */
function factsOfSupplier(raw: unknown, purl: string | null): PackageFacts {
  if (purl === null || !/^pkg:(?:deb|rpm|apk)\//.test(purl)) return {};
  const vendor = stringField(field(raw, 'supplier'), 'name') || stringField(raw, 'publisher');
  return vendor ? { vendor } : {};
}

function licencesOf(value: unknown): readonly string[] {
  const licences: string[] = [];
  for (const choice of asArray(value)) {
    const licence = field(choice, 'license');
    const expression = stringField(choice, 'expression');
    const text = stringField(licence, 'id') || stringField(licence, 'name');
    if (expression !== null) licences.push(...splitLicences(expression));
    else if (text) licences.push(text);
  }
  return licences;
}

function locationsOf(raw: unknown, pairs: Properties): readonly Location[] {
  const locations: Location[] = [];
  for (const occurrence of asArray(field(field(raw, 'evidence'), 'occurrences'))) {
    const path = stringField(occurrence, 'location');
    if (path === null) continue;
    const context = asString(field(occurrence, 'additionalContext')) ?? '';
    const line = asNumber(field(occurrence, 'line'));
    locations.push({
      path: relative(path),
      layer: context.startsWith('layer ') ? context.slice('layer '.length) : null,
      ...(line === null ? {} : { line }),
    });
  }
  return locations.length > 0 ? locations : locationsOfProperties(pairs);
}

/** What the author of the document says that it lacks. */
function incompleteRemarks(document: DocumentRecord): readonly string[] {
  const open = asArray(field(document, 'compositions')).some((composition) => {
    const aggregate = stringField(composition, 'aggregate') ?? '';
    return aggregate.startsWith('incomplete');
  });
  return open ? ['the document says of itself that it is incomplete'] : [];
}
