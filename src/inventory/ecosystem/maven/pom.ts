// pom.xml (Maven POM reference 4.0.0): coordinates and dependencies as far as files at hand tell them.
// Parents are followed where they lie in the same tree; nothing is ever fetched.

import {
  childElement,
  childText,
  listedElements,
  parseXml,
  type XmlElement,
} from '../../../base/xml.ts';
import type { FoundPackage, Scope } from '../../../model/package.ts';
import type { CatalogResult } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import type { Coordinates } from './file-name.ts';

/** Reads another file of the tree, by the path of this one and a relative path; null when absent. */
export type ReadRelative = (
  relative: string,
) => { readonly text: string; readonly next: ReadRelative } | null;

/** Parents of parents; Maven projects rarely have more than five. */
const parentsLimit = 16;
/** Properties inside properties. */
const nestingLimit = 16;
/** An expanded value; doubling properties would grow without it. */
const valueLimit = 2048;
/** Names listed in the one reason for all unresolved dependencies. */
const namesListed = 20;

/** Group, artifact and version of the project itself, with the parent's where it has none. */
export function coordinatesOfPom(text: string): Coordinates | null {
  const parsed = parseXml(text);
  if (!parsed.ok || parsed.root.name !== 'project') return null;
  return coordinatesOf([parsed.root]);
}

/** What a project declares; dependencies whose version cannot be told are one unknown. */
export function parsePom(text: string, readRelative: ReadRelative | null): CatalogResult {
  const parsed = parseXml(text);
  if (!parsed.ok) return { packages: [], unknowns: [{ reason: parsed.reason }] };
  if (parsed.root.name !== 'project') {
    return { packages: [], unknowns: [{ reason: 'not a Maven project' }] };
  }
  const models = [parsed.root, ...parentsOf(parsed.root, readRelative)];
  const properties = propertiesOf(models);
  const managed = managedVersions(models, properties);
  const list = packageList();
  const unresolved: string[] = [];
  const own = coordinatesOf(models);
  if (own !== null) list.add(ownPackage(own, parsed.root));
  for (const model of models) {
    for (const dependency of listedElements(model, 'dependencies', 'dependency')) {
      const found = readDependency(dependency, { properties, managed });
      if (found === null) continue;
      if (found.version === null) unresolved.push(`${found.group}:${found.artifact}`);
      else {
        const line = model === parsed.root ? { line: dependency.line } : {};
        list.add({ ...dependencyPackage(found, found.version), ...line });
      }
    }
  }
  if (unresolved.length > 0) list.note(unresolvedReason(unresolved));
  return list.result();
}

function unresolvedReason(names: readonly string[]): string {
  const listed = [...new Set(names)].slice(0, namesListed).join(', ');
  const more = names.length > namesListed ? ', ...' : '';
  return `${names.length} dependencies whose version stands in a parent or BOM that is not here: ${listed}${more}`;
}

function parentsOf(root: XmlElement, readRelative: ReadRelative | null): readonly XmlElement[] {
  const parents: XmlElement[] = [];
  let model = root;
  let read = readRelative;
  while (read !== null && parents.length < parentsLimit) {
    const parent = childElement(model, 'parent');
    if (parent === null) break;
    const relative = childElement(parent, 'relativePath')?.text ?? '../pom.xml';
    const file = relative === '' ? null : read(relative);
    if (file === null) break;
    const parsed = parseXml(file.text);
    // What lies there may be another project: Maven checks the same.
    if (!parsed.ok || childText(parsed.root, 'artifactId') !== childText(parent, 'artifactId'))
      break;
    parents.push(parsed.root);
    model = parsed.root;
    read = file.next;
  }
  return parents;
}

function coordinatesOf(models: readonly XmlElement[]): Coordinates | null {
  const [root] = models;
  if (root === undefined) return null;
  const parent = childElement(root, 'parent');
  const properties = propertiesOf(models);
  const group = expand(childText(root, 'groupId') ?? childText(parent, 'groupId'), properties);
  const version = expand(childText(root, 'version') ?? childText(parent, 'version'), properties);
  const artifact = expand(childText(root, 'artifactId'), properties);
  if (group === null || artifact === null || version === null) return null;
  return { group, artifact, version };
}

type Properties = ReadonlyMap<string, string>;

/** Nearest model first; the project's own coordinates count as properties too. */
function propertiesOf(models: readonly XmlElement[]): Properties {
  const properties = new Map<string, string>();
  for (const model of models) {
    for (const entry of childElement(model, 'properties')?.children ?? []) {
      if (!properties.has(entry.name)) properties.set(entry.name, entry.text);
    }
  }
  const [root] = models;
  const parent = childElement(root ?? null, 'parent');
  for (const name of ['groupId', 'artifactId', 'version']) {
    const inherited = childText(parent, name);
    const own = childText(root ?? null, name) ?? (name === 'artifactId' ? null : inherited);
    if (inherited !== null)
      setEach(properties, ['project.parent', 'parent', 'pom.parent'], [name, inherited]);
    if (own !== null) setEach(properties, ['project', 'pom'], [name, own]);
  }
  return properties;
}

function setEach(
  into: Map<string, string>,
  prefixes: readonly string[],
  [name, value]: readonly [string, string],
): void {
  for (const prefix of prefixes) into.set(`${prefix}.${name}`, value);
}

/** Replaces `${name}`; null when one is not known, the text is empty, or it grows beyond measure. */
function expand(text: string | null, properties: Properties): string | null {
  let value = text;
  for (let round = 0; round < nestingLimit; round++) {
    if (value === null || value === '' || value.length > valueLimit) return null;
    if (!value.includes('${')) return value;
    value = expandOnce(value, properties);
  }
  return null;
}

function expandOnce(text: string, properties: Properties): string | null {
  let result = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('${', at);
    if (start < 0) return result + text.slice(at);
    const end = text.indexOf('}', start);
    const value = end < 0 ? undefined : properties.get(text.slice(start + 2, end));
    if (value === undefined) return null;
    result += text.slice(at, start) + value;
    if (result.length > valueLimit) return null;
    at = end + 1;
  }
}

/** `group:artifact` -> version of `dependencyManagement`, nearest model first. */
function managedVersions(models: readonly XmlElement[], properties: Properties): Properties {
  const managed = new Map<string, string>();
  for (const model of models) {
    const management = childElement(model, 'dependencyManagement');
    for (const dependency of listedElements(management, 'dependencies', 'dependency')) {
      const group = expand(childText(dependency, 'groupId'), properties);
      const artifact = expand(childText(dependency, 'artifactId'), properties);
      const version = expand(childText(dependency, 'version'), properties);
      const key = `${group}:${artifact}`;
      if (group !== null && artifact !== null && version !== null && !managed.has(key)) {
        managed.set(key, version);
      }
    }
  }
  return managed;
}

interface Dependency {
  readonly group: string;
  readonly artifact: string;
  readonly version: string | null;
  readonly scope: Scope;
}

function readDependency(
  element: XmlElement,
  known: { readonly properties: Properties; readonly managed: Properties },
): Dependency | null {
  const group =
    expand(childText(element, 'groupId'), known.properties) ?? childText(element, 'groupId');
  const artifact =
    expand(childText(element, 'artifactId'), known.properties) ?? childText(element, 'artifactId');
  if (group === null || artifact === null) return null;
  const words = childText(element, 'scope');
  // A JAR by a path on the builder's disk has no coordinates that anyone vouches for.
  if (words === 'system') return null;
  const written = childText(element, 'version');
  const version =
    written === null
      ? (known.managed.get(`${group}:${artifact}`) ?? null)
      : expand(written, known.properties);
  const optional = childText(element, 'optional') === 'true';
  return { group, artifact, version: exactVersion(version), scope: scopeOf(words, optional) };
}

function scopeOf(words: string | null, optional: boolean): Scope {
  if (words === 'test') return 'development';
  if (words === 'provided') return 'build';
  return optional ? 'optional' : 'runtime';
}

/** Ranges and `LATEST` say nothing about what is built; `[1.2]` is exact. */
function exactVersion(version: string | null): string | null {
  if (version === null || version === 'LATEST' || version === 'RELEASE') return null;
  const exact = /^\[([^[\](),]+)\]$/.exec(version)?.[1];
  if (exact !== undefined) return exact.trim();
  return /[[\](),\s]/.test(version) ? null : version;
}

function dependencyPackage(dependency: Dependency, version: string): FoundPackage {
  return {
    type: 'maven',
    namespace: dependency.group,
    name: dependency.artifact,
    version,
    licences: [],
    scope: dependency.scope,
  };
}

function ownPackage(own: Coordinates, root: XmlElement): FoundPackage {
  const licences = listedElements(root, 'licenses', 'license')
    .map((licence) => childText(licence, 'name'))
    .filter((name) => name !== null);
  return {
    type: 'maven',
    namespace: own.group,
    name: own.artifact,
    version: own.version,
    licences,
    origin: 'local',
  };
}
