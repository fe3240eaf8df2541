// The `vulnerabilities` of CycloneDX 1.4 and later: analysis of flaws, in the BOM itself or in a
// document of its own that points into a BOM by BOM-Link.
import { asArray, asString, field, stringField } from '../../base/json.ts';
import {
  reasonLine,
  reference,
  type VexDocument,
  type VexProduct,
  type VexReference,
  type VexStatement,
  type VexStatus,
  vexLimits,
} from './statement.ts';

const states: ReadonlyMap<string, VexStatus> = new Map([
  ['not_affected', 'not-affected'],
  ['false_positive', 'not-affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['exploitable', 'affected'],
  ['in_triage', 'under-investigation'],
]);

export function isCycloneDx(value: unknown): boolean {
  return stringField(value, 'bomFormat') === 'CycloneDX';
}

/** Reads a parsed BOM; flaws without analysis say nothing and are passed over. */
export function readCycloneDxVex(value: unknown, name: string): VexDocument {
  const components = componentsOf(value);
  const root = field(field(value, 'metadata'), 'component');
  const rootReference = stringField(root, 'bom-ref');
  const bomTime = stringField(field(value, 'metadata'), 'timestamp');
  const statements: VexStatement[] = [];
  const problems: string[] = [];
  for (const item of asArray(field(value, 'vulnerabilities')).slice(0, vexLimits.statements)) {
    const analysis = field(item, 'analysis');
    const word = stringField(analysis, 'state');
    if (word === null) continue;
    const ids = idsOf(item);
    const status = states.get(word);
    if (ids.length === 0 || status === undefined) {
      problems.push(`${name}: an analysis without id or of unknown state "${word.slice(0, 40)}"`);
      continue;
    }
    const products = asArray(field(item, 'affects')).flatMap((affected): readonly VexProduct[] => {
      const text = stringField(affected, 'ref');
      if (text === null) return [];
      const isRoot = text === rootReference;
      const names = isRoot ? namesOf(root) : (components.get(text) ?? fromLink(text));
      return versioned(names, affected, status).map((product) => ({ product, components: [] }));
    });
    if (products.length === 0) {
      problems.push(`${name}: the analysis of ${ids[0]} names no component`);
      continue;
    }
    const reason = reasonLine(
      stringField(analysis, 'justification'),
      stringField(analysis, 'detail'),
    );
    const timestamp =
      stringField(analysis, 'lastUpdated') ?? stringField(item, 'updated') ?? bomTime;
    statements.push({ ids, status, products, reason, timestamp });
  }
  return { format: 'cyclonedx', name, statements, problems: problems.slice(0, vexLimits.problems) };
}

function idsOf(item: unknown): readonly string[] {
  const id = stringField(item, 'id');
  const others = asArray(field(item, 'references')).map((other) => stringField(other, 'id'));
  return [id, ...others].flatMap((known) => (known === null ? [] : [known.toUpperCase()]));
}

/** Names of every component by its `bom-ref`, nested ones included. */
function componentsOf(value: unknown): ReadonlyMap<string, readonly VexReference[]> {
  const found = new Map<string, readonly VexReference[]>();
  const open: unknown[] = [...asArray(field(value, 'components'))];
  for (let component = open.pop(); component !== undefined; component = open.pop()) {
    const id = stringField(component, 'bom-ref');
    if (id !== null) found.set(id, namesOf(component));
    open.push(...asArray(field(component, 'components')));
  }
  return found;
}

function namesOf(component: unknown): readonly VexReference[] {
  const texts = ['purl', 'bom-ref', 'name'].map((key) => stringField(component, key));
  return texts.flatMap((text) => (text === null ? [] : [reference(text)]));
}

/** `urn:cdx:serial/version#bom-ref`; tools use the purl as bom-ref, percent-encoded in the link. */
function fromLink(text: string): readonly VexReference[] {
  const hash = text.startsWith('urn:cdx:') ? text.indexOf('#') : -1;
  if (hash < 0) return [reference(text)];
  const fragment = text.slice(hash + 1);
  const direct = reference(fragment);
  if (direct.purl !== null) return [direct];
  try {
    return [reference(decodeURIComponent(fragment))];
  } catch {
    return [direct];
  }
}

/**
 * `affects[].versions` narrows to the versions listed (for `fixed`: those that are `unaffected`).
 * Ranges in `vers` form are not evaluated: such an entry clears nothing.
 */
function versioned(
  names: readonly VexReference[],
  affected: unknown,
  status: VexStatus,
): readonly (readonly VexReference[])[] {
  const versions = asArray(field(affected, 'versions'));
  if (versions.length === 0) return [names];
  const clearing = status === 'not-affected' || status === 'fixed';
  return versions.flatMap((entry) => {
    const word = stringField(entry, 'status') ?? 'affected';
    const version = asString(field(entry, 'version'));
    if (version === null || (clearing && word === 'unknown')) return [];
    if (clearing && word === 'affected' && status === 'fixed') return [];
    const narrowed = names.flatMap(({ text, purl }): readonly VexReference[] =>
      purl === null ? [] : [{ text, purl: { ...purl, version } }],
    );
    return narrowed.length === 0 ? [] : [narrowed];
  });
}
