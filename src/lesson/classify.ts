// Which kind of flaw an advisory speaks of, by its words: most feeds carry no weakness id.
import type { LessonId } from '../model/lesson.ts';
import { lessons } from './topics/index.ts';

/** Words that decide stand at the start; a title has a line, a description some. */
const longestText = 2000;
const mostKinds = 2;

let signs: readonly (readonly [LessonId, RegExp])[] | undefined;

function compiled(): readonly (readonly [LessonId, RegExp])[] {
  const telling = lessons.filter((lesson) => lesson.signs.length > 0);
  return telling.map((lesson) => [lesson.id, new RegExp(lesson.signs.join('|'), 'i')] as const);
}

/**
 * Lessons on the kinds of flaws that a text names, the one named first in front; at most two. Empty
 * when the text says nothing of it.
 */
export function kindsOfFlaw(text: string): readonly LessonId[] {
  const start = text.slice(0, longestText);
  const found: { readonly id: LessonId; readonly at: number }[] = [];
  for (const [id, sign] of (signs ??= compiled())) {
    const at = start.search(sign);
    if (at >= 0) found.push({ id, at });
  }
  return found
    .toSorted((a, b) => a.at - b.at)
    .slice(0, mostKinds)
    .map(({ id }) => id);
}
