// What we write as an SBOM is judged, when it comes back as a target, as the target itself was.
import { describe, expect, test } from 'vitest';
import { builtinSource } from '../src/advisory/builtin/index.ts';
import { matchPackages } from '../src/advisory/match/index.ts';
import { matchEcosystems } from '../src/flow/ecosystems.ts';
import { inventoryReport } from '../src/flow/scan.ts';
import { distributionOf } from '../src/inventory/distro/index.ts';
import { readSboms } from '../src/inventory/sbom/index.ts';
import type { Package } from '../src/model/package.ts';
import type { Inventory, VulnerabilityFinding } from '../src/model/report.ts';
import { outputs, textOf } from '../src/report/index.ts';
import { present } from './present.ts';
import { packageOf, sampleNow, sampleReport, sampleTarget } from './sample-report.ts';

const options = { columns: 80, colour: false, show: null, elapsedSeconds: null };
const location = { path: 'lib/apk/db/installed', layer: 'sha256:1' };

const alpinePackages: readonly Package[] = [
  packageOf('pkg:apk/alpine/libcrypto3@3.0.2-r0?arch=x86_64&distro=alpine-3.18.0', {
    namespace: 'alpine',
    name: 'libcrypto3',
    version: '3.0.2-r0',
    source: { name: 'openssl', version: '3.0.2-r0' },
    locations: [location],
    qualifiers: { arch: 'x86_64' },
  }),
  packageOf('pkg:npm/lodash@4.17.4', {
    name: 'lodash',
    version: '4.17.4',
    locations: [location],
    scope: 'development',
  }),
  packageOf('pkg:npm/event-stream@3.3.6', {
    name: 'event-stream',
    version: '3.3.6',
    origin: 'git',
    locations: [],
  }),
];

const inventories: readonly (readonly [string, Inventory])[] = [
  [
    'Debian 12 with everything',
    {
      target: sampleTarget,
      packages: sampleReport().packages,
      unknowns: [],
      distribution: distributionOf({
        id: 'debian',
        versionId: '12',
        name: 'Debian GNU/Linux 12 (bookworm)',
      }).distribution,
    },
  ],
  [
    'Alpine 3.18',
    {
      target: {
        ...sampleTarget,
        os: { id: 'alpine', versionId: '3.18.0', name: 'Alpine Linux v3.18', endOfLife: null },
      },
      packages: alpinePackages,
      unknowns: [],
      distribution: distributionOf({
        id: 'alpine',
        versionId: '3.18.0',
        name: 'Alpine Linux v3.18',
      }).distribution,
    },
  ],
  [
    'a folder without a system',
    {
      target: { ...sampleTarget, kind: 'dir', digest: null, os: null, layers: [] },
      packages: alpinePackages.slice(1),
      unknowns: [],
      distribution: null,
    },
  ],
];

function judged({ packages, distribution }: Inventory): readonly VulnerabilityFinding[] {
  const source = builtinSource();
  return matchPackages({ packages, distribution, source, ecosystems: matchEcosystems }).findings;
}

function returned(inventory: Inventory, format: 'cyclonedx' | 'spdx'): Inventory {
  const report = inventoryReport(inventory, { now: sampleNow, version: '0.1.0' });
  const text = textOf(outputs[format], [report], options);
  return present(readSboms({ name: 'x.json', text })[0]);
}

/** Licences come back in the spelling of SPDX, needs as far as they could be resolved. */
function comparable(packages: readonly Package[]): readonly unknown[] {
  return packages
    .map(({ licences: _licences, dependsOn: _needs, ...rest }) => rest)
    .toSorted((a, b) => (a.purl < b.purl ? -1 : 1));
}

describe.each(['cyclonedx', 'spdx'] as const)('%s', (format) => {
  test.each(inventories)('%s', (_, inventory) => {
    const back = returned(inventory, format);
    expect(comparable(back.packages)).toEqual(comparable(inventory.packages));
    expect(back.distribution).toEqual(inventory.distribution);
    expect(judged(inventory).length).toBeGreaterThan(0);
    expect(judged(back)).toEqual(judged(inventory));
    expect(back.unknowns).toEqual([]);
  });

  test('licences and needs survive as what they mean', () => {
    const back = returned(present(inventories[0])[1], format);
    const of = (name: string): Package => present(back.packages.find((one) => one.name === name));
    expect(of('libc6').licences).toEqual(
      format === 'spdx'
        ? ['LGPL-2.1-only', 'GPL-2.0-only OR LicenseRef-Artistic', 'public-domain']
        : ['LGPL-2.1-only', 'GPL-2 or Artistic', 'public-domain'],
    );
    expect(of('core').dependsOn).toEqual(['lodash']);
  });

  test('a second time it is the same document', () => {
    const inventory = present(inventories[1])[1];
    const again = returned({ ...inventory, ...returned(inventory, format) }, format);
    expect(comparable(again.packages)).toEqual(comparable(inventory.packages));
  });
});
