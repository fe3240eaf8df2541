// The door of the lessons: what to learn from a finding, keyed by the ids that findings name.
import type { LessonId } from '../model/lesson.ts';
import type { Lesson } from './lesson.ts';
import { lessons } from './topics/index.ts';

export { kindsOfFlaw } from './classify.ts';
export type { Lesson } from './lesson.ts';
export { lessons } from './topics/index.ts';

const byId: ReadonlyMap<string, Lesson> = new Map(lessons.map((lesson) => [lesson.id, lesson]));

/** The lesson of an id, or null when there is none of that name. */
export function lessonOf(id: LessonId | (string & {})): Lesson | null {
  return byId.get(id) ?? null;
}
