// CycloneDX in XML, brought to the shape of the JSON form: only the fields that are read.
import type { DocumentRecord } from '../../base/json.ts';
import { childElement, childText, listedElements, type XmlElement } from '../../base/xml.ts';

/** The namespace ends with the version: `http://cyclonedx.org/schema/bom/1.6`. */
const namespace = /^http:\/\/cyclonedx\.org\/schema\/bom\/(1\.\d)$/;

/** The JSON shape of a `bom` element; null when the root is something else. */
export function cycloneDxOfXml(root: XmlElement): DocumentRecord | null {
  const version = namespace.exec(root.attributes.get('xmlns') ?? xmlnsOf(root))?.[1];
  if (root.name !== 'bom' || version === undefined) return null;
  const subject = childElement(childElement(root, 'metadata'), 'component');
  return {
    bomFormat: 'CycloneDX',
    specVersion: version,
    metadata: subject === null ? {} : { component: componentOf(subject) },
    components: listedElements(root, 'components', 'component').map(componentOf),
    dependencies: listedElements(root, 'dependencies', 'dependency').map((entry) => ({
      ref: entry.attributes.get('ref'),
      dependsOn: entry.children.map((child) => child.attributes.get('ref')),
    })),
    compositions: listedElements(root, 'compositions', 'composition').map((composition) => ({
      aggregate: childText(composition, 'aggregate'),
    })),
  };
}

/** Of a prefixed namespace (`xmlns:bom="..."`) the reader keeps the local name only. */
function xmlnsOf(root: XmlElement): string {
  for (const value of root.attributes.values()) if (namespace.test(value)) return value;
  return '';
}

/** Depth is bounded by the XML reader. */
function componentOf(element: XmlElement): DocumentRecord {
  return {
    type: element.attributes.get('type') ?? '',
    'bom-ref': element.attributes.get('bom-ref'),
    supplier: { name: childText(childElement(element, 'supplier'), 'name') },
    publisher: childText(element, 'publisher'),
    group: childText(element, 'group'),
    name: childText(element, 'name'),
    version: childText(element, 'version'),
    description: childText(element, 'description'),
    scope: childText(element, 'scope'),
    purl: childText(element, 'purl'),
    licenses: licencesOf(element),
    properties: listedElements(element, 'properties', 'property').map((property) => ({
      name: property.attributes.get('name'),
      value: property.text,
    })),
    evidence: {
      occurrences: listedElements(
        childElement(element, 'evidence'),
        'occurrences',
        'occurrence',
      ).map((occurrence) => ({
        location: childText(occurrence, 'location'),
        additionalContext: childText(occurrence, 'additionalContext'),
      })),
    },
    components: listedElements(element, 'components', 'component').map(componentOf),
  };
}

function licencesOf(element: XmlElement): readonly DocumentRecord[] {
  const list = childElement(element, 'licenses');
  if (list === null) return [];
  return list.children.map((child) =>
    child.name === 'expression'
      ? { expression: child.text }
      : { license: { id: childText(child, 'id'), name: childText(child, 'name') } },
  );
}
