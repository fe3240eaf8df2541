// CVSS 2.0 equations (FIRST, "A Complete Guide to the CVSS Version 2.0", section 3.2).
import { definesAny, hasAll, type MetricTable, readMetrics, roundToTenth } from './vector.ts';

/** Base, temporal and environmental scores 0..10; null where the vector has no such metrics. */
export interface GroupScores {
  readonly base: number;
  readonly temporal: number | null;
  readonly environmental: number | null;
}

const baseNames = ['AV', 'AC', 'Au', 'C', 'I', 'A'];
const temporalNames = ['E', 'RL', 'RC'];
const environmentalNames = ['CDP', 'TD', 'CR', 'IR', 'AR'];

const table: MetricTable = new Map([
  ['AV', 'L A N'],
  ['AC', 'H M L'],
  ['Au', 'M S N'],
  ['C', 'N P C'],
  ['I', 'N P C'],
  ['A', 'N P C'],
  ['E', 'U POC F H ND'],
  ['RL', 'OF TF W U ND'],
  ['RC', 'UC UR C ND'],
  ['CDP', 'N L LM MH H ND'],
  ['TD', 'N L M H ND'],
  ['CR', 'L M H ND'],
  ['IR', 'L M H ND'],
  ['AR', 'L M H ND'],
]);

const impactWeight = { N: 0, P: 0.275, C: 0.66 };
const requirement = { L: 0.5, M: 1, H: 1.51, ND: 1 };
const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: impactWeight,
  I: impactWeight,
  A: impactWeight,
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: requirement,
  IR: requirement,
  AR: requirement,
};

/** Scores of a CVSS 2.0 vector (`AV:N/AC:L/...`, parentheses tolerated), or null. */
export function scoreCvss2(text: string): GroupScores | null {
  const inner = text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
  const metrics = readMetrics(inner, table);
  if (metrics === null || !hasAll(metrics, baseNames)) return null;
  const weigh = (name: string): number => weights[name]?.[metrics.get(name) ?? 'ND'] ?? 0;

  const impact = 10.41 * (1 - (1 - weigh('C')) * (1 - weigh('I')) * (1 - weigh('A')));
  const exploitability = 20 * weigh('AV') * weigh('AC') * weigh('Au');
  const threat = weigh('E') * weigh('RL') * weigh('RC');
  const base = baseOf(impact, exploitability);
  const adjusted = Math.min(
    10,
    10.41 *
      (1 -
        (1 - weigh('C') * weigh('CR')) *
          (1 - weigh('I') * weigh('IR')) *
          (1 - weigh('A') * weigh('AR'))),
  );
  const adjustedTemporal = roundToTenth(baseOf(adjusted, exploitability) * threat);
  const environmental = (adjustedTemporal + (10 - adjustedTemporal) * weigh('CDP')) * weigh('TD');
  return {
    base,
    temporal: definesAny(metrics, temporalNames, 'ND') ? roundToTenth(base * threat) : null,
    environmental: definesAny(metrics, environmentalNames, 'ND')
      ? roundToTenth(environmental)
      : null,
  };
}

function baseOf(impact: number, exploitability: number): number {
  const factor = impact === 0 ? 0 : 1.176;
  return roundToTenth((0.6 * impact + 0.4 * exploitability - 1.5) * factor);
}
