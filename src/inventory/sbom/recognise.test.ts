// What SBOMs are delivered in, and what is none: envelopes, broken and hostile documents.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { SeaworthyError } from '../../base/error.ts';
import type { Inventory } from '../../model/report.ts';
import { readSboms } from './index.ts';

function sbom(value: unknown): Inventory {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return present(readSboms({ name: 'x.json', text })[0]);
}

describe('envelopes', () => {
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    components: [{ type: 'library', name: 'a', purl: 'pkg:npm/a@1' }],
  };
  const statement = { _type: 'https://in-toto.io/Statement/v1', predicate: document };
  test.each<[string, unknown]>([
    ['an in-toto statement', statement],
    ['the predicate of older cosign', { predicate: { Data: document } }],
    [
      'a DSSE envelope',
      {
        payloadType: 'application/vnd.in-toto+json',
        payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
      },
    ],
    ["the answer of GitHub's dependency graph", { sbom: document }],
    ['a byte order mark', `\uFEFF${JSON.stringify(document)}`],
    ['an array of one', [document]],
  ])('%s', (_, value) => {
    expect(sbom(value).packages).toHaveLength(1);
  });

  test('an array gives an inventory for each document', () => {
    const text = JSON.stringify([document, { ...document, components: [] }]);
    const inventories = readSboms({ name: 'all.json', text });
    expect(inventories.map(({ target, packages }) => [target.name, packages.length])).toEqual([
      ['all.json#1', 1],
      ['all.json#2', 0],
    ]);
  });
});

describe('what is no SBOM', () => {
  test.each<[string, string]>([
    ['', 'neither JSON nor XML'],
    ['hello', 'neither JSON nor XML'],
    ['{', 'JSON'],
    ['{}', 'JSON that is neither CycloneDX nor SPDX 2 nor of Syft'],
    ['[]', 'an empty array'],
    ['[1]', 'JSON that is neither'],
    ['<a/>', 'XML whose root "a" is no CycloneDX'],
    ['<bom', 'XML'],
    ['{"spdxVersion":"SPDX-1.0"}', '"SPDX-1.0" is not read'],
    ['{"payload":"!!","payloadType":"x"}', 'JSON that is neither'],
    [`${'{"predicate":'.repeat(50)}1${'}'.repeat(50)}`, 'JSON that is neither'],
    ['['.repeat(100_000), 'nested deeper'],
  ])('%j is one clear error', (text, reason) => {
    try {
      readSboms({ name: 'x', text });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SeaworthyError);
      expect((error as SeaworthyError).code).toBe('malformed');
      expect((error as SeaworthyError).message).toContain(reason);
    }
  });

  test('nothing in a document makes it throw or pollute', () => {
    const keys =
      'components type name purl properties value evidence licenses packages SPDXID externalRefs ' +
      'relationships annotations comment artifacts metadata locations __proto__ constructor';
    const key = fc.constantFrom(...keys.split(' '));
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, 1, 'operating-system', 'pkg:deb/debian/a@1?distro=debian-12', ''),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).node;
    const heads = [
      { bomFormat: 'CycloneDX', specVersion: '1.5' },
      { spdxVersion: 'SPDX-2.3' },
      { artifacts: [], schema: {} },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.dictionary(key, value), (head, body) => {
        expect(sbom(JSON.stringify({ ...body, ...head })).target.kind).toBe('sbom');
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  test('damaged tag-value ends somewhere', () => {
    const text = readFileSync(new URL('fixtures/document.spdx', import.meta.url), 'utf8');
    for (let end = 22; end < text.length; end += 7) {
      expect(sbom(text.slice(0, end)).packages.length).toBeLessThanOrEqual(2);
    }
  });
});
