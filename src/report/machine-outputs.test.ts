// What holds for all machine formats: the published schemas, the same bytes for the same input,
// several targets, hostile names, and large inventories.
import { describe, expect, test } from 'vitest';
import { ownSchema, publishedSchema, type Validator } from '../../test/json-schema.ts';
import { vulnerability } from '../../test/sample-findings.ts';
import { packageOf, reportOf, sampleReport, sampleTarget } from '../../test/sample-report.ts';
import { noSharedData } from '../../test/shared-data.ts';
import type { Report } from '../model/report.ts';
import { outputs, textOf } from './index.ts';

const options = { columns: 80, colour: false, show: null, elapsedSeconds: null };

interface Format {
  readonly id: 'json' | 'sarif' | 'cyclonedx' | 'spdx';
  readonly validator: Validator | null;
}

const formats: readonly Format[] = [
  { id: 'json', validator: ownSchema('report-1.schema.json') },
  { id: 'sarif', validator: publishedSchema('sarif-2.1.0.schema.json') },
  {
    id: 'cyclonedx',
    validator: publishedSchema('bom-1.6.schema.json', ['spdx.schema.json', 'jsf-0.82.schema.json']),
  },
  { id: 'spdx', validator: publishedSchema('spdx-2.3.schema.json') },
];

const evil = '\u001b[2J\u202e"\'<script>\r\n{}../../é 東京 %2F#?&@!|`';

/** Every text of a stranger is hostile. */
function hostileReport(): Report {
  const location = { path: evil, layer: evil };
  const purl = 'pkg:npm/evil@1';
  const finding = vulnerability(evil, purl, {
    title: evil,
    aliases: [evil],
    fixedIn: [evil],
    references: [evil, 'javascript:alert(1)', 'https://ok.example/'],
    locations: [location],
    advisories: [evil],
    package: { purl, name: evil, version: evil },
    published: '0001-01-01T00:00:00Z',
  });
  return reportOf({
    target: { ...sampleTarget, name: evil, digest: null, platform: evil },
    packages: [
      packageOf(purl, {
        name: evil,
        version: evil.repeat(100),
        namespace: evil,
        licences: [evil, 'MIT'],
        vendor: evil,
        locations: [location],
        dependsOn: [evil, 'constructor', '__proto__'],
        source: { name: evil, version: evil },
      }),
      packageOf('pkg:npm/constructor@1', { name: 'constructor' }),
      packageOf('pkg:npm/__proto__@1', { name: '__proto__' }),
    ],
    findings: [finding],
    suppressed: [{ finding, by: 'vex', reason: evil, expires: evil }],
    unknowns: [{ path: evil, layer: evil, reason: evil }],
  });
}

describe.each(formats)('$id', ({ id, validator }) => {
  const write = (...reports: readonly Report[]): string => textOf(outputs[id], reports, options);

  describe.skipIf(validator === null)(`against its schema (else: ${noSharedData})`, () => {
    const problems = validator ?? (() => []);
    test.each<[string, () => Report]>([
      ['one of everything', sampleReport],
      ['nothing at all', () => reportOf({})],
      ['an inventory alone', () => ({ ...reportOf({}), database: null })],
      ['hostile texts', hostileReport],
      [
        'a folder without a system',
        () =>
          reportOf({
            target: { ...sampleTarget, kind: 'dir', name: './shop', digest: null, os: null },
            findings: sampleReport().findings,
          }),
      ],
    ])('%s', (_, make) => {
      expect(problems(JSON.parse(write(make())))).toEqual([]);
    });
  });

  test('the same input gives the same bytes', () => {
    expect(write(sampleReport())).toBe(write(structuredClone(sampleReport())));
  });

  test('ends in one line feed', () => {
    expect(write(sampleReport())).toMatch(/[}\]]\n$/);
    expect(write(sampleReport())).not.toMatch(/\n\n$/);
  });

  test('several targets are one JSON text', () => {
    const value: unknown = JSON.parse(write(sampleReport(), reportOf({})));
    const parts = id === 'sarif' ? (value as { runs: unknown[] }).runs : value;
    expect(parts).toHaveLength(2);
  });

  test('60,000 packages', () => {
    const packages = Array.from({ length: 60_000 }, (_, index) =>
      packageOf(`pkg:npm/package-${index}@1.0.${index}`, {
        name: `package-${index}`,
        version: `1.0.${index}`,
        licences: ['MIT'],
        locations: [{ path: `app/node_modules/package-${index}/package.json`, layer: null }],
        dependsOn: [`package-${index + 1}`],
      }),
    );
    const text = write(reportOf({ packages }));
    const purls = text.split('pkg:npm/package-59999@1.0.59999').length - 1;
    // SARIF tells findings, of which there are none.
    expect(purls > 0).toBe(id !== 'sarif');
  });
});
