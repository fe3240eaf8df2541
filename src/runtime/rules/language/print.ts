// Writes a condition so that parsing it gives the same tree.
import type { Expression, Operand, RightOperand } from './ast.ts';

/** The text of an expression, on one line, with as few parentheses as its meaning needs. */
export function printCondition(expression: Expression): string {
  switch (expression.kind) {
    case 'or':
      return expression.children.map((child) => grouped(child, ['or'])).join(' or ');
    case 'and':
      return expression.children.map((child) => grouped(child, ['or', 'and'])).join(' and ');
    case 'not':
      return `not ${grouped(expression.child, ['or', 'and', 'not'])}`;
    case 'macro':
      return expression.name;
    case 'exists':
      return `${printOperand(expression.left)} exists`;
    case 'comparison': {
      const { left, operator, modifier, right } = expression;
      const words = [printOperand(left), operator, modifier ?? '', printRight(right)];
      return words.filter((word) => word !== '').join(' ');
    }
  }
}

function grouped(child: Expression, kinds: readonly Expression['kind'][]): string {
  const text = printCondition(child);
  return kinds.includes(child.kind) ? `(${text})` : text;
}

/** The text of a field or transformer: `proc.aname[2]`, `tolower(proc.name)`. */
export function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'field':
      return operand.name + printArgument(operand.argument);
    case 'text':
      return quote(operand.text);
    case 'tuple':
      return `(${operand.operands.map((one) => printOperand(one)).join(', ')})`;
    case 'transform': {
      const inner = operand.operands.map((one) => printOperand(one)).join(', ');
      return `${operand.transformer}(${inner})${printArgument(operand.argument)}`;
    }
  }
}

function printArgument(argument: string | null): string {
  if (argument === null) return '';
  return /^[^\][\s"']+$/.test(argument) ? `[${argument}]` : `[${quote(argument)}]`;
}

function printRight(right: RightOperand): string {
  switch (right.kind) {
    case 'text':
      return printText(right.text);
    case 'list':
      return `(${right.items.map((item) => printText(item)).join(', ')})`;
    case 'field':
      return `val(${printOperand(right)})`;
    case 'transform':
      return printOperand(right);
  }
}

/** Bare where that is safe: quotes around everything else. */
function printText(text: string): string {
  return /^[A-Za-z0-9_/.:*+<>-]+$/.test(text) && !reserved.test(text) ? text : quote(text);
}

const reserved = /^(?:oneof|anyof|allof)$/;

const named: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function quote(text: string): string {
  const escaped = text.replaceAll(/[\\"\u0000-\u001f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return named.get(character) ?? `\\x${code}`;
  });
  return `"${escaped}"`;
}
