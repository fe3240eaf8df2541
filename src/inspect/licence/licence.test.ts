import { describe, expect, test } from 'vitest';
import type { Package } from '../../model/package.ts';
import { inspectLicences, licenceRules } from './index.ts';

function judged(licences: readonly string[], other: Partial<Package> = {}): string[] {
  const one: Package = {
    purl: 'pkg:npm/a@1',
    type: 'npm',
    namespace: null,
    name: 'a',
    version: '1',
    source: null,
    licences,
    locations: [],
    ownedBy: null,
    evidence: 'installed',
    ...other,
  };
  return inspectLicences([one]).map(({ rule }) => rule.id);
}

describe('inspectLicences', () => {
  const network = 'licence-network-copyleft';
  const limited = 'licence-source-available';
  test.each([
    [['MIT'], []],
    [[], []],
    [['GPL-3.0-or-later'], []],
    [['AGPL-3.0-only'], [network]],
    [['MIT', 'AGPL-3.0-or-later'], [network]],
    [['MIT OR AGPL-3.0-only'], []],
    [['(MIT OR AGPL-3.0-only)'], []],
    [['AGPL-3.0-only OR SSPL-1.0'], [network]],
    [['MIT AND AGPL-3.0-only'], [network]],
    [['BUSL-1.1'], [limited]],
    [['SSPL-1.0'], [network]],
    [['Elastic-2.0'], [limited]],
    [['MIT with Commons Clause'], [limited]],
    [['GNU Affero General Public License v3'], [network]],
    [['Business Source License 1.1'], [limited]],
    [['Elastic-2.0 OR SSPL-1.0 OR AGPL-3.0-only'], [limited]],
    [['JSON'], [limited]],
    [['JSONx'], []],
  ])('%j', (licences, expected) => {
    expect(judged(licences)).toEqual(expected);
  });

  test('what the system brings is left to its distributor', () => {
    expect(judged(['AGPL-3.0-only'], { type: 'deb' })).toEqual([]);
    expect(judged(['AGPL-3.0-only'], { ownedBy: 'pkg:deb/debian/a@1' })).toEqual([]);
  });

  test('ids are unique', () => {
    expect(new Set(licenceRules.map(({ id }) => id)).size).toBe(licenceRules.length);
  });
});
