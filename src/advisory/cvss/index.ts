// CVSS in one door: any vector of version 2.0 to 4.0 in, its scores and its severity word out.
import type { Severity } from '../../model/severity.ts';
import { type GroupScores, scoreCvss2 } from './cvss2.ts';
import { scoreCvss3 } from './cvss3.ts';
import { scoreCvss4 } from './cvss4.ts';

export type CvssVersion = '2.0' | '3.0' | '3.1' | '4.0';

export interface CvssResult {
  readonly version: CvssVersion;
  /** The vector as given, without white space around it. */
  readonly vector: string;
  /** Base score 0..10, one decimal. */
  readonly base: number;
  /** With the metrics that change over time (4.0: threat), or null when the vector has none. */
  readonly temporal: number | null;
  /** With the metrics of one environment (and of time, where there), or null. */
  readonly environmental: number | null;
}

/**
 * Scores of a vector string (FIRST specifications of CVSS 2.0, 3.0, 3.1, 4.0). The version is told
 * by the prefix; without one it is 2.0. Null when the vector is malformed or incomplete.
 */
export function scoreVector(text: string): CvssResult | null {
  const vector = text.trim();
  if (vector.startsWith('CVSS:3.1/')) return group('3.1', vector, scoreCvss3(after(vector), '3.1'));
  if (vector.startsWith('CVSS:3.0/')) return group('3.0', vector, scoreCvss3(after(vector), '3.0'));
  if (vector.startsWith('CVSS:4.0/')) return cvss4(vector);
  if (vector.startsWith('CVSS2#')) return group('2.0', vector, scoreCvss2(vector.slice(6)));
  if (vector.startsWith('CVSS:2.0/')) return group('2.0', vector, scoreCvss2(after(vector)));
  return group('2.0', vector, scoreCvss2(vector));
}

function after(vector: string): string {
  return vector.slice('CVSS:x.y/'.length);
}

function group(
  version: CvssVersion,
  vector: string,
  scores: GroupScores | null,
): CvssResult | null {
  return scores === null ? null : { version, vector, ...scores };
}

function cvss4(vector: string): CvssResult | null {
  const scores = scoreCvss4(after(vector));
  if (scores === null) return null;
  return {
    version: '4.0',
    vector,
    base: scores.base,
    temporal: scores.hasThreat && !scores.hasEnvironment ? scores.overall : null,
    environmental: scores.hasEnvironment ? scores.overall : null,
  };
}

/**
 * The qualitative word for a score (section 5 of 3.1, section 6 of 4.0; NVD's bands for 2.0, which
 * knows no `critical`). A score of zero is `negligible`.
 */
export function severityOfScore(score: number, version: CvssVersion): Severity {
  if (score <= 0) return 'negligible';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return score < 9 || version === '2.0' ? 'high' : 'critical';
}
