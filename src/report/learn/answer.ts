// What `learn` answers: a list of lessons, one lesson, or what is known of a flaw with its lessons.
import type { Lesson } from '../../lesson/index.ts';
import type { KevEntry } from '../../model/advisory.ts';
import type { CvssScore } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';

export interface AffectedName {
  /** As OSV spells it: `Debian:12`, `npm`. */
  readonly ecosystem: string;
  readonly name: string;
  readonly fixedIn: readonly string[];
}

export interface FlawFacts {
  readonly id: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly severitySource: string;
  readonly cvss: readonly CvssScore[];
  /** Since when it is known to be exploited; null when it is not. */
  readonly exploited: KevEntry | null;
  readonly epss: number | null;
  readonly published: string | null;
  readonly malware: boolean;
  readonly affected: readonly AffectedName[];
  readonly references: readonly string[];
  /** A sentence or two on this very flaw, where the built-in set has them. */
  readonly remark: string | null;
}

export type LearnAnswer =
  | { readonly kind: 'list'; readonly lessons: readonly Lesson[] }
  | { readonly kind: 'lesson'; readonly lesson: Lesson }
  | { readonly kind: 'flaw'; readonly flaw: FlawFacts; readonly lessons: readonly Lesson[] };
