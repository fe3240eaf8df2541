// What a page shows while it waits, when it fails, and when there is nothing yet.
import type { ComponentChildren, JSX } from 'preact';
import type { Answer, Problem } from '../data/client.ts';
import { harmless } from '../data/words.ts';
import { Ship } from './ship.tsx';

/** The value, or the designed state that stands in for it. */
export function Shown<T>({
  answer,
  what,
  retry,
  isPage = false,
  children,
}: {
  readonly answer: Answer<T>;
  /** What is loaded, in a sentence: "the images". */
  readonly what: string;
  readonly retry?: () => void;
  /** The answer is the whole page: its state is the page's heading. */
  readonly isPage?: boolean;
  readonly children: (value: T) => ComponentChildren;
}): JSX.Element {
  if (answer.kind === 'ready') return <>{children(answer.value)}</>;
  if (answer.kind === 'loading') return <Loading what={what} />;
  return (
    <Failed
      problem={answer.problem}
      {...{ what, isPage }}
      {...(retry === undefined ? {} : { retry })}
    />
  );
}

export function Loading({ what }: { readonly what: string }): JSX.Element {
  return (
    <section class="state is-loading" role="status">
      <p>Loading {what} …</p>
      <div class="bones" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    </section>
  );
}

export function Failed({
  problem,
  what,
  retry,
  isPage = false,
}: {
  readonly problem: Problem;
  readonly what: string;
  readonly retry?: () => void;
  readonly isPage?: boolean;
}): JSX.Element {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <section class="state is-failed" role="alert">
      <Heading>{harmless(problem.message)}</Heading>
      <p>{problem.advice === null ? `This concerns ${what}.` : <Coded text={problem.advice} />}</p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </section>
  );
}

/** Nothing to show, and how it comes to be. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <section class="state is-empty">
      <Ship isLarge />
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </section>
  );
}

/** A sentence in which words between backticks are commands. */
export function Coded({ text }: { readonly text: string }): JSX.Element {
  const parts = harmless(text).split('`');
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? <code key={`${index} ${part}`}>{part}</code> : part,
      )}
    </>
  );
}

/** With a capital at its beginning and a full stop. */
export function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** How something is switched on. A command alone is shown as one. */
export function HowTo({ text }: { readonly text: string }): JSX.Element {
  const isCommand = /^seaworthy [^`]+$/.test(text);
  return (
    <span>
      {isCommand && 'Switch it on: '}
      <Coded text={isCommand ? `\`${text}\`` : sentence(text)} />
    </span>
  );
}
