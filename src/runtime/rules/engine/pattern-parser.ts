// Parses the syntax of RE2 into a tree. What RE2 refuses (look-around, backreferences) is refused.
import {
  anyButNewline,
  anyCharacter,
  foldedRanges,
  inverted,
  type Node,
  PatternError,
  type Range,
} from './pattern-syntax.ts';

const patternLength = 10_000;
const depthAtMost = 100;
/** Repetitions written as a number, as RE2. */
const repeatsAtMost = 1000;

const digits: readonly Range[] = [[48, 57]];
const wordRanges: readonly Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const spaces: readonly Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];

const escapedClasses: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', digits],
  ['D', inverted(digits)],
  ['w', wordRanges],
  ['W', inverted(wordRanges)],
  ['s', spaces],
  ['S', inverted(spaces)],
]);

const controls: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

const namedClasses: ReadonlyMap<string, readonly Range[]> = new Map([
  ['alnum', wordRanges.filter(([first]) => first !== 95)],
  [
    'alpha',
    [
      [65, 90],
      [97, 122],
    ],
  ],
  ['ascii', [[0, 127]]],
  [
    'blank',
    [
      [9, 9],
      [32, 32],
    ],
  ],
  [
    'cntrl',
    [
      [0, 31],
      [127, 127],
    ],
  ],
  ['digit', digits],
  ['graph', [[33, 126]]],
  ['lower', [[97, 122]]],
  ['print', [[32, 126]]],
  [
    'punct',
    [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
  ],
  [
    'space',
    [
      [9, 13],
      [32, 32],
    ],
  ],
  ['upper', [[65, 90]]],
  ['word', wordRanges],
  [
    'xdigit',
    [
      [48, 57],
      [65, 70],
      [97, 102],
    ],
  ],
]);

/** Parses a pattern. Throws `PatternError`. */
export function parsePattern(pattern: string): Node {
  if (pattern.length > patternLength) throw new PatternError('the pattern is too long');
  return new PatternParser(pattern).parse();
}

interface Flags {
  readonly ignoresCase: boolean;
  readonly dotIsAll: boolean;
  readonly hasLines: boolean;
}

class PatternParser {
  private readonly pattern: string;
  private at = 0;
  private depth = 0;
  private flags: Flags = { ignoresCase: false, dotIsAll: false, hasLines: false };

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  parse(): Node {
    const node = this.choice();
    if (this.at < this.pattern.length) throw new PatternError("unexpected ')' in the pattern");
    return node;
  }

  private choice(): Node {
    const items = [this.sequence()];
    while (this.take('|')) items.push(this.sequence());
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: 'choice', items };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.at < this.pattern.length && !'|)'.includes(this.peek())) {
      const atom = this.atom();
      if (atom !== null) items.push(this.repeated(atom));
    }
    return items.length === 0 ? { kind: 'empty' } : { kind: 'sequence', items };
  }

  private repeated(atom: Node): Node {
    let node = atom;
    for (let count = 0; ; count += 1) {
      const bounds = this.bounds();
      if (bounds === null) return node;
      if (count > 0) throw new PatternError('a repetition of a repetition');
      // A lazy repetition matches the same whole texts.
      this.take('?');
      node = { kind: 'repeat', item: node, ...bounds };
    }
  }

  private bounds(): { least: number; most: number | null } | null {
    if (this.take('*')) return { least: 0, most: null };
    if (this.take('+')) return { least: 1, most: null };
    if (this.take('?')) return { least: 0, most: 1 };
    const found = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(this.pattern.slice(this.at, this.at + 14));
    if (found === null) return null;
    this.at += found[0].length;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? null : Number(found[3]);
    if (least > repeatsAtMost || (most !== null && (most > repeatsAtMost || most < least))) {
      throw new PatternError(`the repetition ${found[0]} is not possible`);
    }
    return { least, most };
  }

  private atom(): Node | null {
    const character = this.next();
    switch (character) {
      case '(':
        return this.group();
      case '[':
        return this.set();
      case '.':
        return { kind: 'class', ranges: this.flags.dotIsAll ? anyCharacter : anyButNewline };
      case '^':
        return { kind: 'assert', what: this.flags.hasLines ? 'line-start' : 'start' };
      case '$':
        return { kind: 'assert', what: this.flags.hasLines ? 'line-end' : 'end' };
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw new PatternError(`nothing to repeat before ${character}`);
      default:
        return this.literal(character);
    }
  }

  private group(): Node | null {
    this.depth += 1;
    if (this.depth > depthAtMost) throw new PatternError('the pattern is nested too deeply');
    const outer = this.flags;
    if (this.take('?') && this.groupHead()) {
      this.depth -= 1;
      return null;
    }
    const node = this.choice();
    if (!this.take(')')) throw new PatternError("')' is missing in the pattern");
    this.flags = outer;
    this.depth -= 1;
    return node;
  }

  /** What follows `(?`; true when it was only flags for the rest of the enclosing group. */
  private groupHead(): boolean {
    if (/^(?:[=!]|<[=!])/.test(this.pattern.slice(this.at, this.at + 2))) {
      throw new PatternError('look-around is not supported');
    }
    const name = /^P?<[A-Za-z_]\w{0,100}>/.exec(this.pattern.slice(this.at, this.at + 110));
    if (name !== null) {
      this.at += name[0].length;
      return false;
    }
    const found = /^([imsU]{0,4})(?:-([imsU]{1,4}))?([:)])/.exec(
      this.pattern.slice(this.at, this.at + 12),
    );
    if (found === null) throw new PatternError('a group of an unknown kind');
    this.at += found[0].length;
    const on = found[1] ?? '';
    const off = found[2] ?? '';
    const flag = (letter: string, now: boolean): boolean =>
      (now || on.includes(letter)) && !off.includes(letter);
    this.flags = {
      ignoresCase: flag('i', this.flags.ignoresCase),
      dotIsAll: flag('s', this.flags.dotIsAll),
      hasLines: flag('m', this.flags.hasLines),
    };
    return found[3] === ')';
  }

  private escape(): Node {
    const character = this.next();
    const ranges = escapedClasses.get(character);
    if (ranges !== undefined) return { kind: 'class', ranges };
    if (character === 'b') return { kind: 'assert', what: 'boundary' };
    if (character === 'B') return { kind: 'assert', what: 'no-boundary' };
    if (character === 'A') return { kind: 'assert', what: 'start' };
    if (character === 'z') return { kind: 'assert', what: 'end' };
    if (/[1-9]/.test(character)) throw new PatternError('backreferences are not supported');
    return this.literal(this.escapedCharacter(character));
  }

  private escapedCharacter(character: string): string {
    const control = controls.get(character);
    if (control !== undefined) return String.fromCodePoint(control);
    if (character === 'x') {
      const found = /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(
        this.pattern.slice(this.at, this.at + 8),
      );
      const code = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16);
      if (found === null || code > 0x10ffff) throw new PatternError('\\x without a number');
      this.at += found[0].length;
      return String.fromCodePoint(code);
    }
    if (/[A-Za-z0-9]/.test(character) || character === '') {
      throw new PatternError(`\\${character} is not supported`);
    }
    return character;
  }

  private literal(character: string): Node {
    const code = character.codePointAt(0) ?? 0;
    const ranges: readonly Range[] = [[code, code]];
    return { kind: 'class', ranges: this.flags.ignoresCase ? foldedRanges(ranges) : ranges };
  }

  private set(): Node {
    const isInverted = this.take('^');
    const ranges: Range[] = [];
    for (let isFirst = true; isFirst || this.peek() !== ']'; isFirst = false) {
      if (this.at >= this.pattern.length) throw new PatternError("']' is missing in the pattern");
      ranges.push(...this.setItem());
    }
    this.at += 1;
    const folded = this.flags.ignoresCase ? foldedRanges(ranges) : ranges;
    return { kind: 'class', ranges: isInverted ? inverted(folded) : folded };
  }

  private setItem(): readonly Range[] {
    const named = /^\[:(\^?)([a-z]{1,10}):\]/.exec(this.pattern.slice(this.at, this.at + 16));
    if (named !== null) {
      const ranges = namedClasses.get(named[2] ?? '');
      if (ranges === undefined) throw new PatternError(`${named[0]} is no class`);
      this.at += named[0].length;
      return named[1] === '^' ? inverted(ranges) : ranges;
    }
    const first = this.setCharacter();
    if (typeof first !== 'number') return first;
    const isRange = this.peek() === '-' && this.pattern.charAt(this.at + 1) !== ']';
    if (!isRange || this.at + 1 >= this.pattern.length) return [[first, first]];
    this.at += 1;
    const last = this.setCharacter();
    if (typeof last !== 'number' || last < first) throw new PatternError('a range is not possible');
    return [[first, last]];
  }

  private setCharacter(): number | readonly Range[] {
    const character = this.next();
    if (character !== '\\') return character.codePointAt(0) ?? 0;
    const escaped = this.next();
    const ranges = escapedClasses.get(escaped);
    return ranges ?? this.escapedCharacter(escaped).codePointAt(0) ?? 0;
  }

  private peek(): string {
    return this.pattern.charAt(this.at);
  }

  private next(): string {
    const code = this.pattern.codePointAt(this.at);
    if (code === undefined) throw new PatternError('the pattern ends too early');
    const character = String.fromCodePoint(code);
    this.at += character.length;
    return character;
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
    return true;
  }
}
