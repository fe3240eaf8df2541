import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { field } from './json.ts';
import { limits } from './limits.ts';
import { parseYaml, parseYamlDocuments } from './yaml.ts';

function valueOf(text: string): unknown {
  const parsed = parseYaml(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

function reasonOf(text: string): string {
  const parsed = parseYaml(text);
  return parsed.ok ? `accepted: ${typeof parsed.value}` : parsed.reason;
}

/** `levels` anchors, each a list of nine aliases of the one before. */
function bomb(levels: number): string {
  const lines = ['k0: &k0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < levels; level += 1) {
    lines.push(
      `k${level}: &k${level} [${Array(9)
        .fill(`*k${level - 1}`)
        .join(', ')}]`,
    );
  }
  return lines.join('\n');
}

describe('parseYaml', () => {
  test.each([
    ['', null],
    ['---\n', null],
    ['# only a comment\n', null],
    ['a: 1\r\nb: [x, "y"]\r\n', { a: 1, b: ['x', 'y'] }],
    ['a: yes\nb: 0x10\nc: ~\nd: true', { a: 'yes', b: 16, c: null, d: true }],
    ['base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2', { base: { x: 1 }, use: { x: 1, y: 2 } }],
    ['\ufeffa: 1', { a: 1 }],
  ])('reads %j', (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test('reads what kubectl accepts and one or both of the libraries do not', () => {
    // Under-indented continuation of a quoted scalar.
    expect(valueOf('a:\n  b: "one\n  two"\n')).toEqual({ a: { b: 'one two' } });
    expect(valueOf('a:\n  b: "one\ntwo\nthree"\nc: [1,\n2]\n')).toEqual({
      a: { b: 'one two three' },
      c: [1, 2],
    });
    // Duplicate keys and unknown tags: js-yaml refuses them.
    expect(valueOf('a: 1\na: 2\n')).toEqual({ a: 2 });
    expect(valueOf('a: !Ref Name\n')).toEqual({ a: 'Name' });
  });

  test.each([
    ['a: [', /not valid YAML \(line/],
    ['a: b: c', /not valid YAML/],
    ['a: *missing', /not valid YAML/],
    ['a: 1\n---\nb: 2', /2 YAML documents/],
    ['['.repeat(1_000_000), /nested deeper/],
    ['- '.repeat(1_000_000), /nested deeper/],
    ['{a: '.repeat(1_000_000), /nested deeper/],
    ['? '.repeat(1_000_000), /nested deeper/],
    [bomb(9), /alias bomb/],
    ['a: &a [*a]', /contains itself|not valid/],
    ['a: &a\n  b: *a', /contains itself|not valid/],
    [`a: &a x\nb:\n${'- *a\n'.repeat(limits.yamlAliases + 1)}`, /aliases/],
    ['"'.repeat(1_000_000), /not valid/],
    ['&a '.repeat(1_000_000), /not valid/],
    ['\u0000', /not valid/],
  ])('refuses %.40j', (text, reason) => {
    expect(reasonOf(text)).toMatch(reason);
  });

  test('refuses nesting that only aliases make', () => {
    const levels = Array.from({ length: 300 }, (_, level) =>
      level === 0 ? 'k0: &k0 [x]' : `k${level}: &k${level} [*k${level - 1}]`,
    );
    expect(reasonOf(levels.join('\n'))).toMatch(/by aliases/);
  });

  test('accepts a small pyramid of aliases', () => {
    expect(field(valueOf(bomb(4)), 'k3')).toHaveLength(9);
  });

  test('reads hostile keys as data', () => {
    const value = valueOf('__proto__: {polluted: yes}\nconstructor: c');
    expect(field(value, '__proto__')).toEqual({ polluted: 'yes' });
    expect(field({}, 'polluted')).toBeUndefined();
  });

  test('refuses text beyond the bound', () => {
    expect(parseYaml('a: 1', { maximumLength: 3 }).ok).toBe(false);
  });
});

describe('parseYamlDocuments', () => {
  const text =
    '# head\nkind: Pod\nspec:\n  containers:\n    - name: a\n    - name: b\n---\nkind: Job\n';

  test('gives values and lines of each document', () => {
    const parsed = parseYamlDocuments(text);
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(parsed.documents.map((document) => field(document.value, 'kind'))).toEqual([
      'Pod',
      'Job',
    ]);
    const [pod, job] = parsed.documents;
    expect(pod?.lineAt(['spec', 'containers', 1, 'name'])).toBe(6);
    expect(pod?.lineAt(['spec', 'containers', 7, 'name'])).toBe(5);
    expect(job?.lineAt(['kind'])).toBe(8);
    expect(job?.lineAt([])).toBe(8);
  });

  test('an empty file has no documents', () => {
    expect(parseYamlDocuments('')).toMatchObject({ ok: true, documents: [] });
  });

  test('a broken document refuses the file with its line', () => {
    expect(parseYamlDocuments('a: 1\n---\nb: [\n---\nc: 1\n')).toMatchObject({ ok: false });
  });
});

describe('lines of places', () => {
  test.each([
    // A block scalar begins at its mark, an empty value where its key stands.
    ['a:\n  b: |\n    one\n    two\nc: >-\n  x\n', { 'a.b': 2, c: 5 }],
    ['a:\n  b:\n  c: ~\nd:\n', { 'a.b': 2, 'a.c': 3, d: 4 }],
    // Of a key that stands twice the last one counts, as its value does.
    ['a: 1\nb: 2\na: 3\n', { a: 3 }],
    // Aliases have no inside of their own; keys may be quoted, or lists.
    ['x: &x\n  y: 1\nz: *x\n', { 'z.y': 3, z: 3, 'x.y': 2 }],
    ['"a b": 1\n\'c\': {d: [1,\n 2]}\n? [k]\n: v\ne: 1\n', { 'c.d.1': 3, 'a b': 1, e: 6 }],
    ['- - a\n  - b\n-\n  - c\n', { '0.1': 2, '1.0': 4, '1': 4 }],
    ['a: 1\r\nb:\r\n  c: 2\r\n', { 'b.c': 3 }],
    ['\ufeffa: 1\nb: 2\n', { b: 2 }],
    // js-yaml refuses the tag; the other library knows the line too.
    ['a: !Ref x\nb: !Ref y\n', { b: 2 }],
  ])('%j', (text, places) => {
    for (const [path, line] of Object.entries(places)) {
      expect(lineIn(text, path.split('.')), path).toBe(line);
    }
  });

  test('of whatever is written', () => {
    const keys = fc.stringMatching(/^[a-z]{1,6}$/);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.oneof(fc.constant('plain'), fc.constant('"quoted"'), fc.constant('|')),
        fc.dictionary(keys, tie('tree'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const { lines, places } = written(value);
        const text = `${lines.join('\n')}\n`;
        for (const { path, line } of places) expect(lineIn(text, path)).toBe(line);
      }),
      { numRuns: 200, seed: 20_261_122 },
    );
  });
});

function lineIn(text: string, path: readonly (string | number)[]): number | null {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.documents[0]?.lineAt(path) ?? null;
}

interface Written {
  readonly lines: string[];
  readonly places: { readonly path: readonly (string | number)[]; readonly line: number }[];
}

/** Block YAML of a tree of words, with the line on which each value begins. */
function written(root: unknown): Written {
  const lines: string[] = [];
  const places: { path: (string | number)[]; line: number }[] = [];
  const write = (value: unknown, path: (string | number)[], indent: string): void => {
    const isInner = typeof value === 'object' && value !== null;
    places.push({ path, line: isInner || lines.length === 0 ? lines.length + 1 : lines.length });
    if (!isInner) {
      const word = typeof value === 'string' ? value : '~';
      const text = word === '|' ? `|\n${indent}text\n${indent}more` : word;
      const head = lines.pop();
      lines.push(...`${head === undefined ? '' : `${head} `}${text}`.split('\n'));
      return;
    }
    for (const [key, child] of Object.entries(value)) {
      lines.push(Array.isArray(value) ? `${indent}-` : `${indent}${key}:`);
      write(child, [...path, Array.isArray(value) ? Number(key) : key], `${indent}  `);
    }
  };
  write(root, [], ' ');
  return { lines, places };
}
