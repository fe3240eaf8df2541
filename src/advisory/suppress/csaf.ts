// CSAF 2.0 and 2.1 documents with product status (profile VEX, and security advisories that carry
// the same statements).
import { asArray, asString, field, stringField, stringsOf } from '../../base/json.ts';
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

export function isCsaf(value: unknown): boolean {
  const document = field(value, 'document');
  return (
    stringField(document, 'csaf_version') !== null &&
    (stringField(document, 'category') ?? '').startsWith('csaf_')
  );
}

const groups: readonly (readonly [string, VexStatus])[] = [
  ['known_not_affected', 'not-affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'under-investigation'],
];

/** Reads a parsed document. Product ids that the product tree does not explain are problems. */
export function readCsaf(value: unknown, name: string): VexDocument {
  const tree = new ProductTree(field(value, 'product_tree'));
  const tracking = field(field(value, 'document'), 'tracking');
  const timestamp = stringField(tracking, 'current_release_date');
  const statements: VexStatement[] = [];
  const problems = new Set<string>();
  for (const item of asArray(field(value, 'vulnerabilities')).slice(0, vexLimits.statements)) {
    const ids = idsOf(item);
    if (ids.length === 0) {
      problems.add(`${name}: a vulnerability without CVE or id`);
      continue;
    }
    const why = justifications(item, tree);
    for (const [key, status] of groups) {
      for (const productId of stringsOf(field(field(item, 'product_status'), key))) {
        if (statements.length >= vexLimits.products) {
          problems.add(`${name}: more than ${vexLimits.products} products; the rest is not read`);
          break;
        }
        const product = tree.product(productId);
        const reason = why.get(productId) ?? null;
        if (product === null) {
          problems.add(`${name}: product ${productId.slice(0, 80)} is not in the product tree`);
        } else if (status === 'not-affected' && reason === null) {
          problems.add(`${name}: ${ids[0]} says known_not_affected without flag or impact`);
        } else {
          statements.push({ ids, status, products: [product], reason: reason ?? '', timestamp });
        }
      }
    }
  }
  return { format: 'csaf', name, statements, problems: [...problems].slice(0, vexLimits.problems) };
}

function idsOf(item: unknown): readonly string[] {
  const cve = stringField(item, 'cve');
  const others = asArray(field(item, 'ids')).map((id) => stringField(id, 'text'));
  return [cve, ...others].flatMap((id) => (id === null ? [] : [id.toUpperCase()]));
}

/** Product id -> why it is not affected: its flag, and the impact among the threats. */
function justifications(item: unknown, tree: ProductTree): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  const add = (entry: unknown, word: string | null): void => {
    if (word === null) return;
    for (const id of tree.idsOf(entry)) words.set(id, reasonLine(words.get(id) ?? null, word));
  };
  for (const flag of asArray(field(item, 'flags'))) add(flag, stringField(flag, 'label'));
  for (const threat of asArray(field(item, 'threats'))) {
    if (stringField(threat, 'category') === 'impact') add(threat, stringField(threat, 'details'));
  }
  return words;
}

/** Products by id: purls from branches and full names, and `relationships` that nest them. */
class ProductTree {
  readonly #names = new Map<string, readonly VexReference[]>();
  readonly #nested = new Map<string, { readonly component: string; readonly product: string }>();
  readonly #groups = new Map<string, readonly string[]>();

  constructor(tree: unknown) {
    for (const product of asArray(field(tree, 'full_product_names'))) this.#add(product);
    // Branches nest; an own stack keeps depth harmless (the parser bounds the document).
    const open: unknown[] = [...asArray(field(tree, 'branches'))];
    for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
      this.#add(field(branch, 'product'));
      open.push(...asArray(field(branch, 'branches')));
    }
    for (const relation of asArray(field(tree, 'relationships'))) {
      const full = field(relation, 'full_product_name');
      const id = stringField(full, 'product_id');
      const component = stringField(relation, 'product_reference');
      const product = stringField(relation, 'relates_to_product_reference');
      if (id === null || component === null || product === null) continue;
      this.#nested.set(id, { component, product });
      this.#add(full);
    }
    for (const group of asArray(field(tree, 'product_groups'))) {
      const id = stringField(group, 'group_id');
      if (id !== null) this.#groups.set(id, stringsOf(field(group, 'product_ids')));
    }
  }

  #add(product: unknown): void {
    const id = stringField(product, 'product_id');
    if (id === null) return;
    const helper = field(product, 'product_identification_helper');
    const purls = [asString(field(helper, 'purl')), ...stringsOf(field(helper, 'purls'))];
    const texts = [...purls, stringField(helper, 'cpe'), stringField(product, 'name'), id];
    this.#names.set(
      id,
      texts.flatMap((text) => (text === null ? [] : [reference(text)])),
    );
  }

  product(id: string): VexProduct | null {
    const nested = this.#nested.get(id);
    if (nested === undefined) {
      const names = this.#names.get(id);
      return names === undefined ? null : { product: names, components: [] };
    }
    const product = this.#names.get(nested.product);
    const component = this.#names.get(nested.component);
    if (product === undefined || component === undefined) return null;
    const own = this.#names.get(id)?.filter((name) => name.purl !== null) ?? [];
    return { product, components: [[...component, ...own]] };
  }

  /** The product ids of a flag or threat, groups resolved. */
  idsOf(entry: unknown): readonly string[] {
    const groups = stringsOf(field(entry, 'group_ids'));
    return [
      ...stringsOf(field(entry, 'product_ids')),
      ...groups.flatMap((group) => this.#groups.get(group) ?? []),
    ];
  }
}
