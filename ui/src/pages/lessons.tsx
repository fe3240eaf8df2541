// Why it matters, how it is used by attackers, what to do here.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Lesson, LessonRow, Page } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { harmless } from '../data/words.ts';
import { SearchField } from '../parts/controls.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { addressOf, replaceQuery, route } from '../routing.ts';

export function LessonsPage(): JSX.Element {
  const answer = answerTo<Page<LessonRow> | readonly LessonRow[]>('/lessons').value;
  const find = route.value.query.get('find') ?? '';
  return (
    <>
      <h1>Lessons</h1>
      <Shown answer={answer} what="the lessons" retry={() => void refresh('/lessons')}>
        {(value) => {
          const all = 'items' in value ? value.items : value;
          const chosen = all.filter(({ id, title, summary }) =>
            `${id} ${title} ${summary}`.toLowerCase().includes(find.toLowerCase()),
          );
          return (
            <>
              <div class="tools">
                <SearchField
                  label="Search lessons"
                  value={find}
                  onValue={(next) => replaceQuery({ find: next })}
                />
              </div>
              {chosen.length === 0 && <Empty title="No lesson has these words." />}
              <ul class="lessons">
                {chosen.map(({ id, title, summary }) => (
                  <li key={id}>
                    <a href={addressOf('lessons', id)}>{harmless(title)}</a>
                    <p>{harmless(summary)}</p>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Shown>
    </>
  );
}

export function LessonPage({ id }: { readonly id: string }): JSX.Element {
  const path = `/lessons/${encodeURIComponent(id)}`;
  const answer = answerTo<Lesson>(path).value;
  return (
    <Shown answer={answer} isPage what="the lesson" retry={() => void refresh(path)}>
      {(lesson) => <Told lesson={lesson} />}
    </Shown>
  );
}

function Told({ lesson }: { readonly lesson: Lesson }): JSX.Element {
  const [isAnswered, setAnswered] = useState(false);
  return (
    <article>
      <h1>{harmless(lesson.title)}</h1>
      <p>
        <b>{harmless(lesson.summary)}</b>
      </p>
      {lesson.why.map((text) => (
        <p key={text}>{harmless(text)}</p>
      ))}
      <h2>How an attacker uses it</h2>
      <ol>
        {lesson.attack.map((text) => (
          <li key={text}>{harmless(text)}</li>
        ))}
      </ol>
      <h2>What to do here</h2>
      <ol>
        {lesson.fix.map((text) => (
          <li key={text}>{harmless(text)}</li>
        ))}
      </ol>
      <h2>Try yourself</h2>
      <p>{harmless(lesson.challenge.question)}</p>
      <button type="button" aria-expanded={isAnswered} onClick={() => setAnswered(!isAnswered)}>
        {isAnswered ? 'Hide the answer' : 'Show the answer'}
      </button>
      {isAnswered && <p role="status">{harmless(lesson.challenge.answer)}</p>}
      {lesson.techniques.length > 0 && (
        <p class="faint">MITRE ATT&CK: {lesson.techniques.map(harmless).join(', ')}</p>
      )}
      <p>
        Related:{' '}
        {lesson.related.map((one) => (
          <span key={one}>
            <a href={addressOf('lessons', one)}>{harmless(one)}</a>{' '}
          </span>
        ))}
      </p>
    </article>
  );
}
