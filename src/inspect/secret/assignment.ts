// Detectors of values without a form of their own: they are known by the name they are assigned to, as
// in `HEROKU_API_KEY=...`, `"herokuApiKey": "..."`, `<herokuKey>...</herokuKey>`.
import type { Severity } from '../../model/severity.ts';
import { type Alphabet, entropyOf, runEnd } from './alphabet.ts';
import { type SecretDetector, type Sight, textOf } from './detector.ts';
import { isReference, isStandIn } from './placeholder.ts';
import type { Judgement } from './token.ts';

/** The rest of a name behind the anchor: `_API_KEY`. */
const longestTail = 40;
/** Blanks and quotes between name, sign and value. */
const longestGap = 8;

export interface AssignedForm {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly issuer: string;
  /** In lower case; found as `word`, `WORD` and `Word`. At least four letters. */
  readonly words: readonly string[];
  /** Further spellings, found as they stand. */
  readonly spellings?: readonly string[];
  readonly alphabet: Alphabet;
  readonly length: number | readonly [least: number, most: number];
  readonly hint?: 'ends' | 'nothing';
  /** A blank between name and value is enough, as in `aws configure set`. */
  readonly blankAssigns?: true;
  /** Asked for the name behind the anchor, in lower case: `_api_key`. */
  tail?(tail: string): boolean;
  judge?(value: string, sight: Sight): Judgement;
  readonly onlyOwnFiles?: true;
}

/** The detector of a value that a name announces. */
export function assigned(form: AssignedForm): SecretDetector {
  const { id, title, severity, issuer, alphabet } = form;
  const [least, most] = typeof form.length === 'number' ? [form.length, form.length] : form.length;
  return {
    id,
    title,
    severity,
    issuer,
    hint: form.hint ?? 'ends',
    ...(form.onlyOwnFiles === true ? { onlyOwnFiles: true as const } : {}),
    anchors: [...form.words.flatMap(spellingsOf), ...(form.spellings ?? [])],
    find(sight) {
      const { bytes, at, anchor } = sight;
      const place = valueAfter(bytes, at + anchor.length, form.blankAssigns === true);
      if (place === null) return null;
      const end = runEnd(alphabet, bytes, place.start, place.start + most + 1);
      const length = end - place.start;
      if (length < least || length > most) return null;
      if (form.tail !== undefined && !form.tail(place.tail.toLowerCase())) return null;
      const value = textOf(bytes, place.start, end);
      if (length >= 16 && entropyOf(value) < alphabet.leastEntropy) return null;
      if (isStandIn(value) || isReference(value)) return null;
      const judgement = form.judge?.(value, sight) ?? true;
      if (judgement === false) return null;
      return { start: place.start, end, value, ...(judgement === true ? {} : judgement) };
    },
  };
}

/** `heroku` -> `heroku`, `HEROKU`, `Heroku`. */
function spellingsOf(name: string): string[] {
  return [name, name.toUpperCase(), name.charAt(0).toUpperCase() + name.slice(1)];
}

interface AssignedPlace {
  /** What stands between the anchor and the sign. */
  readonly tail: string;
  /** Index of the value's first byte. */
  readonly start: number;
}

/**
 * Where the value of an assignment begins whose name ends behind `from`: behind `=`, `:`, `:=`, `=>`, `,`
 * or `>` with blanks and quotes around it. Null when nothing is assigned here.
 */
function valueAfter(bytes: Uint8Array, from: number, blankAssigns: boolean): AssignedPlace | null {
  let at = from;
  const tailEnd = Math.min(bytes.length, from + longestTail);
  while (at < tailEnd && isNameByte(bytes[at] as number)) at += 1;
  const nameEnd = at;
  at = skipGap(bytes, at);
  const signs = at;
  while (at < signs + 2 && isSign(bytes[at])) at += 1;
  const blank = signs > nameEnd && isBlank(bytes[nameEnd] as number);
  if (at === signs && !(blankAssigns && blank)) return null;
  const tail = textOf(bytes, from, nameEnd);
  return { tail, start: skipGap(bytes, at) };
}

function skipGap(bytes: Uint8Array, from: number): number {
  const end = Math.min(bytes.length, from + longestGap);
  let at = from;
  while (at < end && (isBlank(bytes[at] as number) || isQuote(bytes[at] as number))) at += 1;
  return at;
}

function isNameByte(byte: number): boolean {
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2d || byte === 0x2e;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Quotes, the backtick, the bracket of `config["name"]` and the backslash of escaped quotes. */
function isQuote(byte: number): boolean {
  return byte === 0x22 || byte === 0x27 || byte === 0x60 || byte === 0x5d || byte === 0x5c;
}

/** `=`, `:`, `>`, `,`. */
function isSign(byte: number | undefined): boolean {
  return byte === 0x3d || byte === 0x3a || byte === 0x3e || byte === 0x2c;
}
