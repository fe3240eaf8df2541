// CVSS 3.0 and 3.1 equations (FIRST, Specification Document, section 7 and appendix A). The two
// differ in how they round up and in the environmental impact when the scope changes.
import type { GroupScores } from './cvss2.ts';
import { definesAny, hasAll, type MetricTable, readMetrics } from './vector.ts';

export type Cvss3Version = '3.0' | '3.1';

const baseNames = ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'];
const temporalNames = ['E', 'RL', 'RC'];
const requirementNames = ['CR', 'IR', 'AR'];
const modifiedNames = baseNames.map((name) => `M${name}`);

const values: readonly (readonly [string, string])[] = [
  ['AV', 'N A L P'],
  ['AC', 'L H'],
  ['PR', 'N L H'],
  ['UI', 'N R'],
  ['S', 'U C'],
  ['C', 'N L H'],
  ['I', 'N L H'],
  ['A', 'N L H'],
];
const table: MetricTable = new Map([
  ...values,
  ...values.map(([name, allowed]) => [`M${name}`, `X ${allowed}`] as const),
  ['E', 'X U P F H'],
  ['RL', 'X O T W U'],
  ['RC', 'X U R C'],
  ['CR', 'X L M H'],
  ['IR', 'X L M H'],
  ['AR', 'X L M H'],
]);

const impactWeight = { N: 0, L: 0.22, H: 0.56 };
const requirement = { X: 1, L: 0.5, M: 1, H: 1.5 };
const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  PRchanged: { N: 0.85, L: 0.68, H: 0.5 },
  UI: { N: 0.85, R: 0.62 },
  C: impactWeight,
  I: impactWeight,
  A: impactWeight,
  E: { X: 1, U: 0.91, P: 0.94, F: 0.97, H: 1 },
  RL: { X: 1, O: 0.95, T: 0.96, W: 0.97, U: 1 },
  RC: { X: 1, U: 0.92, R: 0.96, C: 1 },
  CR: requirement,
  IR: requirement,
  AR: requirement,
};

type Weigh = (name: string) => number;

/** Scores of the metrics after `CVSS:3.x/`, or null. */
export function scoreCvss3(text: string, version: Cvss3Version): GroupScores | null {
  const metrics = readMetrics(text, table);
  if (metrics === null || !hasAll(metrics, baseNames)) return null;
  const plain = (name: string): string => metrics.get(name) ?? 'X';
  const modified = (name: string): string => {
    const value = metrics.get(`M${name}`) ?? 'X';
    return value === 'X' ? plain(name) : value;
  };
  const roundUp = version === '3.1' ? roundUpExact : roundUpPlain;
  const threat = weightOf('E', plain) * weightOf('RL', plain) * weightOf('RC', plain);
  const base = roundUp(baseOf(plain));
  const hasEnvironment =
    definesAny(metrics, requirementNames, 'X') || definesAny(metrics, modifiedNames, 'X');
  const weighRequirement = (name: string): number => weightOf(name, plain);
  return {
    base,
    temporal: definesAny(metrics, temporalNames, 'X') ? roundUp(base * threat) : null,
    environmental: hasEnvironment
      ? roundUp(roundUp(environmentalOf(modified, weighRequirement, version)) * threat)
      : null,
  };
}

type Lookup = (name: string) => string;

function weightOf(name: string, lookup: Lookup): number {
  return weights[name]?.[lookup(name)] ?? 0;
}

function exploitabilityOf(lookup: Lookup): number {
  const privileges = weights[lookup('S') === 'C' ? 'PRchanged' : 'PR']?.[lookup('PR')] ?? 0;
  return (
    8.22 * weightOf('AV', lookup) * weightOf('AC', lookup) * privileges * weightOf('UI', lookup)
  );
}

function baseOf(lookup: Lookup): number {
  const lost =
    1 - (1 - weightOf('C', lookup)) * (1 - weightOf('I', lookup)) * (1 - weightOf('A', lookup));
  const changed = lookup('S') === 'C';
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  if (impact <= 0) return 0;
  return Math.min((changed ? 1.08 : 1) * (impact + exploitabilityOf(lookup)), 10);
}

function environmentalOf(lookup: Lookup, required: Weigh, version: Cvss3Version): number {
  const lost = Math.min(
    1 -
      (1 - required('CR') * weightOf('C', lookup)) *
        (1 - required('IR') * weightOf('I', lookup)) *
        (1 - required('AR') * weightOf('A', lookup)),
    0.915,
  );
  const changed = lookup('S') === 'C';
  const tail = version === '3.1' ? (lost * 0.9731 - 0.02) ** 13 : (lost - 0.02) ** 15;
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * tail : 6.42 * lost;
  if (impact <= 0) return 0;
  return Math.min((changed ? 1.08 : 1) * (impact + exploitabilityOf(lookup)), 10);
}

/** Appendix A of 3.1: integers of 1e-5 keep binary fractions from adding a tenth. */
function roundUpExact(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

function roundUpPlain(value: number): number {
  return Math.ceil(value * 10) / 10;
}
