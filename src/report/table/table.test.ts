// The terminal: one golden page, what is shown on request, and hostile input.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { vulnerability } from '../../../test/sample-findings.ts';
import { packageOf, reportOf, sampleReport, sampleTarget } from '../../../test/sample-report.ts';
import type { Report } from '../../model/report.ts';
import { type OutputOptions, textOf } from '../output.ts';
import { widthOf } from '../paint/index.ts';
import { table } from './index.ts';

const plain: OutputOptions = { columns: 80, colour: false, show: null, elapsedSeconds: 0.21 };

function page(report: Report, more: Partial<OutputOptions> = {}): string {
  return textOf(table, [report], { ...plain, ...more });
}

describe('the page of a scan', () => {
  test('on 80 columns', () => {
    expect(page(sampleReport())).toMatchInlineSnapshot(`
      "
       F  shop:1.4 is not seaworthy: 1 malicious package, 1 known-exploited
          vulnerability, 2 critical vulnerabilities
          Debian GNU/Linux 12 (bookworm) · supported to 2028-06 · 8 packages ·
          2 layers · 0.21 s · advisories 23 h old

       Do this first                                                           removes
       1  rebuild on debian 12 of today (updates 1 packages)      1 of 6 · 1 exploited
          layer 1
       2  npm: lodash 4.17.4 -> 4.17.21                                         1 of 6
          app/node_modules/lodash/package.json

       Also found
         aws-access-key  app/my settings/.env
           AWS access key

       Critical
         CVE-2021-44228  log4j-core 2.14.0 -> 2.15.0                           layer 2
                         Remote code injection in Log4j
         CVE-2019-10744  lodash 4.17.4 -> 4.17.12                              layer 2
                         Prototype Pollution in lodash
         MAL-2025-1      core 7.0.0         malware · development only · declared only
                         Malicious code in @babel/core

       Malware 1 · Critical 2 · Medium 1 · Unrated 1 · Secrets 1 ·
       Unknown 2 places (--show unknowns) · Suppressed 2 (--show suppressed)

       Learn why: seaworthy learn CVE-2021-44228    --format json|sarif|cyclonedx|spdx
      "
    `);
  });

  test('of a clean target', () => {
    expect(page(reportOf({}))).toMatchInlineSnapshot(`
      "
       A  shop:1.4 is seaworthy: nothing known against it
          Debian GNU/Linux 12 (bookworm) · supported to 2028-06 · 0 packages ·
          2 layers · 0.21 s · advisories 23 h old

       No findings.

                                                    --format json|sarif|cyclonedx|spdx
      "
    `);
  });

  test('of the built-in set says what was not asked', () => {
    const report = sampleReport();
    const database = { ...present(report.database), builtIn: true, advisories: 208 };
    expect(page({ ...report, database })).toContain(
      'Only the 208 built-in advisories were asked: run `seaworthy db update`',
    );
  });

  test('of a system past its end says so', () => {
    const os = { ...present(sampleTarget.os), endOfLife: '2022-06-30' };
    const text = page(reportOf({ target: { ...sampleTarget, os } }));
    expect(text).toContain('support ended 2022-06');
    expect(text).toContain('no security support since 2022-06-30');
  });
});

describe('--show', () => {
  test.each(['packages', 'unknowns', 'suppressed', 'critical', 'all'])('%s', async (show) => {
    await expect(page(sampleReport(), { show })).toMatchFileSnapshot(`fixtures/${show}.txt`);
  });

  test('says when there is nothing to show', () => {
    expect(page(reportOf({}), { show: 'unknowns' })).toContain('Everything was read');
    expect(page(reportOf({}), { show: 'suppressed' })).toContain('Nothing is suppressed');
  });
});

describe('grouping', () => {
  test('binary packages of one source are one row', () => {
    const findings = ['libc6', 'libc-bin', 'locales'].map((name) => {
      const finding = vulnerability('CVE-2023-4911', `pkg:deb/debian/${name}@2.36`);
      const evidence = { ...finding.evidence, comparedName: 'glibc', comparedVersion: '2.36' };
      return { ...finding, evidence };
    });
    expect(page(reportOf({ findings })).split('glibc 2.36')).toHaveLength(2);
  });

  test('more rows than are shown are counted with the command that shows them', () => {
    const findings = Array.from({ length: 9 }, (_, index) =>
      vulnerability(`CVE-2024-${1000 + index}`, `pkg:npm/p${index}@1`),
    );
    const target = { ...sampleTarget, name: "it's here.tar" };
    expect(page(reportOf({ findings, target }))).toContain(
      `...4 more      seaworthy scan 'it'\\''s here.tar' --show high`,
    );
  });

  test('the most urgent stands first', () => {
    const findings = [10, 90, 50].map((priority) =>
      vulnerability(`CVE-2024-10${priority}`, 'pkg:npm/p@1', { priority }),
    );
    const order = [...page(reportOf({ findings })).matchAll(/CVE-2024-10(\d\d)/g)];
    expect(order.map(([, priority]) => priority).slice(0, 3)).toEqual(['90', '50', '10']);
  });
});

describe('several targets', () => {
  test('come worst first in an overview, then one by one', () => {
    const clean = reportOf({ target: { ...sampleTarget, name: 'clean' } });
    const text = textOf(table, [clean, sampleReport()], plain);
    expect(text.split('\n').slice(0, 2)).toEqual([
      ` F  shop:1.4${' '.repeat(49)}1 malicious package`,
      ` A  clean${' '.repeat(58)}nothing found`,
    ]);
  });
});

describe('colour', () => {
  test('none when told so', () => {
    expect(page(sampleReport(), { show: 'all' })).not.toContain('\u001b');
  });

  test('the same text under the colours', () => {
    const coloured = page(sampleReport(), { colour: true });
    expect(coloured).toContain('\u001b[');
    expect(coloured.replaceAll(/\u001b\[[0-9;]*m/g, '')).toBe(page(sampleReport()));
  });
});

function everywhere(text: string): Report {
  const purl = `pkg:npm/${encodeURIComponent(text.toWellFormed())}@1`;
  const location = { path: text, layer: text };
  const finding = vulnerability(text, purl, {
    title: text,
    fixedIn: [text],
    locations: [location],
    package: { purl, name: text, version: text },
  });
  return reportOf({
    target: { ...sampleTarget, name: text, os: { ...present(sampleTarget.os), name: text } },
    packages: [packageOf(text, { name: text, version: text, locations: [location] })],
    findings: [finding],
    suppressed: [{ finding, by: 'ignore', reason: text, expires: text }],
    unknowns: [{ path: text, layer: text, reason: text }],
  });
}

describe('hostile names', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\u202e\r\nGrade A\u0000';

  test.each(['all', 'packages', 'unknowns', 'suppressed', null])(
    'reach no terminal (%s)',
    (show) => {
      const text = page(everywhere(evil), { show });
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(text).not.toContain('\nGrade A');
    },
  );

  test('never make a line longer than the terminal', () => {
    const names = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(names, fc.constantFrom('all', 'packages', 'unknowns', null), (name, show) => {
        const lines = page(everywhere(name), { show }).split('\n');
        expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});
