// One entry of a rules file with the places of its keys, and access to its values by their kind.
import { asArray, entriesOf, field } from '../../../base/json.ts';
import type { YamlDocument, YamlPath } from '../../../base/yaml.ts';
import type { Place } from './issue.ts';

export type ItemKind = 'list' | 'macro' | 'rule';

export interface RulesFile {
  readonly name: string;
  readonly text: string;
}

export interface Item extends Place {
  readonly kind: ItemKind;
  readonly name: string;
  readonly value: unknown;
  readonly rulesFile: RulesFile;
  placeOf(...path: YamlPath): Place;
}

/** The item at `index` of a document. */
export function itemAt(
  rulesFile: RulesFile,
  document: YamlDocument,
  index: number,
  kind: ItemKind,
): Item | null {
  const value = asArray(document.value)[index];
  const name = textOf(field(value, kind));
  if (name === null || name.trim() === '') return null;
  const place = (path: YamlPath): Place => ({
    file: rulesFile.name,
    line: document.lineAt([index, ...path]),
    column: null,
  });
  return {
    file: rulesFile.name,
    // Positions need a slow parse of the file, so they wait until someone asks.
    get line() {
      return document.lineAt([index]);
    },
    column: null,
    kind,
    name,
    value,
    rulesFile,
    placeOf: (...path) => place(path),
  };
}

/** Scalars of YAML as the text that they stand for; null for anything else. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return null;
}

/** A list of scalars; null when it is none. */
export function textsOf(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = value.map((one) => textOf(one));
  return texts.every((one) => one !== null) ? texts : null;
}

/** `true`, `false`, or null for anything else. */
export function flagOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : null;
}

/** The `override` mapping; null when it is absent, an empty map when it is not a mapping. */
export function overridesOf(value: unknown): ReadonlyMap<string, string> | null {
  const override = field(value, 'override');
  if (override === undefined) return null;
  return new Map(entriesOf(override).map(([key, mode]) => [key, textOf(mode) ?? '']));
}

/** Whether the old flag `append: true` is set. */
export function appends(value: unknown): boolean {
  return flagOf(field(value, 'append')) === true;
}
