// The tree of a condition, with the place of each part in its text.

/** 0-based offset in the text of the condition. */
export type Offset = number;

export const stringOperators = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
export const numberOperators = ['<=', '<', '>=', '>'] as const;
export const listOperators = ['intersects', 'in', 'pmatch'] as const;
export const modifiers = ['oneof', 'anyof', 'allof'] as const;
export const transformers = [
  'tolower',
  'toupper',
  'b64',
  'basename',
  'len',
  'join',
  'concat',
  'getopt',
] as const;

export type Operator =
  | (typeof stringOperators)[number]
  | (typeof numberOperators)[number]
  | (typeof listOperators)[number];
export type Modifier = (typeof modifiers)[number];
export type Transformer = (typeof transformers)[number];

export interface FieldOperand {
  readonly kind: 'field';
  /** `proc.aname`. */
  readonly name: string;
  /** What stood in brackets. */
  readonly argument: string | null;
  readonly at: Offset;
}

export interface TransformOperand {
  readonly kind: 'transform';
  readonly transformer: Transformer;
  readonly operands: readonly Operand[];
  /** `[t]` behind `getopt(...)`. */
  readonly argument: string | null;
  readonly at: Offset;
}

export interface TextOperand {
  readonly kind: 'text';
  readonly text: string;
  readonly at: Offset;
}

/** Several operands in parentheses, as `join` takes them. */
export interface TupleOperand {
  readonly kind: 'tuple';
  readonly operands: readonly Operand[];
  readonly at: Offset;
}

export type Operand = FieldOperand | TransformOperand | TextOperand | TupleOperand;

/** What stands left of an operator. */
export type LeftOperand = FieldOperand | TransformOperand;

export interface ListOperand {
  readonly kind: 'list';
  readonly items: readonly string[];
  readonly at: Offset;
}

/** What stands right: a text, a list, or another field by `val()` or a transformer. */
export type RightOperand = TextOperand | ListOperand | LeftOperand;

export interface AndExpression {
  readonly kind: 'and';
  readonly children: readonly Expression[];
  readonly at: Offset;
}

export interface OrExpression {
  readonly kind: 'or';
  readonly children: readonly Expression[];
  readonly at: Offset;
}

export interface NotExpression {
  readonly kind: 'not';
  readonly child: Expression;
  readonly at: Offset;
}

/** A lone word: the name of a macro; `body` is what it stands for, once that is known. */
export interface MacroReference {
  readonly kind: 'macro';
  readonly name: string;
  readonly body: Expression | null;
  readonly at: Offset;
}

export interface ExistsCheck {
  readonly kind: 'exists';
  readonly left: LeftOperand;
  readonly at: Offset;
}

export interface Comparison {
  readonly kind: 'comparison';
  readonly left: LeftOperand;
  readonly operator: Operator;
  readonly modifier: Modifier | null;
  readonly right: RightOperand;
  readonly at: Offset;
}

export type Check = ExistsCheck | Comparison;
export type Expression = AndExpression | OrExpression | NotExpression | MacroReference | Check;
