// Fix advice: the smallest version that leaves every advisory of a package behind.
import { describe, expect, test } from 'vitest';
import { memorySource, testEcosystems } from '../../../test/advisory-source.ts';
import { installed } from '../../../test/sample-match.ts';
import type { OsvRecord } from '../../model/advisory.ts';
import { smallestFixForAll } from './fix.ts';
import { matchPackages } from './match.ts';

function range(id: string, ...events: readonly Record<string, string>[]): OsvRecord {
  return {
    id,
    affected: [
      {
        package: { ecosystem: 'npm', name: 'a' },
        ranges: [{ type: 'SEMVER', events: [...events] }],
      },
    ],
  };
}

function adviceFor(version: string, records: readonly OsvRecord[]) {
  const source = memorySource(records);
  const options = { source, ecosystems: testEcosystems };
  const packages = [installed('npm', 'a', version)];
  const { findings } = matchPackages({ packages, distribution: null, ...options });
  return smallestFixForAll(findings, options);
}

describe('the smallest fix for all', () => {
  test('the highest of the fixes, when one line of versions is open', () => {
    const records = [
      range('GHSA-1', { introduced: '0' }, { fixed: '1.2.0' }),
      range('GHSA-2', { introduced: '0' }, { fixed: '1.5.1' }),
    ];
    expect(adviceFor('1.0.0', records)).toEqual({
      version: '1.5.1',
      clears: ['GHSA-1', 'GHSA-2'],
      leaves: [],
    });
  });
  test('not a version inside a later interval, nor one that another advisory strikes', () => {
    const records = [
      range(
        'GHSA-1',
        { introduced: '0' },
        { fixed: '1.2.0' },
        { introduced: '1.9.0' },
        { fixed: '2.1.0' },
      ),
      range('GHSA-2', { introduced: '0' }, { fixed: '2.0.0' }),
      range('GHSA-3', { introduced: '2.1.0' }, { fixed: '2.1.4' }),
    ];
    expect(adviceFor('1.0.0', records)).toMatchObject({ version: '2.1.4', leaves: [] });
  });
  test('what cannot be fixed stays and is named', () => {
    const records = [
      range('GHSA-1', { introduced: '0' }, { fixed: '1.2.0' }),
      range('GHSA-2', { introduced: '0' }),
    ];
    expect(adviceFor('1.0.0', records)).toEqual({
      version: '1.2.0',
      clears: ['GHSA-1'],
      leaves: ['GHSA-2'],
    });
    expect(adviceFor('1.0.0', [range('GHSA-2', { introduced: '0' })])).toBeNull();
  });
});
