// Lessons on a terminal: within 80 columns, harmless, with the answer only when asked for.
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { type Lesson, lessonOf, lessons } from '../../lesson/index.ts';
import { widthOf } from '../paint/index.ts';
import { type FlawFacts, type LearnView, learnText } from './index.ts';

const view: LearnView = { format: 'text', columns: 80, colour: false, answer: false };
const traversal: Lesson = present(lessonOf('path-traversal'));
const evil = '\u001b[2J\u202e\nevil';

const flaw: FlawFacts = {
  id: 'CVE-2024-1',
  title: 'A title',
  aliases: ['GHSA-1'],
  severity: 'high',
  severitySource: 'ghsa label',
  cvss: [{ version: '3.1', vector: 'x', score: 7.5 }],
  exploited: { dateAdded: '2024-02-03', ransomware: true },
  epss: 0.5,
  published: '2024-01-02T00:00:00Z',
  malware: false,
  affected: [
    { ecosystem: 'npm', name: 'a', fixedIn: ['2', '3'] },
    { ecosystem: 'npm', name: 'b', fixedIn: ['2', '3'] },
    { ecosystem: 'Debian:12', name: 'node-a', fixedIn: [] },
  ],
  references: ['https://example.org/'],
  remark: 'A remark.',
};

function tooLong(text: string): readonly string[] {
  return text.split('\n').filter((line) => widthOf(line) > 80);
}

test('a lesson as it should look', async () => {
  const text = learnText({ kind: 'lesson', lesson: traversal }, view);
  await expect(text).toMatchFileSnapshot('fixtures/path-traversal.txt');
});

test('a flaw as it should look', async () => {
  const text = learnText({ kind: 'flaw', flaw, lessons: [traversal, present(lessons[0])] }, view);
  await expect(text).toMatchFileSnapshot('fixtures/flaw.txt');
});

test('the answer is shown on request only', () => {
  const { answer } = traversal.challenge;
  const start = answer.slice(0, 30);
  expect(learnText({ kind: 'lesson', lesson: traversal }, view)).not.toContain(start);
  expect(learnText({ kind: 'lesson', lesson: traversal }, { ...view, answer: true })).toContain(
    start,
  );
});

describe('80 columns', () => {
  test('hold the list', () => {
    expect(tooLong(learnText({ kind: 'list', lessons }, view))).toEqual([]);
  });

  test.each(lessons)('hold $id', (lesson) => {
    const text = learnText({ kind: 'lesson', lesson }, { ...view, answer: true });
    expect(tooLong(text)).toEqual([]);
    expect(text).not.toContain('\u001b');
  });
});

test('text of advisories is harmless', () => {
  const hostile: FlawFacts = {
    ...flaw,
    title: evil,
    aliases: [evil],
    severitySource: evil,
    affected: [{ ecosystem: evil, name: evil, fixedIn: [evil] }],
    references: [evil],
  };
  const text = learnText({ kind: 'flaw', flaw: hostile, lessons: [] }, view);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(text).not.toContain('\nevil');
});

describe('JSON', () => {
  const parsed = (answer: Parameters<typeof learnText>[0]): Record<string, unknown> =>
    JSON.parse(learnText(answer, { ...view, format: 'json' })) as Record<string, unknown>;

  test('of the list has id, title and summary', () => {
    const list = parsed({ kind: 'list', lessons })['lessons'] as Record<string, unknown>[];
    expect(list).toHaveLength(lessons.length);
    expect(Object.keys(present(list[0]))).toEqual(['id', 'title', 'summary']);
  });

  test('of a lesson has all but the patterns', () => {
    const { signs: _signs, ...taught } = traversal;
    expect(parsed({ kind: 'lesson', lesson: traversal })['lesson']).toEqual(taught);
  });

  test('of a flaw has the facts', () => {
    expect(parsed({ kind: 'flaw', flaw, lessons: [] })).toEqual({ flaw, lessons: [] });
  });
});
