// Text: the extended strings of CEL, regular expressions, base64, and conversions to text.

import { longestText } from './instrument.ts';
import { type Environment, failure } from './library.ts';
import { spend, spendText } from './meter.ts';
import { compileRegex } from './regex.ts';
import { type Register, registrar } from './register.ts';
import { formatText, textOf } from './text-format.ts';
import { type CelMap, fromCel, timestampText } from './value.ts';

/** Registers them. */
export function registerStrings(environment: Environment): void {
  const add = registrar(environment);
  registerBasics(add);
  registerPatterns(add);
  registerConversions(add);
}

function checked(length: number): void {
  if (length > longestText) throw failure('the text is too long');
  spendText(length);
}

/** Where a part starts: indices of CEL count characters, and most text is ASCII. */
function registerBasics(add: Register): void {
  add('string.charAt(int): string', (text: string, at: bigint) => {
    const characters = Array.from(text);
    const index = Number(at);
    if (index < 0 || index > characters.length) throw failure('charAt is out of range');
    return characters[index] ?? '';
  });
  add('string.lowerLetters(): string', (text: string) =>
    text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()),
  );
  add('string.upperLetters(): string', (text: string) =>
    text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase()),
  );
  add('string.reverse(): string', (text: string) => Array.from(text).reverse().join(''));
  add('string.replace(string, string): string', (text: string, from: string, to: string) =>
    replaced(text, from, to, -1),
  );
  add(
    'string.replace(string, string, int): string',
    (text: string, from: string, to: string, count: bigint) =>
      replaced(text, from, to, Number(count)),
  );
  add('string.splitBy(string): list<string>', (text: string, by: string) => split(text, by, -1));
  add('string.splitBy(string, int): list<string>', (text: string, by: string, most: bigint) =>
    split(text, by, Number(most)),
  );
  add('list.joinWith(): string', (list: readonly unknown[]) => joined(list, ''));
  add('list.joinWith(string): string', (list: readonly unknown[], by: string) => joined(list, by));
  add('string.format(list): string', (pattern: string, values: readonly unknown[]) =>
    formatText(pattern, values),
  );
  environmentQuote(add);
}

function environmentQuote(add: Register): void {
  add('StringsNamespace.quote(string): string', (_: unknown, text: string) => JSON.stringify(text));
  add('Base64Namespace.encode(bytes): string', (_: unknown, bytes: Uint8Array) => {
    checked(bytes.length * 2);
    return Buffer.from(bytes).toString('base64');
  });
  add('Base64Namespace.decode(string): bytes', (_: unknown, text: string) => {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw failure('it is no base64');
    return new Uint8Array(Buffer.from(text, 'base64'));
  });
}

function replaced(text: string, from: string, to: string, count: number): string {
  const parts = from === '' ? ['', ...Array.from(text), ''] : text.split(from);
  const most = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  checked(text.length + most * to.length);
  const head = parts.slice(0, most + 1).join(to);
  return [head, ...parts.slice(most + 1)].join(from);
}

function split(text: string, by: string, most: number): string[] {
  if (most === 0) return [];
  const parts = by === '' ? Array.from(text) : text.split(by);
  spend(parts.length);
  if (most < 0 || parts.length <= most) return parts;
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(by)];
}

function joined(list: readonly unknown[], by: string): string {
  let length = 0;
  for (const one of list) {
    if (typeof one !== 'string') throw failure('join takes a list of text');
    length += one.length + by.length;
  }
  checked(length);
  return list.join(by);
}

/** Matches of one text that `findAll` gives without a limit. */
const findMost = 100_000;

const matches = (text: string, pattern: string): boolean => compileRegex(pattern).test(text);

const find = (text: string, pattern: string, most: number): string[] =>
  compileRegex(pattern)
    .spans(text, most)
    .map(({ start, end }) => text.slice(start, end));

function registerPatterns(add: Register): void {
  add('string.matchesLinear(string): bool', matches);
  add('matchesLinear(string, string): bool', matches);
  add(
    'string.find(string): string',
    (text: string, pattern: string) => find(text, pattern, 1)[0] ?? '',
  );
  add('string.findAll(string): list<string>', (text: string, pattern: string) =>
    find(text, pattern, findMost),
  );
  add('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) =>
    find(text, pattern, most < 0n ? findMost : Math.min(Number(most), findMost)),
  );
}

const json = (value: CelMap | readonly unknown[]): string => {
  const text = JSON.stringify(fromCel(value));
  checked(text.length);
  return text;
};

function registerConversions(add: Register): void {
  add('string(map): string', json);
  add('string(list): string', json);
  add('string(google.protobuf.Timestamp): string', (one: Date) => timestampText(one));
  add('string(google.protobuf.Duration): string', (one: unknown) => String(one));
  add('string(type): string', (one: unknown) => textOf(one));
  add('string(null): string', () => 'null');
  add('int(google.protobuf.Timestamp): int', (one: Date) =>
    BigInt(Math.floor(one.getTime() / 1000)),
  );
  add('timestamp(google.protobuf.Timestamp): google.protobuf.Timestamp', (one: Date) => one);
}
