// CVSS 4.0 by macrovectors (FIRST, Specification Document, section 8): six equivalence classes
// choose a score, and the place inside the class takes a part of the way to the next lower one.
import { impactPair, macrovectorScore } from './cvss4-table.ts';
import { definesAny, hasAll, type MetricTable, readMetrics, roundToTenth } from './vector.ts';

/** `base` leaves threat and environment out (CVSS-B); `overall` takes what the vector has. */
export interface Cvss4Scores {
  readonly base: number;
  readonly overall: number;
  readonly hasThreat: boolean;
  readonly hasEnvironment: boolean;
}

const baseNames = ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'];
const environmentalNames = ['CR', 'IR', 'AR', ...baseNames.map((name) => `M${name}`)];

const baseValues: readonly (readonly [string, string])[] = [
  ['AV', 'N A L P'],
  ['AC', 'L H'],
  ['AT', 'N P'],
  ['PR', 'N L H'],
  ['UI', 'N P A'],
  ['VC', 'H L N'],
  ['VI', 'H L N'],
  ['VA', 'H L N'],
  ['SC', 'H L N'],
  ['SI', 'H L N'],
  ['SA', 'H L N'],
];
const table: MetricTable = new Map([
  ...baseValues,
  ...baseValues.map(([name, allowed]) => {
    const safety = name === 'SI' || name === 'SA' ? ' S' : '';
    return [`M${name}`, `X ${allowed}${safety}`] as const;
  }),
  ['E', 'X A P U'],
  ['CR', 'X H M L'],
  ['IR', 'X H M L'],
  ['AR', 'X H M L'],
  // Supplemental metrics inform and never change a score.
  ['S', 'X N P'],
  ['AU', 'X N Y'],
  ['R', 'X A U I'],
  ['V', 'X D C'],
  ['RE', 'X L M H'],
  ['U', 'X Clear Green Amber Red'],
]);

/** Steps below the most severe value of each metric. */
const levels: Readonly<Record<string, string>> = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'SHLN',
  SI: 'SHLN',
  SA: 'SHLN',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
};

/** Metrics of a class, its most severe vectors by level, and the depth of each level in steps. */
interface EquivalenceClass {
  readonly metrics: readonly string[];
  readonly highest: readonly (readonly string[])[];
  readonly depth: readonly number[];
}

const exploitability: EquivalenceClass = {
  metrics: ['AV', 'PR', 'UI'],
  highest: [['NNN'], ['ANN', 'NLN', 'NNP'], ['PNN', 'ALP']],
  depth: [1, 4, 5],
};
const complexity: EquivalenceClass = {
  metrics: ['AC', 'AT'],
  highest: [['LN'], ['HN', 'LP']],
  depth: [1, 2],
};
/** Indexed by `impactPair(EQ3, EQ6)`: the two classes depend on each other. */
const impact: EquivalenceClass = {
  metrics: ['VC', 'VI', 'VA', 'CR', 'IR', 'AR'],
  highest: [
    ['HHHHHH'],
    ['HHLMMH', 'HHHMMM'],
    ['LHHHHH', 'HLHHHH'],
    ['LHLHMH', 'LHHHMM', 'HLHMHM', 'HLLMHH', 'LLHHHM'],
    ['LLLHHH'],
  ],
  depth: [7, 6, 8, 8, 10],
};
const subsequent: EquivalenceClass = {
  metrics: ['SC', 'SI', 'SA'],
  highest: [['HSS'], ['HHH'], ['LLL']],
  depth: [6, 5, 4],
};

type Lookup = (name: string) => string;

/** Scores of the metrics after `CVSS:4.0/`, or null. */
export function scoreCvss4(text: string): Cvss4Scores | null {
  const metrics = readMetrics(text, table);
  if (metrics === null || !hasAll(metrics, baseNames)) return null;
  const plain = (name: string): string => metrics.get(name) ?? worst(name);
  const effective = (name: string): string => {
    const modified = metrics.get(`M${name}`) ?? 'X';
    if (modified !== 'X') return modified;
    const value = metrics.get(name) ?? 'X';
    return value === 'X' ? worst(name) : value;
  };
  const base = scoreOf((name) => (baseNames.includes(name) ? plain(name) : worst(name)));
  const hasThreat = definesAny(metrics, ['E'], 'X');
  const hasEnvironment = definesAny(metrics, environmentalNames, 'X');
  return {
    base,
    overall: hasThreat || hasEnvironment ? scoreOf(effective) : base,
    hasThreat,
    hasEnvironment,
  };
}

/** Not defined counts as the worst case: attacked, and high requirements (section 3.1, 4.1). */
function worst(name: string): string {
  return name === 'E' ? 'A' : 'H';
}

function scoreOf(value: Lookup): number {
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => value(name) === 'N')) return 0;
  const digits = digitsOf(value);
  const [eq1 = 0, eq2 = 0, eq3 = 0, eq4 = 0, eq5 = 0, eq6 = 0] = digits;
  const score = macrovectorScore(digits) ?? 0;
  const parts: (readonly [lower: number | null, share: number])[] = [
    [macrovectorScore([eq1 + 1, eq2, eq3, eq4, eq5, eq6]), shareOf(exploitability, eq1, value)],
    [macrovectorScore([eq1, eq2 + 1, eq3, eq4, eq5, eq6]), shareOf(complexity, eq2, value)],
    [lowerImpact(digits), shareOf(impact, impactPair(eq3, eq6), value)],
    [macrovectorScore([eq1, eq2, eq3, eq4 + 1, eq5, eq6]), shareOf(subsequent, eq4, value)],
    [macrovectorScore([eq1, eq2, eq3, eq4, eq5 + 1, eq6]), 0],
  ];
  let sum = 0;
  let existing = 0;
  for (const [lower, share] of parts) {
    if (lower === null) continue;
    existing += 1;
    sum += (score - lower) * share;
  }
  const mean = existing === 0 ? 0 : sum / existing;
  return roundToTenth(Math.min(10, Math.max(0, score - mean)));
}

/** The six digits of the macrovector (section 8.1, tables 24 to 29). */
function digitsOf(value: Lookup): readonly number[] {
  const is = (name: string, wanted: string): boolean => value(name) === wanted;
  const open = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')].filter(Boolean).length;
  const eq1 = is('AV', 'P') || open === 0 ? 2 : open === 3 ? 0 : 1;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const anyHigh = is('VC', 'H') || is('VI', 'H') || is('VA', 'H');
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : anyHigh ? 1 : 2;
  const anySubsequent = is('SC', 'H') || is('SI', 'H') || is('SA', 'H');
  const eq4 = is('SI', 'S') || is('SA', 'S') ? 0 : anySubsequent ? 1 : 2;
  const eq5 = is('E', 'A') ? 0 : is('E', 'P') ? 1 : 2;
  const required =
    (is('CR', 'H') && is('VC', 'H')) ||
    (is('IR', 'H') && is('VI', 'H')) ||
    (is('AR', 'H') && is('VA', 'H'));
  return [eq1, eq2, eq3, eq4, eq5, required ? 0 : 1];
}

/** The next lower macrovector of EQ3 and EQ6 together: of two roads down, the higher score. */
function lowerImpact(digits: readonly number[]): number | null {
  const [eq1 = 0, eq2 = 0, eq3 = 0, eq4 = 0, eq5 = 0, eq6 = 0] = digits;
  const byImpact = macrovectorScore([eq1, eq2, eq3 + 1, eq4, eq5, eq6]);
  const byRequirement = macrovectorScore([eq1, eq2, eq3, eq4, eq5, eq6 + 1]);
  if (byImpact === null || byRequirement === null) return byImpact ?? byRequirement;
  return Math.max(byImpact, byRequirement);
}

/** How far below the top of its class the vector lies: steps over the depth of the class. */
function shareOf(family: EquivalenceClass, level: number, value: Lookup): number {
  for (const top of family.highest[level] ?? []) {
    const steps = stepsBelow(family.metrics, top, value);
    if (steps !== null) return steps / (family.depth[level] ?? 1);
  }
  return 0;
}

/** Steps from `top` down to the vector; null when the vector is above `top` in some metric. */
function stepsBelow(metrics: readonly string[], top: string, value: Lookup): number | null {
  let steps = 0;
  for (const [index, name] of metrics.entries()) {
    const order = levels[name] ?? '';
    const distance = order.indexOf(value(name)) - order.indexOf(top[index] ?? '');
    if (distance < 0) return null;
    steps += distance;
  }
  return steps;
}
