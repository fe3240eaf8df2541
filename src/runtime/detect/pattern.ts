// A pattern of many events: what counts, what is kept apart, and how many within which time are too many.
import type { RuntimeEvent } from '../../model/event.ts';
import type { LessonId } from '../../model/lesson.ts';
import type { Priority } from '../rules/index.ts';

export interface PatternThreshold {
  /** So many different things ... */
  readonly count: number;
  /** ... within so many milliseconds. */
  readonly windowMs: number;
}

export interface Counted {
  /** Windows of a container are kept apart by this: an address, a port, an ending of names. */
  readonly within: string;
  /** The thing that counts once. */
  readonly key: string;
}

export interface Pattern {
  /** Its key in the settings. */
  readonly id: string;
  /** The name of the detection, as a rule has one. */
  readonly rule: string;
  readonly description: string;
  readonly priority: Priority;
  /** ATT&CK, ids of v19. */
  readonly techniques: readonly string[];
  readonly tactic: string;
  readonly lesson: LessonId;
  /** Types of events that it looks at. */
  readonly types: readonly string[];
  /** On the host as well, or in containers only. */
  readonly onHost: boolean;
  readonly threshold: PatternThreshold;
  /** What an event counts for; null when it does not. Called often: has to be cheap. */
  observe(event: RuntimeEvent): Counted | null;
  /** What happened, in words: `connects to 20 ports of 10.0.0.5`. */
  text(count: number, within: string): string;
}

/** An argument of a call as a text. */
export function argumentOf({ arguments: given }: RuntimeEvent, name: string): string | null {
  const value = given.get(name);
  return value === undefined ? null : String(value);
}
