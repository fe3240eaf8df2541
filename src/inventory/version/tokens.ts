// The engine of most version orders: a version is a sequence of ranked tokens, compared in turn.
// A sequence ends in endlessly many END tokens, so the order is a total preorder by construction.

/** A part of a string, reused between comparisons so that nothing is allocated. */
export interface Span {
  text: string;
  start: number;
  end: number;
}

/** How tokens of the same rank compare: not at all, as numbers, by code unit, or ASCII case folded. */
export type TokenValue = 'none' | 'number' | 'text' | 'folded';

/** A reading position in one version, and the token read last. */
export interface TokenCursor extends Span {
  /** Where the next token starts. */
  position: number;
  /** Where the version (or the part that is compared) ends. */
  limit: number;
  /** Place of the token among the kinds that can stand here; lower ranks are lower versions. */
  rank: number;
  value: TokenValue;
  /** True once the version is used up; every further token is END. */
  ended: boolean;
  /** Free for the reader: 0 at the start. */
  state: number;
  detail: number;
}

/** Reads the next token: sets `rank`, `value` and the span, and advances `position` or sets `ended`. */
export type TokenReader = (cursor: TokenCursor) => void;

export function newCursor(): TokenCursor {
  return {
    text: '',
    start: 0,
    end: 0,
    position: 0,
    limit: 0,
    rank: 0,
    value: 'none',
    ended: false,
    state: 0,
    detail: 0,
  };
}

/** Points the cursor at `cursor.text` from `start` to `limit`. */
export function rewind(cursor: TokenCursor, start: number, limit: number): void {
  cursor.position = start;
  cursor.limit = limit;
  cursor.ended = false;
  cursor.state = 0;
  cursor.detail = 0;
}

/** Sets a token without value; the reader has advanced the position itself. */
export function setBare(cursor: TokenCursor, rank: number): void {
  cursor.rank = rank;
  cursor.value = 'none';
}

/** Sets the END token. */
export function setEnd(cursor: TokenCursor, rank: number): void {
  cursor.rank = rank;
  cursor.value = 'none';
  cursor.ended = true;
}

/** Compares what two rewound cursors see. Linear: each step consumes a token of at least one side. */
export function compareCursors(left: TokenCursor, right: TokenCursor, read: TokenReader): number {
  for (;;) {
    read(left);
    read(right);
    if (left.rank !== right.rank) return left.rank - right.rank;
    if (left.ended && right.ended) return 0;
    const order = compareValues(left, right);
    if (order !== 0) return order;
  }
}

function compareValues(left: TokenCursor, right: TokenCursor): number {
  if (left.value === 'number') return compareNumbers(left, right);
  if (left.value === 'text') return compareText(left, right);
  return left.value === 'folded' ? compareFolded(left, right) : 0;
}

const leftCursor = newCursor();
const rightCursor = newCursor();

/** Compares two whole versions token by token. */
export function compareTokens(a: string, b: string, read: TokenReader): number {
  if (a === b) return 0;
  leftCursor.text = a;
  rightCursor.text = b;
  rewind(leftCursor, 0, a.length);
  rewind(rightCursor, 0, b.length);
  return compareCursors(leftCursor, rightCursor, read);
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** The first index at or after `from` and before `limit` that holds no ASCII digit. */
export function digitsEnd(text: string, from: number, limit: number): number {
  let index = from;
  while (index < limit && isDigit(text.charCodeAt(index))) index++;
  return index;
}

/** The first index at or after `from` and before `limit` that holds no ASCII letter. */
export function lettersEnd(text: string, from: number, limit: number): number {
  let index = from;
  while (index < limit && isLetter(text.charCodeAt(index))) index++;
  return index;
}

/** True if the span holds nothing but the digit 0 (also when it is empty). */
export function isZero(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (text.charCodeAt(index) !== 48) return false;
  return true;
}

/** Compares two spans of ASCII digits as numbers of any size; an empty span is 0. */
export function compareNumbers(left: Span, right: Span): number {
  let i = left.start;
  let j = right.start;
  while (i < left.end && left.text.charCodeAt(i) === 48) i++;
  while (j < right.end && right.text.charCodeAt(j) === 48) j++;
  const lengths = left.end - i - (right.end - j);
  if (lengths !== 0) return lengths;
  for (; i < left.end; i++, j++) {
    const order = left.text.charCodeAt(i) - right.text.charCodeAt(j);
    if (order !== 0) return order;
  }
  return 0;
}

/** Compares two spans by UTF-16 code unit; a prefix is lower. */
export function compareText(left: Span, right: Span): number {
  const leftLength = left.end - left.start;
  const rightLength = right.end - right.start;
  const shorter = leftLength < rightLength ? leftLength : rightLength;
  for (let index = 0; index < shorter; index++) {
    const order =
      left.text.charCodeAt(left.start + index) - right.text.charCodeAt(right.start + index);
    if (order !== 0) return order;
  }
  return leftLength - rightLength;
}

/** As `compareText`, with ASCII upper case read as lower case. */
export function compareFolded(left: Span, right: Span): number {
  const leftLength = left.end - left.start;
  const rightLength = right.end - right.start;
  const shorter = leftLength < rightLength ? leftLength : rightLength;
  for (let index = 0; index < shorter; index++) {
    const order =
      foldedAt(left.text, left.start + index) - foldedAt(right.text, right.start + index);
    if (order !== 0) return order;
  }
  return leftLength - rightLength;
}

/** The code unit at `index`, with ASCII upper case read as lower case; NaN beyond the end. */
export function foldedAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/** True if `word` (lower case) stands at `index`, in any ASCII case. */
export function hasWordAt(text: string, index: number, word: string): boolean {
  if (index + word.length > text.length) return false;
  for (let offset = 0; offset < word.length; offset++) {
    if (foldedAt(text, index + offset) !== word.charCodeAt(offset)) return false;
  }
  return true;
}
