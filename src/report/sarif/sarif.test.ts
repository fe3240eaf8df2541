// What a SARIF run says: severities as in the report, rules with lessons, places, stable
// fingerprints.
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { vulnerability } from '../../../test/sample-findings.ts';
import { reportOf, sampleReport, sampleTarget } from '../../../test/sample-report.ts';
import type { Finding, Report, VulnerabilityFinding } from '../../model/report.ts';
import { type Severity, severities } from '../../model/severity.ts';
import { textOf } from '../output.ts';
import { sarif } from './index.ts';

interface Rule {
  readonly id: string;
  readonly defaultConfiguration: { readonly level: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly properties: { readonly tags: readonly string[]; readonly 'security-severity'?: string };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
      readonly region: { readonly startLine: number };
    };
    readonly logicalLocations?: readonly unknown[];
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly unknown[];
  readonly properties: { readonly severity: string };
}
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly Rule[] } };
  readonly automationDetails: { readonly id: string };
  readonly invocations: readonly {
    readonly executionSuccessful: boolean;
    readonly toolExecutionNotifications: readonly { message: { text: string } }[];
  }[];
  readonly originalUriBaseIds?: unknown;
  readonly results: readonly Result[];
}

const options = { columns: 80, colour: false, show: null, elapsedSeconds: null };

function runOf(report: Report): Run {
  const log = JSON.parse(textOf(sarif, [report], options)) as { readonly runs: readonly Run[] };
  return present(log.runs[0]);
}

function runWith(...findings: readonly Finding[]): Run {
  return runOf(reportOf({ findings }));
}

function only(...findings: readonly Finding[]): { readonly result: Result; readonly rule: Rule } {
  const { results, tool } = runWith(...findings);
  return { result: present(results[0]), rule: present(tool.driver.rules[0]) };
}

function rated(severity: Severity, more: Partial<VulnerabilityFinding> = {}) {
  return vulnerability('CVE-2024-1', 'pkg:npm/p@1', { severity, ...more });
}

function score(points: number) {
  return { version: '3.1', vector: 'CVSS:3.1/x', score: points };
}

describe('severity', () => {
  test.each<[Severity, string, string | undefined]>([
    ['critical', 'error', '9.5'],
    ['high', 'error', '8.0'],
    ['medium', 'warning', '5.5'],
    ['low', 'note', '2.0'],
    ['negligible', 'note', '0.0'],
    ['unknown', 'warning', undefined],
  ])('%s is %s and %s', (severity, level, number) => {
    const { result, rule } = only(rated(severity));
    expect(result.level).toBe(level);
    expect(rule.defaultConfiguration.level).toBe(level);
    expect(rule.properties['security-severity']).toBe(number);
    expect(result.properties.severity).toBe(severity);
  });

  test.each<[Severity, readonly number[], string]>([
    ['high', [7.8], '7.8'],
    ['high', [7.1, 8.9, 9.8], '8.9'],
    // The vendor says low, the score 9.8: the number must not turn it back into critical.
    ['low', [9.8], '2.0'],
    ['critical', [10], '10.0'],
    ['medium', [3.9, 7], '5.5'],
  ])('%s with scores %j is %s', (severity, scores, number) => {
    const { rule } = only(rated(severity, { cvss: scores.map(score) }));
    expect(rule.properties['security-severity']).toBe(number);
  });

  test('one flaw rated differently in two packages has a rule for each rating', () => {
    const { results, tool } = runWith(
      rated('low'),
      vulnerability('CVE-2024-1', 'pkg:npm/q@1', { severity: 'critical' }),
    );
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['CVE-2024-1/low', 'CVE-2024-1']);
    expect(results.map(({ ruleId, ruleIndex }) => [ruleId, ruleIndex])).toEqual([
      ['CVE-2024-1/low', 0],
      ['CVE-2024-1', 1],
    ]);
  });

  test('every result agrees with its finding and its rule', () => {
    const report = sampleReport();
    const { results, tool } = runOf(report);
    const findings = [...report.findings, ...report.suppressed.map(({ finding }) => finding)];
    expect(results.map(({ properties }) => properties.severity)).toEqual(
      findings.map(({ severity }) => severity),
    );
    for (const { ruleId, ruleIndex, level } of results) {
      const rule = present(tool.driver.rules[ruleIndex]);
      expect([rule.id, rule.defaultConfiguration.level]).toEqual([ruleId, level]);
    }
    expect(new Set(severities).has('unknown')).toBe(true);
  });
});

describe('rules', () => {
  test('carry the lesson on the kind of flaw and the way to more', () => {
    const { rule } = only(rated('high', { title: 'Prototype pollution in p' }));
    expect(rule.help.text).toContain('Input that becomes a command');
    expect(rule.help.markdown).toContain('### Input that becomes a command');
    expect(rule.help.markdown).toContain('**What to do**');
    expect(rule.help.text).toContain('seaworthy learn CVE-2024-1');
    expect(rule.properties.tags).toEqual([
      'security',
      'vulnerability',
      'high',
      'no-fix',
      'vulnerable-dependency',
      'code-injection',
    ]);
  });

  test('malware is taught as malware, whatever else its words say', () => {
    const { rule } = only({
      ...rated('critical', { title: 'Malicious code runs a shell', lesson: 'malicious-package' }),
      kind: 'malware',
    });
    expect(rule.help.markdown).toContain('### The package itself is the attack');
  });

  test('text of an advisory is no Markdown', () => {
    const title = 'a <img src=x> [link](javascript:x) | `code` **b**\n# h';
    const { rule } = only(rated('high', { title }));
    const [first = ''] = rule.help.markdown.split('\n');
    expect(first).toBe(
      '**a \\<img src=x\\> \\[link\\](javascript:x) \\| \\`code\\` \\*\\*b\\*\\* # h**',
    );
  });
});

function uris(target: Partial<Report['target']>, path: string | null): readonly unknown[] {
  const locations = path === null ? [] : [{ path, layer: null, line: 7 }];
  const run = runOf(
    reportOf({ target: { ...sampleTarget, ...target }, findings: [rated('low', { locations })] }),
  );
  const place = present(run.results[0]?.locations[0]?.physicalLocation);
  return [place.artifactLocation.uri, place.artifactLocation.uriBaseId, place.region.startLine];
}

describe('places', () => {
  test.each<[string, Partial<Report['target']>, string | null, readonly unknown[]]>([
    ['an image', {}, 'app/package.json', ['app/package.json', 'TARGETROOT', 7]],
    ['odd names', {}, 'a b/ü#?.json', ['a%20b/%C3%BC%23%3F.json', 'TARGETROOT', 7]],
    ['inside of an archive', {}, 'a.jar!x/b.jar', ['a.jar', 'TARGETROOT', 7]],
    ['a folder', { kind: 'dir', name: '.' }, 'go.mod', ['go.mod', undefined, 7]],
    [
      'a folder below',
      { kind: 'dir', name: './api/v1/' },
      'go.mod',
      ['api/v1/go.mod', undefined, 7],
    ],
    ['a folder outside', { kind: 'dir', name: '../api' }, 'go.mod', ['go.mod', 'TARGETROOT', 7]],
    ['an absolute folder', { kind: 'dir', name: '/srv' }, 'go.mod', ['go.mod', 'TARGETROOT', 7]],
    ['no place', { kind: 'pkg', name: 'pkg:npm/p@1' }, null, ['pkg%3Anpm/p%401', 'TARGETROOT', 1]],
  ])('%s', (_, target, path, expected) => {
    expect(uris(target, path)).toEqual(expected);
  });

  test('name the package and what lies inside of a file', () => {
    const path = 'app.jar!lib/p.jar';
    const { result } = only(rated('low', { locations: [{ path, layer: null }] }));
    expect(result.locations[0]?.logicalLocations).toEqual([
      { name: 'p', fullyQualifiedName: 'pkg:npm/p@1', kind: 'package', decoratedName: path },
    ]);
  });

  test('are bounded', () => {
    const locations = Array.from({ length: 500 }, (_, at) => ({ path: `p${at}`, layer: null }));
    expect(only(rated('low', { locations })).result.locations).toHaveLength(50);
  });
});

function print(finding: Finding): string {
  return present(only(finding).result.partialFingerprints['seaworthy/v1']);
}

describe('fingerprints', () => {
  const first = rated('low', { locations: [{ path: 'a', layer: 'l1', line: 1 }] });
  const same: Finding[] = [
    { ...first, severity: 'high', fixedIn: ['2'], priority: 99, title: 'better words' },
    { ...first, locations: [{ path: 'a', layer: 'l2', line: 99 }] },
    { ...first, package: { ...first.package, purl: 'pkg:npm/p@2?x=y', version: '2' } },
  ];
  test.each(same)('stay while the finding does (%#)', (finding) => {
    expect(print(finding)).toBe(print(first));
  });

  const others: Finding[] = [
    { ...first, id: 'CVE-2024-2' },
    { ...first, package: { ...first.package, purl: 'pkg:npm/%40scope/p@1' } },
    { ...first, locations: [{ path: 'b', layer: 'l1' }] },
  ];
  test.each(others)('tell findings apart (%#)', (finding) => {
    expect(print(finding)).not.toBe(print(first));
  });

  test('are unlike each other in one report', () => {
    const prints = runOf(sampleReport()).results.map(
      ({ partialFingerprints }) => partialFingerprints['primaryLocationLineHash'],
    );
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe('the run', () => {
  test('holds suppressed findings with their reason', () => {
    const { results } = runOf(sampleReport());
    expect(results.flatMap(({ suppressions }) => suppressions ?? [])).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification: 'not affected: vulnerable_code_not_present (shop.vex.json)',
        properties: { by: 'vex', expires: null },
      },
      {
        kind: 'external',
        status: 'accepted',
        justification: 'templates are ours (until 2027-01-01)',
        properties: { by: 'ignore', expires: '2027-01-01' },
      },
    ]);
  });

  test('tells what is not known as notifications', () => {
    const [invocation] = runOf(sampleReport()).invocations;
    expect(invocation?.executionSuccessful).toBe(true);
    expect(invocation?.toolExecutionNotifications.map(({ message }) => message.text)).toEqual([
      'app/broken.jar: the archive ends early',
      '3 generic packages not assessed',
    ]);
  });

  test('is told apart from those of other targets', () => {
    expect(runOf(sampleReport()).automationDetails.id).toBe('seaworthy/shop:1.4/');
  });

  test.each<[Partial<VulnerabilityFinding>, string]>([
    [{ fixedIn: ['2', '3'] }, 'p 1: words (CVE-2024-1). Fixed in 2, 3.'],
    [{ status: 'will-not-fix' }, 'p 1: words (CVE-2024-1). The vendor will not fix it.'],
    [{ title: 'CVE-2024-1' }, 'p 1: CVE-2024-1. No fixed version yet.'],
  ])('messages say what to do: %j', (more, text) => {
    expect(only(rated('low', { title: 'words', ...more })).result.message.text).toBe(text);
  });
});
