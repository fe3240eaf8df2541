// Module streams: who may speak for whom, and rebuilds of one fix for several minor releases.
import { describe, expect, test } from 'vitest';
import { rpmVersions } from '../../inventory/version/index.ts';
import type { OsvRange } from '../../model/advisory.ts';
import { isModuleBuild, speaksForModule, withoutRebuilds } from './modularity.ts';

function upTo(fixed: string): OsvRange {
  return { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] };
}

const modularFix = [upTo('1:18.20.4-1.module_el8.10.0+3904+d9a8d4a4')];
const plainFix = [upTo('1:16.20.2-1.el9')];
const label = 'nodejs:18:8100020240807161023:489197e6:x86_64';
const modular = { version: '1:18.19.1-1.module_el8.9.0+3693+6cea22cd', modularity: label };
const plain = { version: '1:16.20.0-1.el9' };

test('a build tag of Red Hat and of AlmaLinux', () => {
  expect(isModuleBuild('1.14.1-9.module+el8.0.0+4108')).toBe(true);
  expect(isModuleBuild('1.14.1-9.module_el8.3.0+2165+af250afe.alma')).toBe(true);
  expect(isModuleBuild('3.0.0-1.modules.el9')).toBe(false);
});

describe('who speaks for whom', () => {
  test.each([
    ['the same stream', modular, 'nodejs:18', modularFix, true],
    ['another stream', modular, 'nodejs:20', modularFix, false],
    ['a module for a plain package', plain, 'nodejs:18', modularFix, false],
    ['a plain advisory for a module', modular, null, plainFix, false],
    ['plain for plain', plain, null, plainFix, true],
    ['a stream that the advisory does not state', modular, null, modularFix, true],
    ['a build without its label', { version: modular.version }, 'nodejs:18', modularFix, true],
    ['no fix told: heard for both', modular, null, [{ type: 'ECOSYSTEM', events: [] }], true],
    ['a stream that only begins alike', modular, 'nodejs:1', modularFix, false],
  ] as const)('%s', (_name, found, stream, ranges, expected) => {
    expect(speaksForModule(found, { stream, ranges })).toBe(expected);
  });
});

describe('rebuilds of one fix', () => {
  const builds = [
    upTo('1:1.14.1-9.module_el8.5.0+34+dc1cfba5.alma'),
    upTo('1:1.14.1-9.module_el8.3.0+2165+af250afe.alma'),
    upTo('1:1.14.1-9.module_el8.4.0+2221+af250afe.alma'),
  ];
  test('only the lowest is kept, in any order', () => {
    for (const listed of [builds, builds.toReversed()]) {
      expect(withoutRebuilds(listed, rpmVersions)).toEqual([builds[1]]);
    }
  });
  test('different sources, plain fixes and other ranges stay', () => {
    const others: readonly OsvRange[] = [
      upTo('1.16.1-1.module_el8.3.0+1'),
      upTo('1.2-3.el8'),
      { type: 'ECOSYSTEM', events: [{ introduced: '1' }, { fixed: '2-1.module_el8.3.0+1' }] },
      { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { last_affected: '2-1' }] },
    ];
    const kept = withoutRebuilds([...builds, ...others], rpmVersions);
    expect(kept).toHaveLength(5);
    expect(new Set(kept)).toEqual(new Set([builds[1], ...others]));
  });
});
