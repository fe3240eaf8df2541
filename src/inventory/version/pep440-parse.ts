// Reads a PEP 440 version, in any of its spellings, into positions; nothing is allocated but the
// lower-case copy of versions that need one.
import { digitsEnd, isDigit, isLetter, type Span } from './tokens.ts';

/** Where a version stands before, at and after its release. */
export const section = {
  development: 0,
  alpha: 1,
  beta: 2,
  candidate: 3,
  release: 4,
  none: -1,
} as const;

/** A version taken apart; all positions are those of `lower`. Absent numbers are empty spans. */
export interface Pep440 {
  /** The version as given: reading it again costs nothing. */
  text: string;
  valid: boolean;
  /** Trimmed and in lower case. */
  lower: string;
  readonly epoch: Span;
  releaseStart: number;
  releaseEnd: number;
  /** `alpha`, `beta`, `candidate` or `none` of `section`. */
  pre: number;
  readonly preNumber: Span;
  hasPost: boolean;
  readonly postNumber: Span;
  hasDev: boolean;
  readonly devNumber: Span;
  /** Where the local version starts; the end of the text if there is none. */
  localStart: number;
}

export function newPep440(): Pep440 {
  return {
    text: '',
    valid: false,
    lower: '',
    epoch: newSpan(),
    releaseStart: 0,
    releaseEnd: 0,
    pre: section.none,
    preNumber: newSpan(),
    hasPost: false,
    postNumber: newSpan(),
    hasDev: false,
    devNumber: newSpan(),
    localStart: 0,
  };
}

function newSpan(): Span {
  return { text: '', start: 0, end: 0 };
}

/** Longer spellings before their own beginnings. */
const preWords: readonly { readonly word: string; readonly section: number }[] = [
  { word: 'alpha', section: section.alpha },
  { word: 'a', section: section.alpha },
  { word: 'beta', section: section.beta },
  { word: 'b', section: section.beta },
  { word: 'preview', section: section.candidate },
  { word: 'pre', section: section.candidate },
  { word: 'c', section: section.candidate },
  { word: 'rc', section: section.candidate },
];
const postWords = ['post', 'rev', 'r'] as const;

const onlyPlain = /^[0-9a-z.+!_-]*$/;

/** Fills `version` and says whether `text` follows PEP 440 (appendix B). */
export function readPep440(version: Pep440, text: string): boolean {
  if (version.text === text) return version.valid;
  version.text = text;
  version.lower = onlyPlain.test(text) ? text : text.trim().toLowerCase();
  clear(version.epoch, version.lower);
  clear(version.preNumber, version.lower);
  clear(version.postNumber, version.lower);
  clear(version.devNumber, version.lower);
  version.pre = section.none;
  version.hasPost = false;
  version.hasDev = false;
  version.valid = readParts(version);
  return version.valid;
}

function clear(span: Span, text: string): void {
  span.text = text;
  span.start = 0;
  span.end = 0;
}

function readParts(version: Pep440): boolean {
  const { lower } = version;
  let index = lower.charCodeAt(0) === 118 ? 1 : 0;
  const epochEnd = digitsEnd(lower, index, lower.length);
  if (epochEnd > index && lower.charCodeAt(epochEnd) === 33) {
    version.epoch.start = index;
    version.epoch.end = epochEnd;
    index = epochEnd + 1;
  }
  if (!isDigit(lower.charCodeAt(index))) return false;
  version.releaseStart = index;
  index = digitsEnd(lower, index, lower.length);
  while (lower.charCodeAt(index) === 46 && isDigit(lower.charCodeAt(index + 1))) {
    index = digitsEnd(lower, index + 1, lower.length);
  }
  version.releaseEnd = index;
  index = readPre(version, index);
  index = readPost(version, index);
  index = readDev(version, index);
  return readLocal(version, index);
}

function readPre(version: Pep440, from: number): number {
  const start = skipSeparator(version.lower, from);
  for (const { word, section: found } of preWords) {
    if (!version.lower.startsWith(word, start)) continue;
    version.pre = found;
    return readNumber(version.preNumber, start + word.length);
  }
  return from;
}

function readPost(version: Pep440, from: number): number {
  const { lower } = version;
  if (lower.charCodeAt(from) === 45 && isDigit(lower.charCodeAt(from + 1))) {
    version.hasPost = true;
    return readNumber(version.postNumber, from);
  }
  const start = skipSeparator(lower, from);
  for (const word of postWords) {
    if (!lower.startsWith(word, start)) continue;
    version.hasPost = true;
    return readNumber(version.postNumber, start + word.length);
  }
  return from;
}

function readDev(version: Pep440, from: number): number {
  const start = skipSeparator(version.lower, from);
  if (!version.lower.startsWith('dev', start)) return from;
  version.hasDev = true;
  return readNumber(version.devNumber, start + 3);
}

function readLocal(version: Pep440, from: number): boolean {
  const { lower } = version;
  version.localStart = lower.length;
  if (from === lower.length) return true;
  if (lower.charCodeAt(from) !== 43) return false;
  version.localStart = from + 1;
  let partEmpty = true;
  for (let index = from + 1; index < lower.length; index++) {
    const code = lower.charCodeAt(index);
    if (isSeparator(code)) {
      if (partEmpty) return false;
      partEmpty = true;
    } else if (isDigit(code) || isLetter(code)) {
      partEmpty = false;
    } else {
      return false;
    }
  }
  return !partEmpty;
}

/** The number behind a word, with one optional separator before it; both may be missing. */
function readNumber(span: Span, from: number): number {
  span.start = skipSeparator(span.text, from);
  span.end = digitsEnd(span.text, span.start, span.text.length);
  return span.end;
}

function skipSeparator(text: string, index: number): number {
  return isSeparator(text.charCodeAt(index)) ? index + 1 : index;
}

function isSeparator(code: number): boolean {
  return code === 46 || code === 45 || code === 95;
}
