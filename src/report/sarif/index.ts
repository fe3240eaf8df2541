// SARIF 2.1.0 (OASIS): one run for each target, rules with help, results with places and
// fingerprints, suppressed findings with their reason, and what could not be read as notifications.
import type { Finding, Report, Suppressed } from '../../model/report.ts';
import type { Unknown } from '../../model/unknown.ts';
import { jsonLines, objectPieces } from '../json-text.ts';
import type { Output } from '../output.ts';
import { artifactOf, createPlaces, type Places } from './place.ts';
import { resultOf } from './result.ts';
import { ruleBook } from './rule.ts';

const schema =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** One log; several targets are several runs, told apart by their `automationDetails`. */
export const sarif: Output = {
  id: 'sarif',
  mediaType: 'application/sarif+json',
  *pieces(reports) {
    yield `{\n  "$schema": "${schema}",\n  "version": "2.1.0",\n  "runs": [\n    `;
    for (const [index, report] of reports.entries()) {
      if (index > 0) yield ',\n    ';
      yield* runPieces(report);
    }
    yield '\n  ]\n}\n';
  },
};

interface Told {
  readonly finding: Finding;
  readonly suppressed: Suppressed | null;
}

function runPieces(report: Report): Iterable<string> {
  const { tool, target, grade, database, generatedAt } = report;
  const told: Told[] = [
    ...report.findings.map((finding) => ({ finding, suppressed: null })),
    ...report.suppressed.map((suppressed) => ({ finding: suppressed.finding, suppressed })),
  ];
  const rules = ruleBook(told.map(({ finding }) => finding));
  const places = createPlaces(target);
  const results = jsonLines(told, ({ finding, suppressed }) =>
    resultOf(finding, { rule: rules.ruleOf(finding), suppressed, places }),
  );
  const driver = {
    name: 'Seaworthy',
    version: tool.version,
    semanticVersion: tool.version,
    rules: rules.descriptors,
    notifications: [
      { id: 'not-known', shortDescription: { text: 'A place that could not be read or judged' } },
    ],
  };
  const members = {
    tool: { driver },
    automationDetails: { id: `seaworthy/${target.name}/` },
    invocations: [
      {
        executionSuccessful: true,
        endTimeUtc: generatedAt,
        toolExecutionNotifications: report.unknowns.map((unknown) => noteOf(unknown, places)),
      },
    ],
    originalUriBaseIds: places.bases,
    columnKind: 'utf16CodeUnits',
    results,
    properties: {
      target: { kind: target.kind, name: target.name, digest: target.digest },
      grade: { letter: grade.letter, score: grade.score, because: grade.because },
      database: database === null ? null : { builtAt: database.builtAt, builtIn: database.builtIn },
    },
  };
  return objectPieces(members, '    ');
}

function noteOf({ path, layer, reason }: Unknown, places: Places): unknown {
  const place =
    path === '' ? [] : [{ physicalLocation: { artifactLocation: artifactOf(path, places) } }];
  return {
    level: 'warning',
    descriptor: { id: 'not-known' },
    message: { text: path === '' ? reason : `${path}: ${reason}` },
    ...(place.length === 0 ? {} : { locations: place }),
    ...(layer === null ? {} : { properties: { layer } }),
  };
}
