// What stands beside a rule of our own: what the rule language has no place for.
import type { LessonId } from '../../model/lesson.ts';

/** `stable`: on in production. `incubating`: may need an exception here and there. `sandbox`: tells much. */
export type Maturity = 'stable' | 'incubating' | 'sandbox';

export interface RuleFacts {
  /** The name of the rule in `rules/`. */
  readonly name: string;
  readonly maturity: Maturity;
  /** MITRE ATT&CK, ids of v19; the most telling one first. */
  readonly techniques: readonly string[];
  readonly lesson: LessonId;
  /** The smallest thing that makes it fire, for people and for drills. */
  readonly firesOn: string;
}
