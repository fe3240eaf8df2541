import { describe, expect, test } from 'vitest';
import { damagedCopies } from '../../test/damage.ts';
import { limits } from './limits.ts';
import { childElement, childText, listedElements, parseXml, type XmlElement } from './xml.ts';

function root(text: string): XmlElement {
  const parsed = parseXml(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.root;
}

const pom = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <project> in a comment -->
<project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:m="x">
  <m:groupId>org.example</m:groupId>
  <name>A &amp; B &#x263A; <![CDATA[<raw> & ]]></name>
  <dependencies>
    <dependency scope='test "x"'/>
    <dependency><empty /></dependency >
  </dependencies>
</project>
`;

describe('documents', () => {
  test('elements, attributes, text, lines', () => {
    const project = root(pom);
    expect(project.name).toBe('project');
    expect(childText(project, 'groupId')).toBe('org.example');
    expect(childText(project, 'name')).toBe('A & B \u263a <raw> &');
    const listed = listedElements(project, 'dependencies', 'dependency');
    expect(listed.map((element) => element.line)).toEqual([7, 8]);
    expect(listed[0]?.attributes.get('scope')).toBe('test "x"');
    expect(childElement(listed[1] ?? null, 'empty')).not.toBeNull();
    expect(childText(project, 'absent')).toBeNull();
    expect(childText(null, 'absent')).toBeNull();
  });

  test('a document type is passed over and its entities are not expanded', () => {
    const text = `<!DOCTYPE a [ <!ENTITY x "yyyyyyyyyy"> <!-- > ]> --> <!ENTITY f SYSTEM "file:///etc/passwd"> ]><a>&x;&f;&lt;</a>`;
    expect(root(text).text).toBe('&x;&f;<');
  });

  test('attribute names that exist on every object are plain names', () => {
    const element = root('<a __proto__="1" constructor="2"/>');
    expect(element.attributes.get('__proto__')).toBe('1');
    expect(element.attributes.get('constructor')).toBe('2');
  });
});

describe('broken text is a reason with its line', () => {
  test.each([
    ['', 'XML without an element', undefined],
    ['just text', 'XML without an element', undefined],
    ['<a><b></a></b>', 'XML tags do not match', 1],
    ['<a>\n<b', 'XML tag that does not end', 2],
    ['<a>\n</b>', 'XML tags do not match', 2],
    ['<a></a><b></b>', 'XML with two roots', 1],
    ['<a><!-- ', 'XML ends inside a comment or instruction', 1],
    ['<a><![CDATA[ ', 'XML ends inside a CDATA section', 1],
    ['<!DOCTYPE a [ "', 'XML ends inside a declaration', 1],
    ['<a b=c/>', 'XML tag that does not end', 1],
    ['<a b="c', 'XML tag that does not end', 1],
    ['<a>', 'XML ends inside an element', undefined],
    ['< a/>', 'XML tag without a name', 1],
    ['</a>', 'XML tags do not match', 1],
  ])('%j', (text, reason, line) => {
    expect(parseXml(text)).toEqual({ ok: false, reason, ...(line === undefined ? {} : { line }) });
  });
});

describe('bounds', () => {
  test('nesting', () => {
    const deep = limits.documentDepth + 1;
    expect(parseXml('<a>'.repeat(deep))).toMatchObject({ ok: false });
    expect(root('<a>'.repeat(deep - 1) + '</a>'.repeat(deep - 1)).name).toBe('a');
  });

  test('elements', () => {
    expect(parseXml(`<r>${'<a/>'.repeat(500_001)}</r>`)).toMatchObject({
      ok: false,
      reason: 'XML of more than 500000 elements',
    });
  });

  test('length', () => {
    expect(parseXml(' '.repeat(limits.documentBytes + 1))).toMatchObject({ ok: false });
  });

  test('hostile shapes take one pass: a hang would end this test', () => {
    const count = 400_000;
    expect(parseXml(`<r>${'<a>x</a>'.repeat(count)}</r>`)).toMatchObject({ ok: true });
    expect(parseXml('<'.repeat(4_000_000))).toMatchObject({ ok: false });
    expect(parseXml(`<a ${'b="" '.repeat(count)}/>`)).toMatchObject({ ok: true });
    expect(parseXml(`<a>${'&'.repeat(4_000_000)}</a>`)).toMatchObject({ ok: true });
    expect(parseXml(`<!x${'"'.repeat(4_000_001)}`)).toMatchObject({ ok: false });
    expect(parseXml(`<!x${'<!--'.repeat(1_000_000)}`)).toMatchObject({ ok: false });
  });
});

test('any damage gives a tree or a reason', () => {
  for (const bytes of damagedCopies(Buffer.from(pom), { seed: 3, copies: 2000 })) {
    const parsed = parseXml(Buffer.from(bytes).toString());
    expect(parsed.ok ? parsed.root.name.length : parsed.reason.length).toBeGreaterThan(0);
  }
});
