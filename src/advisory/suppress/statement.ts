// What every VEX format says in the end: products, flaws, a status, and why.
import { type PurlParts, parsePurl } from '../../model/purl.ts';

export type VexStatus = 'not-affected' | 'fixed' | 'affected' | 'under-investigation';

/** A thing that a statement names. `purl` is null where it is named in another way. */
export interface VexReference {
  readonly text: string;
  readonly purl: PurlParts | null;
}

export interface VexProduct {
  /** Several references are several names of the same product. */
  readonly product: readonly VexReference[];
  /** The parts of the product that are meant; none: the product itself and all within. */
  readonly components: readonly (readonly VexReference[])[];
}

export interface VexStatement {
  /** Ids and aliases of the flaw, upper case. */
  readonly ids: readonly string[];
  readonly status: VexStatus;
  readonly products: readonly VexProduct[];
  /** Why, in one line: justification word and explanation. */
  readonly reason: string;
  /** When it was made (ISO time), or null. */
  readonly timestamp: string | null;
}

export interface VexDocument {
  readonly format: 'openvex' | 'csaf' | 'cyclonedx';
  /** Name of the file or place, for reasons and messages. */
  readonly name: string;
  readonly statements: readonly VexStatement[];
  /** What could not be used, in plain sentences. */
  readonly problems: readonly string[];
}

/** Statements of one document; Red Hat's largest have some ten thousand products for one flaw. */
export const vexLimits = {
  statements: 100_000,
  products: 500_000,
  problems: 1000,
  reasonLength: 500,
} as const;

export function reference(text: string): VexReference {
  return { text, purl: text.startsWith('pkg:') ? parsePurl(text) : null };
}

/** Words joined to one line of bounded length, without control characters. */
export function reasonLine(...parts: readonly (string | null)[]): string {
  const told = parts.filter((part): part is string => part !== null && part.trim() !== '');
  const line = told
    .join(': ')
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return line.length > vexLimits.reasonLength ? `${line.slice(0, vexLimits.reasonLength)}…` : line;
}
