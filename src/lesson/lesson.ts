// The shape of a lesson: short enough to be read while a pipeline is red.
import type { LessonId } from '../model/lesson.ts';

export interface Lesson {
  readonly id: LessonId;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  /** Paragraphs. */
  readonly why: readonly string[];
  /** How an attacker uses it, step by step. */
  readonly attack: readonly string[];
  /** What to do here, the most telling step first. */
  readonly fix: readonly string[];
  readonly challenge: { readonly question: string; readonly answer: string };
  /** MITRE ATT&CK techniques that it serves. */
  readonly techniques: readonly string[];
  readonly related: readonly LessonId[];
  /**
   * Patterns in an advisory's words that speak of this kind of flaw, any case; linear ones only.
   */
  readonly signs: readonly string[];
}
