// OpenVEX documents (openvex/spec 0.2.0, and the 0.0.x form with plain strings).
import { asArray, asString, entriesOf, field, stringField } from '../../base/json.ts';
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

const statuses: ReadonlyMap<string, VexStatus> = new Map([
  ['not_affected', 'not-affected'],
  ['fixed', 'fixed'],
  ['affected', 'affected'],
  ['under_investigation', 'under-investigation'],
]);

export function isOpenVex(value: unknown): boolean {
  const context = field(value, '@context');
  const texts = Array.isArray(context) ? context : [context];
  return texts.some((text) => typeof text === 'string' && text.includes('openvex.dev/ns'));
}

/** Reads a parsed document; statements that break the specification are problems and not used. */
export function readOpenVex(value: unknown, name: string): VexDocument {
  const statements: VexStatement[] = [];
  const problems: string[] = [];
  const documentTime = stringField(value, 'last_updated') ?? stringField(value, 'timestamp');
  const listed = asArray(field(value, 'statements')).slice(0, vexLimits.statements);
  for (const [index, item] of listed.entries()) {
    const read = readStatement(item, documentTime);
    if (typeof read === 'string') problems.push(`${name}: statement ${index + 1} ${read}`);
    else statements.push(read);
  }
  return { format: 'openvex', name, statements, problems: problems.slice(0, vexLimits.problems) };
}

function readStatement(item: unknown, documentTime: string | null): VexStatement | string {
  const ids = idsOf(field(item, 'vulnerability'));
  if (ids.length === 0) return 'names no vulnerability';
  const word = stringField(item, 'status') ?? '';
  const status = statuses.get(word);
  if (status === undefined) return `has the unknown status "${word.slice(0, 40)}"`;
  const justification = stringField(item, 'justification');
  const impact = stringField(item, 'impact_statement');
  if (status === 'not-affected' && justification === null && impact === null) {
    return 'says not_affected without justification or impact statement';
  }
  // 0.0.x lists the subcomponents beside the products, for all of them.
  const common = componentsOf(field(item, 'subcomponents'));
  const products = asArray(field(item, 'products')).flatMap((product) =>
    productOf(product, common),
  );
  if (products.length === 0) return 'names no product';
  const timestamp = stringField(item, 'last_updated') ?? stringField(item, 'timestamp');
  const reason = reasonLine(justification, impact ?? stringField(item, 'status_notes'));
  return { ids, status, products, reason, timestamp: timestamp ?? documentTime };
}

function idsOf(vulnerability: unknown): readonly string[] {
  const plain = asString(vulnerability);
  if (plain !== null) return [plain.toUpperCase()];
  const name = stringField(vulnerability, 'name');
  const aliases = asArray(field(vulnerability, 'aliases')).map(asString);
  return [name, ...aliases].flatMap((id) => (id === null ? [] : [id.toUpperCase()]));
}

function productOf(
  product: unknown,
  common: readonly (readonly VexReference[])[],
): readonly VexProduct[] {
  const names = referencesOf(product);
  if (names.length === 0) return [];
  const own = componentsOf(field(product, 'subcomponents'));
  return [{ product: names, components: own.length > 0 ? own : common }];
}

function componentsOf(list: unknown): readonly (readonly VexReference[])[] {
  return asArray(list)
    .map(referencesOf)
    .filter((names) => names.length > 0);
}

/** A product or component: a string, or `@id` and `identifiers`. */
function referencesOf(value: unknown): readonly VexReference[] {
  const plain = asString(value);
  if (plain !== null) return [reference(plain)];
  const id = stringField(value, '@id');
  const identifiers = entriesOf(field(value, 'identifiers')).flatMap(([, text]) => {
    const known = asString(text);
    return known === null ? [] : [known];
  });
  return [...(id === null ? [] : [id]), ...identifiers].map(reference);
}
