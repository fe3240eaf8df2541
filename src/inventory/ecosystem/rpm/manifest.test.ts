import { describe, expect, test } from 'vitest';
import type { CatalogResult } from '../ecosystem.ts';
import { memoryFile } from '../file-view.ts';
import { rpmCatalogers } from './catalog.ts';

function list(name: string, content: string): CatalogResult {
  const cataloger = rpmCatalogers.find((entry) => entry.name === name);
  if (!cataloger) throw new Error(`no cataloger ${name}`);
  const file = memoryFile({ path: cataloger.globs[0] as string, bytes: Buffer.from(content) });
  return cataloger.parse(file, { companion: () => null });
}

describe('lists instead of a database', () => {
  test('container-manifest-2 of Azure Linux distroless', () => {
    const rows = [
      'mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm',
      'bind-libs\t9.16-1.cm2\t1\t2\tMicrosoft Corporation\t32\t580\tx86_64\t32\tbind-9.16-1.cm2.src.rpm',
      'gpg-pubkey\t1-2\t1\t2\t(none)\t(none)\t0\t(none)\t0\t(none)',
      'cut\t1-2\t3',
      '',
    ];
    const { packages, unknowns } = list('rpm-container-manifest', rows.join('\n'));
    expect(unknowns).toHaveLength(1);
    expect(packages.map(({ name, version, source }) => [name, version, source])).toEqual([
      ['mariner-release', '2.0-12.cm2', { name: 'mariner-release', version: '2.0-12.cm2' }],
      ['bind-libs', '32:9.16-1.cm2', { name: 'bind', version: '32:9.16-1.cm2' }],
    ]);
    expect(packages[1]?.qualifiers).toEqual({
      arch: 'x86_64',
      epoch: '32',
      upstream: 'bind-9.16-1.cm2.src.rpm',
    });
  });

  test('a name without end is no name', () => {
    const row = `${'x'.repeat(100_000)}\t1-2\t1\t2\t(none)\t(none)\t0\t(none)\t0\t(none)`;
    expect(list('rpm-container-manifest', row)).toMatchObject({ packages: [], unknowns: [{}] });
  });

  test('inventory of Bottlerocket', () => {
    const content = JSON.stringify({
      Content: [
        {
          Name: 'bash',
          Publisher: 'Bottlerocket',
          Version: '5.2.15',
          Release: '1.aa',
          Epoch: '1',
          Architecture: 'x86_64',
        },
        { Name: 'nothing' },
        null,
      ],
    });
    const { packages, unknowns } = list('bottlerocket-inventory', content);
    expect(packages.map((found) => found.version)).toEqual(['1:5.2.15-1.aa']);
    expect(unknowns).toHaveLength(1);
    for (const broken of ['', '{', 'null', '[]', '{"Content":1}']) {
      expect(list('bottlerocket-inventory', broken).unknowns).toHaveLength(1);
    }
  });
});
