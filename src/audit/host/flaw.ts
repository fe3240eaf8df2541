// The entry of one flaw of a host component, and what must hold on this host so that it can be used.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import type { AffectedRange } from '../upstream-order.ts';
import type { ComponentName, HostFacts } from './facts.ts';

/** Whether an attacker can get at the flaw here, and which look at the host decided that. */
export interface Reach {
  readonly kind: 'open' | 'closed' | 'unknown';
  /** Plain sentence without full stop. */
  readonly because: string;
  /** What was looked at: a sysctl, a file, a container. */
  readonly place: string;
}

export type Precondition = (facts: HostFacts) => Reach;

export interface Flaw {
  readonly id: string;
  /** What people call it; null: only by its number. */
  readonly name: string | null;
  readonly severity: Severity;
  readonly lesson: LessonId;
  readonly component: ComponentName;
  readonly range: AffectedRange;
  /**
   * First lines of the commits that mend it: distributions write them into changelogs, often before the
   * flaw has its number.
   */
  readonly mendedBy?: readonly string[];
  /** What an attacker gains by which way, one sentence without full stop. */
  readonly attack: string;
  readonly precondition: Precondition;
  /** The day CISA listed it as exploited (YYYY-MM-DD or YYYY-MM), or null. */
  readonly exploitedSince: string | null;
  /** What helps until it is mended; one imperative sentence without full stop. */
  readonly meanwhile: string;
}
