// Detectors of the commonest kind, as one row of a table: a fixed prefix and a run of characters.
import type { Severity } from '../../model/severity.ts';
import { type Alphabet, entropyOf, runEnd, runStart } from './alphabet.ts';
import { type Hit, type SecretDetector, type Sight, textOf } from './detector.ts';
import { isStandIn } from './placeholder.ts';

/** What a closer look at a value gives: not one at all, or facts about it. */
export type Judgement = boolean | Pick<Hit, 'severity' | 'title' | 'evidence'>;

export interface TokenForm {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly issuer: string;
  /** Short ones with the quote, sign or blank in front of them, which is not part of the token. */
  readonly prefixes: readonly string[];
  readonly alphabet: Alphabet;
  /** Characters behind the prefix: exactly, or at least and at most. */
  readonly length: number | readonly [least: number, most: number];
  /** Asked for the whole value with its prefix; must be linear. */
  judge?(value: string, sight: Sight): Judgement;
  readonly onlyOwnFiles?: true;
}

/** The detector of a prefixed token. A longer run than the format allows is something else. */
export function token(form: TokenForm): SecretDetector {
  const [least, most] = bounds(form.length);
  return {
    ...described(form),
    anchors: form.prefixes,
    find(sight) {
      const { bytes, at, anchor } = sight;
      const lead = leadOf(anchor);
      if (lead === 0 && !startsFresh(bytes, at)) return null;
      const from = at + anchor.length;
      const end = runEnd(form.alphabet, bytes, from, from + most + 1);
      if (end - from < least || end - from > most) return null;
      return judged(form, sight, { start: at + lead, body: from, end });
    },
  };
}

export interface SuffixedForm extends Omit<TokenForm, 'prefixes'> {
  /** Stand inside the token or at its end. */
  readonly marks: readonly string[];
  /** Characters behind the mark, of the same alphabet. */
  readonly after: number | readonly [least: number, most: number];
}

/** The detector of a token that is known by a mark behind its first `length` characters. */
export function marked(form: SuffixedForm): SecretDetector {
  const [least, most] = bounds(form.length);
  const [leastAfter, mostAfter] = bounds(form.after);
  return {
    ...described(form),
    anchors: form.marks,
    find(sight) {
      const { bytes, at, anchor } = sight;
      const start = runStart(form.alphabet, bytes, at, at - most - 1);
      const from = at + anchor.length;
      const end = runEnd(form.alphabet, bytes, from, from + mostAfter + 1);
      if (at - start < least || at - start > most) return null;
      if (end - from < leastAfter || end - from > mostAfter) return null;
      return judged(form, sight, { start, body: start, end });
    },
  };
}

/** Signs in front of the token itself. */
function leadOf(anchor: string): number {
  let lead = 0;
  while (lead < anchor.length && !isWordByte(anchor.charCodeAt(lead))) lead += 1;
  return lead;
}

function bounds(length: number | readonly [number, number]): readonly [number, number] {
  return typeof length === 'number' ? [length, length] : length;
}

function described(form: Omit<TokenForm, 'prefixes' | 'length'>) {
  const { id, title, severity, issuer, onlyOwnFiles } = form;
  const own = onlyOwnFiles === true ? { onlyOwnFiles } : {};
  return { id, title, severity, issuer, hint: 'ends' as const, ...own };
}

interface Span {
  readonly start: number;
  /** Where the random part begins. */
  readonly body: number;
  readonly end: number;
}

function judged(
  form: Pick<TokenForm, 'alphabet' | 'judge'>,
  sight: Sight,
  { start, body, end }: Span,
): Hit | null {
  const value = textOf(sight.bytes, start, end);
  const random = value.slice(body - start);
  if (random.length >= 16 && entropyOf(random) < form.alphabet.leastEntropy) return null;
  if (isStandIn(value)) return null;
  const judgement = form.judge?.(value, sight) ?? true;
  if (judgement === false) return null;
  return { start, end, value, ...(judgement === true ? {} : judgement) };
}

/**
 * Whether a token may begin here: not in the middle of a word, save behind an escape (`\n`, `%3D`) whose
 * last letter only seems to belong to it.
 */
export function startsFresh(bytes: Uint8Array, at: number): boolean {
  if (at === 0 || !isWordByte(bytes[at - 1] as number)) return true;
  const before = bytes[at - 1] as number;
  if (bytes[at - 2] === backslash && (before === 0x6e || before === 0x72 || before === 0x74)) {
    return true;
  }
  return bytes[at - 3] === percent && isHexByte(before) && isHexByte(bytes[at - 2] ?? 0);
}

const backslash = 0x5c;
const percent = 0x25;

function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x5f
  );
}

function isHexByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46);
}
