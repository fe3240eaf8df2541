import { describe, expect, test } from 'vitest';
import type { OsvRecord } from '../../model/advisory.ts';
import { feedLimits } from './bounds.ts';
import type { AdvisoryItem } from './item.ts';
import { readOsv } from './osv.ts';

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

function only(value: unknown): AdvisoryItem {
  const items = readOsv(bytesOf(value), 'x.json');
  expect(items).toHaveLength(1);
  return items[0] as AdvisoryItem;
}

function recordOf(item: AdvisoryItem): OsvRecord {
  if (item.kind !== 'record') throw new Error(`a ${item.kind} item`);
  return item.record;
}

const sound = {
  id: 'GHSA-jfh8-c2jp-5v3q',
  modified: '2022-01-01T00:00:00Z',
  aliases: ['CVE-2021-44228'],
  affected: [
    {
      package: { ecosystem: 'Maven', name: 'org.apache.logging.log4j:log4j-core' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '2.0-beta9' }, { fixed: '2.15.0' }] }],
      versions: ['2.14.1'],
    },
  ],
};

describe('documents', () => {
  test('one record', () => {
    expect(only(sound)).toMatchObject({ kind: 'record', part: '', record: { id: sound.id } });
  });
  test('an array, an API answer, and lines', () => {
    const two = [sound, { ...sound, id: 'GHSA-2' }];
    for (const document of [two, { vulns: two }, two.map((r) => JSON.stringify(r)).join('\n')]) {
      const items = readOsv(bytesOf(document), 'x');
      expect(items.map((item) => item.kind)).toEqual(['record', 'record']);
    }
  });
  test('one broken line is bad, the others stay, and it is named', () => {
    const lines = [JSON.stringify(sound), '{"id":', JSON.stringify({ ...sound, id: 'B' })].join(
      '\n',
    );
    const items = readOsv(bytesOf(lines), 'x.jsonl');
    expect(items.map((item) => item.kind)).toEqual(['record', 'bad', 'record']);
    expect(items[1]).toMatchObject({ where: 'x.jsonl:2' });
  });
  test('a byte order mark is no fault', () => {
    expect(only(`\uFEFF${JSON.stringify(sound)}`).kind).toBe('record');
  });
});

const [affected] = sound.affected;

describe('bad records are named with a reason', () => {
  const cases: readonly [string, unknown, RegExp][] = [
    ['empty file', '', /JSON/],
    ['no JSON', '<html>', /JSON/],
    ['cut off', '{"id":"A"', /JSON/],
    ['a number', 7, /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['no id', { affected: [] }, /no id/],
    ['an id that is a path', { id: '../../etc/passwd' }, /id/],
    ['an id with a line feed', { id: 'A\nB' }, /id/],
    ['an id that is too long', { id: 'A'.repeat(feedLimits.idLength + 1) }, /id/],
    ['affected is an object', { id: 'A', affected: {} }, /affected is not a list/],
    ['affected entry is a text', { id: 'A', affected: ['x'] }, /not an object/],
    ['ranges is a text', { id: 'A', affected: [{ ranges: 'x' }] }, /ranges is not a list/],
    ['a range without type', { id: 'A', affected: [{ ranges: [{ events: [] }] }] }, /type/],
    [
      'an event with a number',
      { id: 'A', affected: [{ ranges: [{ type: 'SEMVER', events: [{ introduced: 0 }] }] }] },
      /introduced/,
    ],
    [
      'an event that says nothing',
      { id: 'A', affected: [{ ranges: [{ type: 'SEMVER', events: [{ until: '1' }] }] }] },
      /says nothing/,
    ],
    ['an empty version', { id: 'A', affected: [{ versions: [''] }] }, /version/],
    ['a version with a tab', { id: 'A', affected: [{ versions: ['1\t2'] }] }, /control/],
    ['a package without name', { id: 'A', affected: [{ package: { ecosystem: 'npm' } }] }, /name/],
    ['deep nesting', `{"id":"A","affected":${'['.repeat(5000)}${']'.repeat(5000)}}`, /deep/],
  ];
  test.each(cases)('%s', (_, document, reason) => {
    const item = only(document);
    expect(item).toMatchObject({ kind: 'bad', reason: expect.stringMatching(reason) });
  });
  test('too large a document is not parsed', () => {
    const items = readOsv(new Uint8Array(feedLimits.recordBytes + 1), 'big.json');
    expect(items).toMatchObject([{ kind: 'bad', where: 'big.json' }]);
  });
});

describe('what does not decide is dropped, not bad', () => {
  test.each([
    ['unknown fields', { ...sound, new_field: { a: 1 }, credits: [7] }],
    ['aliases of a wrong kind', { ...sound, aliases: [null, 7, 'CVE-2021-44228'] }],
    ['severities of a wrong kind', { ...sound, severity: [null, { type: 'CVSS_V3' }, 7] }],
    ['references of a wrong kind', { ...sound, references: ['x', { url: 'javascript:alert(1)' }] }],
    ['times of a wrong kind', { ...sound, published: 'yesterday', modified: sound.modified }],
    [
      'commits that are no texts',
      {
        ...sound,
        affected: [
          { ...affected, ranges: [...(affected?.ranges ?? []), { type: 'GIT', events: 7 }] },
        ],
      },
    ],
  ])('%s', (_, document) => {
    const item = only(document);
    expect(item).toMatchObject({ kind: 'record', record: { aliases: ['CVE-2021-44228'] } });
    const record = recordOf(item);
    expect(record.severity ?? []).toEqual([]);
    expect(record.references ?? []).toEqual([]);
    expect(record.published).toBeUndefined();
  });
  test('keys of the prototype are data', () => {
    const text = '{"id":"A","__proto__":{"withdrawn":"2020-01-01T00:00:00Z"},"constructor":1}';
    const item = only(text);
    expect(item).toMatchObject({ kind: 'record', record: { id: 'A' } });
    expect(recordOf(item).withdrawn).toBeUndefined();
  });
  test('year 1 is no time: the Go database writes it for all', () => {
    const item = only({ ...sound, modified: '0001-01-01T00:00:00Z' });
    expect(recordOf(item).modified).toBeUndefined();
  });
});
