// Licences in machine formats: CycloneDX wants identifiers, names or one expression, SPDX one
// expression whose unknown parts are references to texts that the document holds.
import { createHash } from 'node:crypto';
import { expressionOf } from './expression.ts';

/** The `licenses` array of a CycloneDX component (1.6, `licenseChoice`). */
export type CycloneDxLicences = readonly (
  | { readonly expression: string }
  | { readonly license: { readonly id: string } | { readonly name: string } }
)[];

const simpleId = /^[A-Za-z0-9.-]+$/;

/** Cached: a system of thousands of packages has some hundred different statements. */
export function cycloneDxLicences(): (licences: readonly string[]) => CycloneDxLicences {
  const known = new Map<string, string | null>();
  const translate = (text: string): string | null => {
    let expression = known.get(text);
    if (expression === undefined) {
      expression = expressionOf(text, () => null);
      known.set(text, expression);
    }
    return expression;
  };
  return (licences) => {
    const parts = licences.map((text) => ({ text, expression: translate(text) }));
    const compound = parts.some(({ expression }) => expression !== null && /[ +]/.test(expression));
    const all = parts.every(({ expression }) => expression !== null);
    // One expression must stand alone, so it takes the place of all.
    if (compound && all) {
      return [{ expression: joined(parts.map(({ expression }) => expression ?? '')) }];
    }
    return parts.map(({ text, expression }) => ({
      license: expression !== null && isSimple(expression) ? { id: expression } : { name: text },
    }));
  };
}

function isSimple(expression: string): boolean {
  return simpleId.test(expression) && !expression.startsWith('LicenseRef-');
}

function joined(expressions: readonly string[]): string {
  const parts = expressions.map((expression) =>
    expressions.length > 1 && expression.includes(' OR ') ? `(${expression})` : expression,
  );
  return parts.join(' AND ');
}

/** SPDX expressions, and the texts that their `LicenseRef-...` stand for. */
export interface SpdxLicences {
  /** `NOASSERTION` when nothing is known. */
  expression(licences: readonly string[]): string;
  /** Id -> name, in the order of the ids. */
  references(): readonly (readonly [id: string, name: string])[];
}

/** One for each document: references are collected while expressions are asked for. */
export function spdxLicences(): SpdxLicences {
  const known = new Map<string, string>();
  const references = new Map<string, string>();
  const referTo = (name: string): string => {
    const id = referenceId(name);
    references.set(id, name);
    return id;
  };
  const translate = (text: string): string => {
    let expression = known.get(text);
    if (expression === undefined) {
      expression = expressionOf(text, referTo) ?? '';
      known.set(text, expression);
    }
    return expression;
  };
  return {
    expression(licences) {
      const parts = licences.map(translate).filter((part) => part !== '');
      return parts.length === 0 ? 'NOASSERTION' : joined([...new Set(parts)]);
    },
    references: () => [...references].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}

const longestReference = 60;

/** `LicenseRef-` and the name; where that says not all, a digest of the name behind it. */
function referenceId(name: string): string {
  const slug = name
    .replaceAll(/[^A-Za-z0-9.-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, longestReference);
  if (slug === name) return `LicenseRef-${slug}`;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `LicenseRef-${slug === '' ? '' : `${slug}-`}${digest}`;
}
