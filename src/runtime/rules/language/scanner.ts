// Reads the words of a condition: a cursor over the text that knows the lexical rules of libsinsp.
// All patterns are sticky and linear.

/** A condition that is not well formed; the only thing that the parser throws. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /** 0-based offset of what was not understood. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const identifier = /[a-zA-Z][a-zA-Z0-9_]*/y;
const fieldName = /[a-zA-Z][a-zA-Z0-9_]*\.[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)*/y;
const fieldArgument = /[^\][\s"']+/y;
const hexNumber = /0[xX][0-9a-fA-F]+/y;
const decimalNumber = /[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const bareText = /[^()"'\s=,]+/y;
const blanks = new Set([' ', '\t', '\b', '\r', '\n']);

const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ['/', '/'],
]);

export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Skips white space; tells whether there was any. */
  blank(): boolean {
    const start = this.at;
    while (blanks.has(this.text.charAt(this.at))) this.at += 1;
    return this.at > start;
  }

  /** Takes `word` when it stands here. */
  take(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Takes the first of `words` that stands here. */
  takeAny<T extends string>(words: readonly T[]): T | null {
    return words.find((word) => this.take(word)) ?? null;
  }

  /** Takes a word of letters that ends at white space. */
  takeSpaced<T extends string>(words: readonly T[]): T | null {
    for (const word of words) {
      const end = this.at + word.length;
      if (this.text.startsWith(word, this.at) && blanks.has(this.text.charAt(end))) {
        this.at = end;
        return word;
      }
    }
    return null;
  }

  identifier(): string | null {
    return this.match(identifier);
  }

  fieldName(): string | null {
    return this.match(fieldName);
  }

  fieldArgument(): string | null {
    return this.match(fieldArgument);
  }

  number(): string | null {
    return this.match(hexNumber) ?? this.match(decimalNumber);
  }

  bareText(): string | null {
    return this.match(bareText);
  }

  /** A text in quotes without them, its escapes resolved. Throws `ConditionError`. */
  quotedText(): string | null {
    const quote = this.text.charAt(this.at);
    if (quote !== '"' && quote !== "'") return null;
    const start = this.at;
    const parts: string[] = [];
    for (let at = start + 1; at < this.text.length; at += 1) {
      const character = this.text.charAt(at);
      if (character === quote) {
        this.at = at + 1;
        return parts.join('');
      }
      if (character === '\\') {
        const [value, length] = this.escape(at, quote);
        parts.push(value);
        at += length;
      } else {
        parts.push(character);
      }
    }
    throw new ConditionError('a quoted text does not end', start);
  }

  fail(message: string): never {
    throw new ConditionError(message, this.at);
  }

  /** The value of the escape at `at`, and how many characters follow the backslash. */
  private escape(at: number, quote: string): readonly [string, number] {
    const next = this.text.charAt(at + 1);
    if (next === quote) return [quote, 1];
    // An old habit of rule files: backslash and blank mean one backslash.
    if (next === ' ') return ['\\', 1];
    const known = escapes.get(next);
    if (known !== undefined) return [known, 1];
    const digits = /^[0-9a-fA-F]{2}/.exec(this.text.slice(at + 2, at + 4));
    if (next === 'x' && digits !== null) {
      return [String.fromCharCode(Number.parseInt(digits[0], 16)), 3];
    }
    throw new ConditionError(`\\${next} is no escape in ${quote} quotes`, at);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }
}
