import { describe, expect, test } from 'vitest';
import { type ManifestDocument, readManifest } from './manifest.ts';

function told(documents: readonly ManifestDocument[]): unknown[] {
  return documents.map((one) => (one.kind === 'read' ? one.value : `line ${one.line}`));
}

describe('a stream of documents', () => {
  test.each([
    ['one', 'a: 1', [{ a: 1 }]],
    [
      'several, empty ones left out',
      '---\n---\na: 1\n---\n# only a comment\n---\nb: 2\n',
      [{ a: 1 }, { b: 2 }],
    ],
    ['JSON', '{"a": [1, true]}', [{ a: [1, true] }]],
    ['JSON with a mark', '\ufeff{"a": 1}', [{ a: 1 }]],
    ['windows line ends', 'a: 1\r\n---\r\nb: 2\r\n', [{ a: 1 }, { b: 2 }]],
    ['nothing', '', []],
    ['comments only', '# a\n---\n# b\n', []],
  ])('%s', (_, text, expected) => expect(told(readManifest(text))).toEqual(expected));

  test('a broken document hides no other, and lines are of the whole file', () => {
    const text = 'a: 1\n---\nb: [\n--- # next\nc:\n  d: 3\n';
    const documents = readManifest(text);
    expect(told(documents)).toEqual([{ a: 1 }, 'line 4', { c: { d: 3 } }]);
    const last = documents.at(-1);
    expect(last?.kind === 'read' && last.lineAt(['c', 'd'])).toBe(6);
    expect(documents.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('what kubectl takes and YAML 1.2 does not', () => {
    const text = 'a: "one\ntwo"\nb: 1\n';
    expect(told(readManifest(text))).toEqual([{ a: 'one two', b: 1 }]);
  });

  test.each([
    ['an alias bomb', bomb()],
    ['depth', `a: ${'['.repeat(5000)}`],
    ['itself', 'a: &x\n  b: *x\n'],
    ['a tab', 'a:\n\t- b: 1\n'],
    ['a template', 'a: {{ .Values.a }}\nb: {{- if x }}\n'],
  ])('%s is unreadable, with a reason', (_, text) => {
    const documents = readManifest(text);
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({ kind: 'unreadable', reason: expect.any(String) });
  });

  test('lines are known in a stream of megabytes, document by document', () => {
    const one = `a:\n  b: ${'x'.repeat(1000)}\n`;
    const documents = readManifest(`${one}---\n`.repeat(2000));
    const last = documents.at(-1);
    expect(documents).toHaveLength(2000);
    expect(last?.kind === 'read' && last.lineAt(['a', 'b'])).toBe(1999 * 3 + 2);
  });

  test('more documents than are read apart are read at once', () => {
    expect(readManifest('a: 1\n---\n'.repeat(10_001))).toHaveLength(10_001);
  });

  test('a document of 10 MB', () => {
    const item = `- name: ${'x'.repeat(1000)}\n`;
    const [document] = readManifest(`a:\n${item.repeat(10_000)}`);
    expect(document?.kind).toBe('read');
    expect(document?.kind === 'read' && document.lineAt(['a', 5])).toBe(7);
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level += 1) {
    const alias = Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
    lines.push(`a${level}: &a${level} [${alias}]`);
  }
  return lines.join('\n');
}
