// Ignore files: what is read, what is refused and where, and what is held back.
import { describe, expect, test } from 'vitest';
import { secret, vulnerability } from '../../../test/sample-findings.ts';
import type { Finding } from '../../model/report.ts';
import { applyIgnores, type IgnoreContext } from './ignore.ts';
import { parseIgnoreFile } from './ignore-file.ts';

const today: IgnoreContext = { nowMs: Date.UTC(2026, 10, 21, 12), imageNames: ['alpine:3.20'] };

function apply(text: string, findings: readonly Finding[], context = today) {
  const file = parseIgnoreFile(text, 'ignore.yaml');
  expect(file.problems).toEqual([]);
  return applyIgnores(findings, file.rules, context);
}

const lodash = vulnerability('CVE-2021-23337', 'pkg:npm/lodash@4.17.4', {
  aliases: ['GHSA-35jh-r3h4-6jhm'],
  advisories: ['GHSA-35jh-r3h4-6jhm'],
});
const babel = vulnerability('CVE-2023-45133', 'pkg:npm/%40babel/traverse@7.20.0');

describe('reading', () => {
  test('a full rule', () => {
    const text = `# why we live with these
version: 1
ignore:
  - id: CVE-2021-23337
    reason: templates come from us alone
    expires: 2026-12-31
    package: pkg:npm/lodash
    path: [app/**, srv/**]
    images: ["alpine:*"]
`;
    const { rules, problems } = parseIgnoreFile(text, 'x/ignore.yaml');
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({
      ids: ['CVE-2021-23337'],
      reason: 'templates come from us alone',
      expires: '2026-12-31',
      endsAtMs: Date.UTC(2027, 0, 1),
      packages: ['pkg:npm/lodash'],
      paths: ['app/**', 'srv/**'],
      images: ['alpine:*'],
      where: 'x/ignore.yaml:4',
    });
  });
  test('empty files and the bare list', () => {
    for (const text of ['', '# nothing yet\n', 'ignore:\n', 'version: 1\n']) {
      expect(parseIgnoreFile(text, 'f')).toEqual({ rules: [], problems: [] });
    }
    expect(parseIgnoreFile('- id: CVE-2024-1\n  reason: x\n', 'f').rules).toHaveLength(1);
  });
  test.each([
    ['ignore:\n  - id: CVE-2024-1\n', 2, '`reason` is missing'],
    ['ignore:\n  - id: CVE-2024-1\n    reason: ""\n', 3, '`reason` is missing'],
    ['ignore:\n  - reason: because\n', 2, '`id` is missing'],
    ['ignore:\n  - id: CVE-1\n    reason: x\n    expire: 2027-01-01\n', 4, 'unknown key `expire`'],
    ['ignore:\n  - id: CVE-1\n    reason: x\n    expires: 2027-02-30\n', 4, 'ISO date'],
    ['ignore:\n  - id: CVE-1\n    reason: x\n    expires: next year\n', 4, 'ISO date'],
    ['ignore:\n  - id: 7\n    reason: x\n', 2, '`id` must be text'],
    ['ignore:\n  - id: CVE-1\n    reason: x\n    path: []\n', 4, '`path` is empty'],
    ['ignore:\n  - id: "*"\n    reason: x\n', 2, 'needs a package'],
    ['ignore:\n  - CVE-2024-1\n', 2, 'must be a mapping'],
    ['ignore: CVE-2024-1\n', 1, 'must be a list'],
    ['ignored: []\n', 1, 'unknown key `ignored`'],
    ['version: 2\n', 1, 'unknown version'],
    ['just text\n', 1, 'expected a mapping'],
    ['ignore:\n  - id: "CVE\n', null, 'not valid YAML'],
  ])('%j is refused', (text, line, message) => {
    const { rules, problems } = parseIgnoreFile(text, 'f');
    expect(rules).toEqual([]);
    expect(problems[0]?.message).toContain(message);
    expect(line === null || line === problems[0]?.line).toBe(true);
  });
  test('a bad rule does not take the good ones with it', () => {
    const text = '- id: CVE-1\n- id: CVE-2\n  reason: fine\n';
    const { rules, problems } = parseIgnoreFile(text, 'f');
    expect(rules.map(({ ids }) => ids)).toEqual([['CVE-2']]);
    expect(problems).toHaveLength(1);
  });
});

describe('applying', () => {
  test('by id, by alias, in any case; reason and expiry stay visible', () => {
    for (const id of ['CVE-2021-23337', 'ghsa-35jh-r3h4-6jhm']) {
      const result = apply(`- id: ${id}\n  reason: ok\n  expires: 2026-11-21\n`, [lodash, babel]);
      expect(result.findings).toEqual([babel]);
      expect(result.suppressed).toEqual([
        { finding: lodash, by: 'ignore', reason: 'ok', expires: '2026-11-21' },
      ]);
    }
  });
  test('expired rules are told, not applied; the day named still counts', () => {
    const text = '- id: CVE-2021-23337\n  reason: ok\n  expires: 2026-11-20\n';
    const result = apply(text, [lodash]);
    expect(result.findings).toEqual([lodash]);
    expect(result.expired.map(({ where }) => where)).toEqual(['ignore.yaml:1']);
    expect(result.unused).toEqual([]);
    const instant = '- id: CVE-2021-23337\n  reason: ok\n  expires: 2026-11-21T11:59:59Z\n';
    expect(apply(instant, [lodash]).expired).toHaveLength(1);
  });
  test('rules that match nothing are listed', () => {
    const result = apply('- id: CVE-1999-1\n  reason: old\n', [lodash]);
    expect(result.unused.map(({ ids }) => ids)).toEqual([['CVE-1999-1']]);
  });
  test.each([
    ['lodash', true],
    ['pkg:npm/lodash', true],
    ['pkg:npm/lodash@4.17.4', true],
    ['pkg:npm/lodash@4.17.*', true],
    ['lodash@4.*', true],
    ['lod*', true],
    ['pkg:npm/lodash@4.17.5', false],
    ['pkg:gem/lodash', false],
    ['loda', false],
  ])('package %j: %j', (pattern, held) => {
    const text = `- id: "*"\n  reason: x\n  package: "${pattern}"\n`;
    expect(apply(text, [lodash]).suppressed.length === 1).toBe(held);
  });
  test.each(['@babel/traverse', 'pkg:npm/@babel/*', 'pkg:npm/%40babel/traverse', 'traverse'])(
    'scoped package by %j',
    (pattern) => {
      const text = `- id: "*"\n  reason: x\n  package: "${pattern}"\n`;
      expect(apply(text, [babel]).suppressed).toHaveLength(1);
    },
  );
  test('Maven by group:artifact', () => {
    const log4j = vulnerability('CVE-2021-44228', 'pkg:maven/org.apache/log4j-core@2.14.1');
    const text = '- id: "*"\n  reason: x\n  package: "org.apache:log4j-core"\n';
    expect(apply(text, [log4j]).suppressed).toHaveLength(1);
  });
  test('by image', () => {
    const text = '- id: CVE-2021-23337\n  reason: x\n  image: "alpine:*"\n';
    expect(apply(text, [lodash]).suppressed).toHaveLength(1);
    const elsewhere = { ...today, imageNames: ['debian:12', 'sha256:1'] };
    expect(apply(text, [lodash], elsewhere).suppressed).toEqual([]);
    expect(apply(text, [lodash], elsewhere).unused).toHaveLength(1);
  });
  test('by path: other places of the same finding stay', () => {
    const key = secret('aws-access-key', 'test/fixtures/key', 'etc/app.conf');
    const text = '- id: aws-access-key\n  reason: not a real one\n  path: test/**\n';
    const result = apply(text, [key]);
    expect(result.suppressed[0]?.finding.locations.map(({ path }) => path)).toEqual([
      'test/fixtures/key',
    ]);
    expect(result.findings[0]?.locations.map(({ path }) => path)).toEqual(['etc/app.conf']);
  });
  test('a package scope never holds back a finding without a package', () => {
    const text = '- id: "*"\n  reason: x\n  package: "*"\n';
    expect(apply(text, [secret('key', 'a')]).suppressed).toEqual([]);
  });
  test('the first rule in force gives the reason', () => {
    const text = '- id: CVE-2021-23337\n  reason: one\n- id: CVE-2021-23337\n  reason: two\n';
    const result = apply(text, [lodash]);
    expect(result.suppressed.map(({ reason }) => reason)).toEqual(['one']);
    expect(result.unused.map(({ reason }) => reason)).toEqual(['two']);
  });
});
