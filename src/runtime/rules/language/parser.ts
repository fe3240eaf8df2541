// Conditions by the grammar of libsinsp (userspace/libsinsp/filter/parser.h): recursive descent
// with a bounded depth. Precedence: or < and < not.
import {
  type Expression,
  type FieldOperand,
  type LeftOperand,
  listOperators,
  type Modifier,
  modifiers,
  numberOperators,
  type Operand,
  type RightOperand,
  stringOperators,
  transformers,
} from './ast.ts';
import { ConditionError, Scanner } from './scanner.ts';

/** Parentheses and negations inside one another; the official rules need 6. */
export const conditionDepth = 100;
/** Characters of one condition after its lists are written out; the longest official has 6,000. */
export const conditionLength = 1_000_000;

const connectives = new Set(['and', 'or', 'not']);
const symbolOperators = stringOperators.slice(0, 3);
const wordOperators = stringOperators.slice(3);
const transformerCalls = transformers.map((name) => ({ name, call: `${name}(` }));

/**
 * Parses a condition. Throws `ConditionError` (and nothing else) with the offset of what was not
 * understood.
 */
export function parseCondition(text: string): Expression {
  if (text.trim() === '') throw new ConditionError('the condition is empty', 0);
  if (text.length > conditionLength) {
    throw new ConditionError(`the condition has more than ${conditionLength} characters`, 0);
  }
  const parser = new Parser(text);
  return parser.parse();
}

/**
 * Parses the field or transformer that begins at `start` of a longer text, and says where it ends.
 * Throws `ConditionError`.
 */
export function parseOperand(text: string, start: number): { operand: LeftOperand; end: number } {
  return new Parser(text).operandAt(start);
}

class Parser {
  private readonly scanner: Scanner;
  private depth = 0;

  constructor(text: string) {
    this.scanner = new Scanner(text);
  }

  operandAt(start: number): { operand: LeftOperand; end: number } {
    this.scanner.at = start;
    const operand = this.left();
    if (operand === null) return this.scanner.fail('expected a field');
    return { operand, end: this.scanner.at };
  }

  parse(): Expression {
    const expression = this.or();
    if (!this.scanner.atEnd) this.scanner.fail("expected 'and', 'or' or the end");
    return expression;
  }

  private or(): Expression {
    return this.chain('or', () => this.and());
  }

  private and(): Expression {
    return this.chain('and', () => this.unary());
  }

  /** `child (word child)*`; a parenthesis may follow the word without white space. */
  private chain(kind: 'and' | 'or', child: () => Expression): Expression {
    const { scanner } = this;
    scanner.blank();
    const { at } = scanner;
    const children = [child()];
    scanner.blank();
    while (this.word(kind)) {
      scanner.blank();
      children.push(child());
      scanner.blank();
    }
    const [only] = children;
    return only !== undefined && children.length === 1 ? only : { kind, children, at };
  }

  /** A connecting word that is followed by white space or a parenthesis. */
  private word(word: string): boolean {
    const { scanner } = this;
    const next = scanner.text.charAt(scanner.at + word.length);
    if (!scanner.text.startsWith(word, scanner.at)) return false;
    if (next !== '(' && !/\s/.test(next)) {
      scanner.at += word.length;
      scanner.fail(`expected a blank or '(' after '${word}'`);
    }
    scanner.at += word.length;
    return true;
  }

  private unary(): Expression {
    const { scanner } = this;
    scanner.blank();
    const { at } = scanner;
    let negations = 0;
    while (/^not\s/.test(scanner.text.slice(scanner.at, scanner.at + 4))) {
      scanner.at += 'not'.length;
      scanner.blank();
      negations += 1;
    }
    if (scanner.take('not(')) {
      negations += 1;
      scanner.at -= 1;
    }
    const child = this.primary();
    // Two negations cancel each other here: a check whose field is missing is false in any case.
    return negations % 2 === 0 ? child : { kind: 'not', child, at };
  }

  private primary(): Expression {
    const { scanner } = this;
    const { at } = scanner;
    if (scanner.take('(')) {
      this.depth += 1;
      if (this.depth > conditionDepth) scanner.fail(`nested deeper than ${conditionDepth} levels`);
      const inner = this.or();
      if (!scanner.take(')')) scanner.fail("expected ')'");
      this.depth -= 1;
      return inner;
    }
    const left = this.left();
    if (left !== null) return this.check(left, at);
    const name = scanner.identifier();
    if (name !== null && !connectives.has(name)) return { kind: 'macro', name, body: null, at };
    scanner.at = at;
    return scanner.fail("expected '(', a field or the name of a macro");
  }

  /** A field or a transformer of one. */
  private left(): LeftOperand | null {
    return this.field() ?? this.transform();
  }

  private field(): FieldOperand | null {
    const { at } = this.scanner;
    const name = this.scanner.fieldName();
    return name === null ? null : { kind: 'field', name, argument: this.argument(), at };
  }

  /** `[argument]`, or null. */
  private argument(): string | null {
    const { scanner } = this;
    if (!scanner.take('[')) return null;
    const argument = scanner.quotedText() ?? scanner.fieldArgument();
    if (argument === null) scanner.fail('expected an argument in the brackets');
    if (!scanner.take(']')) scanner.fail("expected ']'");
    return argument;
  }

  private transform(): LeftOperand | null {
    const { scanner } = this;
    const { at } = scanner;
    const found = transformerCalls.find(({ call }) => scanner.take(call));
    if (found === undefined) return null;
    const operands = this.operands(`${found.name}()`);
    const argument = found.name === 'getopt' ? this.argument() : null;
    return { kind: 'transform', transformer: found.name, operands, argument, at };
  }

  /** Operands behind an opening parenthesis, and the closing one. */
  private operands(owner: string): readonly Operand[] {
    const { scanner } = this;
    this.depth += 1;
    if (this.depth > conditionDepth) scanner.fail(`nested deeper than ${conditionDepth} levels`);
    const operands: Operand[] = [];
    do {
      scanner.blank();
      operands.push(this.operand(owner));
      scanner.blank();
    } while (scanner.take(','));
    if (!scanner.take(')')) scanner.fail(`expected ')' at the end of ${owner}`);
    this.depth -= 1;
    return operands;
  }

  private operand(owner: string): Operand {
    const { scanner } = this;
    const { at } = scanner;
    if (scanner.take('(')) return { kind: 'tuple', operands: this.operands(owner), at };
    const left = this.left();
    if (left !== null) return left;
    const text = scanner.quotedText();
    if (text !== null) return { kind: 'text', text, at };
    return scanner.fail(`expected a field, a transformer or a quoted text in ${owner}`);
  }

  private check(left: LeftOperand, at: number): Expression {
    const { scanner } = this;
    scanner.blank();
    if (scanner.take('exists')) return { kind: 'exists', left, at };
    const numeric = scanner.takeAny(numberOperators);
    if (numeric !== null) {
      const right = this.computed() ?? this.number();
      return { kind: 'comparison', left, operator: numeric, modifier: null, right, at };
    }
    const textual = scanner.takeAny(symbolOperators) ?? scanner.takeSpaced(wordOperators);
    if (textual !== null) {
      const modifier = this.modifier();
      const right = modifier === null ? (this.computed() ?? this.text()) : this.list();
      return { kind: 'comparison', left, operator: textual, modifier, right, at };
    }
    const operator = scanner.takeAny(listOperators);
    if (operator === null) return scanner.fail('expected an operator');
    const right = this.computed() ?? this.list();
    return { kind: 'comparison', left, operator, modifier: null, right, at };
  }

  /** `oneof`, `anyof` or `allof`, only where a list follows: they are good bare texts too. */
  private modifier(): Modifier | null {
    const { scanner } = this;
    const start = scanner.at;
    scanner.blank();
    const word = scanner.takeAny(modifiers);
    if (word !== null) {
      scanner.blank();
      if (scanner.text.charAt(scanner.at) === '(') return word;
    }
    scanner.at = start;
    return null;
  }

  /** `val(field)` or a transformer on the right side. */
  private computed(): LeftOperand | null {
    const { scanner } = this;
    scanner.blank();
    if (!scanner.take('val(')) return this.transform();
    scanner.blank();
    const field = this.field();
    if (field === null) return scanner.fail('expected a field in val()');
    scanner.blank();
    if (!scanner.take(')')) scanner.fail("expected ')' at the end of val()");
    return field;
  }

  private number(): RightOperand {
    const { scanner } = this;
    const { at } = scanner;
    const text = scanner.number();
    return text === null ? scanner.fail('expected a number') : { kind: 'text', text, at };
  }

  private text(): RightOperand {
    const { scanner } = this;
    scanner.blank();
    const { at } = scanner;
    const text = scanner.quotedText() ?? scanner.bareText();
    return text === null ? scanner.fail('expected a text') : { kind: 'text', text, at };
  }

  private list(): RightOperand {
    const { scanner } = this;
    scanner.blank();
    const { at } = scanner;
    if (!scanner.take('(')) {
      const name = scanner.identifier();
      return name === null ? scanner.fail('expected a list') : { kind: 'list', items: [name], at };
    }
    const items: string[] = [];
    scanner.blank();
    if (scanner.take(')')) return { kind: 'list', items, at };
    do {
      scanner.blank();
      const item = scanner.quotedText() ?? scanner.bareText();
      if (item === null) scanner.fail('expected an item of the list');
      else items.push(item);
      scanner.blank();
    } while (scanner.take(','));
    if (!scanner.take(')')) scanner.fail("expected ',' or ')' in the list");
    return { kind: 'list', items, at };
  }
}
