// VEX: statements of vendors and owners that a flaw does not concern a product. Read from OpenVEX,
// CSAF and CycloneDX, applied to findings by package URL.
import { parseJson } from '../../base/json.ts';
import type { Finding, Suppressed, VulnerabilityFinding } from '../../model/report.ts';
import { isCsaf, readCsaf } from './csaf.ts';
import { isCycloneDx, readCycloneDxVex } from './cyclonedx-vex.ts';
import { idsOf } from './ignore.ts';
import { isOpenVex, readOpenVex } from './openvex.ts';
import {
  coversFinding,
  type KnownTarget,
  knowTarget,
  meansTarget,
  type VexTarget,
} from './purl-match.ts';
import {
  reasonLine,
  type VexDocument,
  type VexProduct,
  type VexReference,
  type VexStatement,
} from './statement.ts';

export type ParsedVex =
  | { readonly ok: true; readonly document: VexDocument }
  | { readonly ok: false; readonly reason: string };

/** Reads a VEX document of any of the three formats; `name` is told in reasons and problems. */
export function parseVex(text: string, name: string): ParsedVex {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (isOpenVex(value)) return { ok: true, document: readOpenVex(value, name) };
  if (isCsaf(value)) return { ok: true, document: readCsaf(value, name) };
  if (isCycloneDx(value)) return { ok: true, document: readCycloneDxVex(value, name) };
  return { ok: false, reason: 'neither OpenVEX nor CSAF nor CycloneDX' };
}

export interface VexApplied {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
}

interface Placed {
  readonly statement: VexStatement;
  readonly document: VexDocument;
  /** Place among all statements, as given. */
  readonly order: number;
}

/**
 * Splits findings by the statements of `documents`. Of all statements that speak of a finding the
 * latest decides (by time, then in the order given): `not affected` and `fixed` suppress,
 * `affected` and `under investigation` keep it.
 */
export function applyVex(
  findings: readonly Finding[],
  documents: readonly VexDocument[],
  target: VexTarget,
): VexApplied {
  const byId = new Map<string, Placed[]>();
  let order = 0;
  for (const document of documents) {
    for (const statement of document.statements) {
      order += 1;
      for (const id of new Set(statement.ids)) {
        const list = byId.get(id);
        if (list === undefined) byId.set(id, [{ statement, document, order }]);
        else list.push({ statement, document, order });
      }
    }
  }
  const known = knowTarget(target);
  const kept: Finding[] = [];
  const suppressed: Suppressed[] = [];
  for (const finding of findings) {
    const deciding =
      finding.kind === 'vulnerability' || finding.kind === 'malware'
        ? decide(finding, byId, known)
        : null;
    const status = deciding?.statement.status;
    if (deciding === null || (status !== 'not-affected' && status !== 'fixed')) {
      kept.push(finding);
      continue;
    }
    suppressed.push({ finding, by: 'vex', reason: reasonOf(deciding), expires: null });
  }
  return { findings: kept, suppressed };
}

function decide(
  finding: VulnerabilityFinding,
  byId: ReadonlyMap<string, readonly Placed[]>,
  target: KnownTarget,
): Placed | null {
  let latest: Placed | null = null;
  for (const id of idsOf(finding)) {
    for (const placed of byId.get(id.toUpperCase()) ?? []) {
      const { statement } = placed;
      if (!statement.products.some((product) => speaksOf(product, statement, finding, target))) {
        continue;
      }
      if (latest === null || isLater(placed, latest)) latest = placed;
    }
  }
  return latest;
}

function isLater(placed: Placed, than: Placed): boolean {
  const time = timeOf(placed.statement);
  const other = timeOf(than.statement);
  return time === other ? placed.order > than.order : time > other;
}

function timeOf(statement: VexStatement): number {
  const time = Date.parse(statement.timestamp ?? '');
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

/**
 * A product without parts is the package itself or the whole target; one with parts must be the
 * target (or in it) and a part the package. A product named by no purl cannot be checked: then the
 * part must be named with its exact version. `fixed` always needs a version or an image, for a
 * package "fixed" in no version in particular says nothing.
 */
function speaksOf(
  { product, components }: VexProduct,
  statement: VexStatement,
  finding: VulnerabilityFinding,
  target: KnownTarget,
): boolean {
  const needsVersion = statement.status === 'fixed';
  if (components.length === 0) {
    if (product.some((name) => meansPackage(name, finding, needsVersion))) return true;
    return product.some((name) => isImage(name, target) && meansTarget(name, target));
  }
  const isNamed = product.some((name) => meansTarget(name, target));
  const isCheckable = product.some(({ purl }) => purl !== null);
  if (!isNamed && isCheckable) return false;
  const exact = needsVersion || !isNamed;
  return components.some((names) => names.some((name) => meansPackage(name, finding, exact)));
}

function isImage({ text, purl }: VexReference, target: KnownTarget): boolean {
  return purl === null ? target.texts.has(text) : purl.type === 'oci' || purl.type === 'docker';
}

function meansPackage(
  { purl }: VexReference,
  finding: VulnerabilityFinding,
  exact: boolean,
): boolean {
  if (purl === null || (exact && purl.version === null)) return false;
  return coversFinding(purl, finding);
}

function reasonOf({ statement, document }: Placed): string {
  const verdict = statement.status === 'fixed' ? 'fixed' : 'not affected';
  const why = statement.reason === '' ? 'no justification given' : statement.reason;
  return `${reasonLine(verdict, why)} (${document.name})`;
}
