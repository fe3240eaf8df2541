// All answers of the gate as one report, for the outputs that know reports (SARIF). Loaded only when
// one is asked for.
import type { IssueFinding, Report, Suppressed } from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';
import type { Reason } from '../policy/index.ts';
import { gradeOf, summaryOf } from '../report/index.ts';
import type { GateAnswer } from './gate.ts';

export interface GateReportOptions {
  readonly generatedAt: string;
  readonly toolVersion: string;
}

/** All answers as one report, for the outputs that know reports (SARIF). */
export function gateReport(answers: readonly GateAnswer[], options: GateReportOptions): Report {
  const findings = answers.flatMap((answer) =>
    answer.reasons.map((reason) => findingOf(answer, reason)),
  );
  const suppressed = answers.flatMap((answer) =>
    answer.waived.map(
      ({ reason, by }): Suppressed => ({
        finding: findingOf(answer, reason),
        by: 'ignore',
        reason: `${by.reason} (${by.owner})`,
        expires: by.expires,
      }),
    ),
  );
  const unknowns = answers.flatMap(({ file, unknowns: inside }) =>
    inside.map(({ path, line, reason }): Unknown => {
      const place = line === null ? '' : `line ${line}: `;
      return { path: file, layer: null, reason: `${place}${path} ${reason}`.trim() };
    }),
  );
  const counted = { packages: [], findings, suppressed, unknowns };
  const target = {
    kind: 'dir',
    name: '.',
    digest: null,
    platform: null,
    os: null,
    layers: [],
  } as const;
  return {
    schemaVersion: 1,
    generatedAt: options.generatedAt,
    tool: { name: 'seaworthy', version: options.toolVersion },
    target,
    database: null,
    ...counted,
    grade: gradeOf({
      ...counted,
      endOfLife: null,
      unassessedSystem: false,
      fixFirst: [],
      now: new Date(options.generatedAt),
    }),
    summary: summaryOf(counted),
  };
}

function findingOf({ file, subject }: GateAnswer, reason: Reason): IssueFinding {
  // What lies inside of a file is told behind an exclamation mark, as of archives: outputs make a
  // logical place of it, and two containers of one file stay two findings.
  const inside = `${subject?.kind ?? ''}/${subject?.name ?? ''}:${reason.path}`;
  const location = { path: `${file}!${inside}`, layer: null };
  return {
    kind: 'misconfiguration',
    id: reason.control,
    title: reason.title,
    severity: reason.severity,
    locations: [reason.line === null ? location : { ...location, line: reason.line }],
    evidence: { path: reason.path, message: reason.message, mode: reason.mode },
    fix: `${reason.fix}.`,
    lesson: reason.lesson,
  };
}
