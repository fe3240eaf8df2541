// Reading our own YAML documents strictly: an unknown key or a wrong value is an error with file and line.
import { SeaworthyError } from '../../base/error.ts';
import { asRecord, field, stringField } from '../../base/json.ts';
import { parseYamlDocuments } from '../../base/yaml.ts';
import { readSelector, type Selector, strangerOf } from './selector.ts';
import { type Range, textLength, textsAtMost } from './shape.ts';

export type Path = readonly (string | number)[];

export interface OwnDocument {
  readonly file: string;
  readonly value: unknown;
  readonly lineAt: (path: Path) => number | null;
}

const apiVersion = 'seaworthy.dev/v1';
const documentLength = 1024 * 1024;

/** The one document of `kind` in a file. Throws `SeaworthyError` `malformed` with file and line. */
export function readOwnDocument(file: string, text: string, kind: string): OwnDocument {
  const parsed = parseYamlDocuments(text, { maximumLength: documentLength });
  if (!parsed.ok) {
    const line = parsed.line === undefined ? '' : `:${parsed.line}`;
    throw new SeaworthyError('malformed', `${file}${line}: ${parsed.reason}`);
  }
  const [document, second] = parsed.documents;
  if (document === undefined || second !== undefined) {
    throw new SeaworthyError('malformed', `${file} must hold one document of kind ${kind}`);
  }
  const own = { file, value: document.value, lineAt: (path: Path) => document.lineAt(path) };
  if (stringField(own.value, 'apiVersion') !== apiVersion) {
    throw flaw(own, ['apiVersion'], `apiVersion must be ${apiVersion}`);
  }
  if (stringField(own.value, 'kind') !== kind) {
    throw flaw(own, ['kind'], `kind must be ${kind}`);
  }
  return own;
}

/** The error of a place in a document. */
export function flaw(document: OwnDocument, path: Path, what: string): SeaworthyError {
  const line = document.lineAt(path);
  const place = line === null ? document.file : `${document.file}:${line}`;
  return new SeaworthyError('malformed', `${place}: ${what}`);
}

/** The value at a path; undefined where there is none. */
export function valueAt(document: OwnDocument, path: Path): unknown {
  let value = document.value;
  for (const step of path) {
    value =
      typeof step === 'number'
        ? Array.isArray(value)
          ? value[step]
          : undefined
        : field(value, step);
  }
  return value;
}

/** Wants an object of known keys; nothing at all counts as an empty one. */
export function wantKeys(document: OwnDocument, path: Path, known: readonly string[]): void {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return;
  if (asRecord(value) === null) throw flaw(document, path, `${nameOf(path)} must be an object`);
  const stranger = strangerOf(value, known);
  if (stranger === null) return;
  const what = `${nameOf(path)} has no ${JSON.stringify(stranger)}; it knows ${known.join(', ')}`;
  throw flaw(document, [...path, stranger], what);
}

/** The items of a list with their paths. */
export function itemsAt(document: OwnDocument, path: Path, most: number): readonly Path[] {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > most) {
    throw flaw(document, path, `${nameOf(path)} must be a list of at most ${most}`);
  }
  return value.map((_, index) => [...path, index]);
}

/** A text, or null where there is none. */
export function textAt(document: OwnDocument, path: Path): string | null {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value !== '' && value.length <= textLength) return value;
  throw flaw(document, path, `${nameOf(path)} must be a text`);
}

export function wantedText(document: OwnDocument, path: Path): string {
  const text = textAt(document, path);
  if (text !== null) return text;
  throw flaw(document, path, `${nameOf(path)} is missing`);
}

/** Texts of a list; a lone one counts as a list of one. */
export function textsAt(document: OwnDocument, path: Path): readonly string[] {
  const value = valueAt(document, path);
  if (typeof value === 'string') return [value];
  return itemsAt(document, path, textsAtMost).map((item) => wantedText(document, item));
}

/** A whole number within bounds. */
export function numberAt(document: OwnDocument, path: Path, range: Range): number {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return range.usual;
  if (Number.isInteger(value) && Number(value) >= range.least && Number(value) <= range.most) {
    return Number(value);
  }
  const what = `${nameOf(path)} must be a whole number from ${range.least} to ${range.most}`;
  throw flaw(document, path, what);
}

/** True or false; `usual` where there is neither. */
export function flagAt(document: OwnDocument, path: Path, usual: boolean): boolean {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return usual;
  if (typeof value === 'boolean') return value;
  throw flaw(document, path, `${nameOf(path)} must be true or false`);
}

/** One of some words; `usual` where there is none (null: it must be there). */
export function wordAt<Word extends string>(
  document: OwnDocument,
  path: Path,
  given: { readonly words: readonly Word[]; readonly usual: Word | null },
): Word {
  const value = valueAt(document, path);
  if ((value === undefined || value === null) && given.usual !== null) return given.usual;
  const word = given.words.find((one) => one === value);
  if (word !== undefined) return word;
  throw flaw(document, path, `${nameOf(path)} must be one of ${given.words.join(', ')}`);
}

/** The selector at a path. */
export function selectorAt(document: OwnDocument, path: Path): Selector {
  const read = readSelector(valueAt(document, path));
  if (read.ok) return read.selector;
  throw flaw(document, [...path, ...read.path], read.reason);
}

function nameOf(path: Path): string {
  return (
    path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join('.') || 'the file'
  );
}
