// The contract's JSON against its own schema, which is strict: a field more or less is a mistake.
import { describe, expect, test } from 'vitest';
import { ownSchema } from '../../test/json-schema.ts';
import { completeReport, reportOf, sampleReport } from '../../test/sample-report.ts';
import type { Report } from '../model/report.ts';
import { json } from './json.ts';
import { textOf } from './output.ts';

const options = { columns: 80, colour: false, show: null, elapsedSeconds: 1 };
const problems = ownSchema('report-1.schema.json');

function written(...reports: readonly Report[]): unknown {
  return JSON.parse(textOf(json, reports, options));
}

function finding(report: Record<string, unknown>): Record<string, unknown> {
  return (report['findings'] as Record<string, unknown>[])[0] ?? {};
}

describe('json', () => {
  test('one report is an object that the schema accepts', () => {
    expect(problems(written(sampleReport()))).toEqual([]);
    expect(problems(written(completeReport()))).toEqual([]);
    expect(problems(written({ ...reportOf({}), database: null }))).toEqual([]);
  });

  test('several are an array', () => {
    const value = written(sampleReport(), reportOf({}));
    expect(value).toHaveLength(2);
    expect(problems(value)).toEqual([]);
  });

  test('says all that the report holds', () => {
    expect(written(sampleReport())).toEqual(sampleReport());
  });
});

describe('the schema', () => {
  type Change = (report: Record<string, unknown>) => void;
  test.each<[string, Change]>([
    ['another version', (report) => void (report['schemaVersion'] = 2)],
    ['an unknown field', (report) => void (report['more'] = 1)],
    ['a missing field', (report) => void delete report['grade']],
    ['an unknown field of a finding', (report) => void (finding(report)['value'] = 'x')],
    ['a severity that is none', (report) => void (finding(report)['severity'] = 'HIGH')],
    ['a probability above 1', (report) => void (finding(report)['epss'] = 97)],
    ['a finding of an unknown kind', (report) => void (finding(report)['kind'] = 'bug')],
    ['a target of an unknown kind', (report) => void (report['target'] = { kind: 'vm' })],
  ])('refuses %s', (_, change) => {
    const report = structuredClone(sampleReport()) as unknown as Record<string, unknown>;
    change(report);
    expect(problems(report)).not.toEqual([]);
  });
});
