// Small marks that mean the same on every page: grade, severity, time, and links from noun to noun.
// Colour is never alone: a letter, a shape or a word stands beside it.
import type { JSX } from 'preact';
import { clockText, dayText } from '../data/moments.ts';
import { harmless, shortId, timeMs, type Weight } from '../data/words.ts';
import { addressOf } from '../routing.ts';

export type Tone = 'good' | 'fair' | 'poor' | 'bad' | 'none';

export function toneOf(letter: string | null): Tone {
  if (letter === 'A' || letter === 'B') return 'good';
  if (letter === 'C') return 'fair';
  if (letter === 'D' || letter === 'E') return 'poor';
  return letter === 'F' ? 'bad' : 'none';
}

/** The letter of a grade; a question mark where nothing is known. */
export function GradeMark({
  letter,
  isLarge = false,
}: {
  readonly letter: string | null;
  readonly isLarge?: boolean;
}): JSX.Element {
  const words = letter === null ? 'grade not known' : `grade ${letter}`;
  return (
    <span
      class={`grade tone-${toneOf(letter)}${isLarge ? ' is-large' : ''}`}
      role="img"
      aria-label={words}
      title={words}
    >
      {letter === null ? '?' : harmless(letter).slice(0, 2)}
    </span>
  );
}

const shapes: Readonly<Record<Weight, string>> = {
  critical: '◆',
  high: '▲',
  medium: '■',
  low: '●',
  unknown: '○',
};

/** A shape and the word as the source wrote it. */
export function WeightMark({
  weight,
  word,
}: {
  readonly weight: Weight;
  readonly word: string;
}): JSX.Element {
  return (
    <span class={`weight is-${weight}`}>
      <span aria-hidden="true">{shapes[weight]}</span> {harmless(word)}
    </span>
  );
}

/** In the reader's zone; the exact UTC on hover. `isExact`: the day is told elsewhere, moments count. */
export function Time({
  at,
  isExact = false,
}: {
  readonly at: string | null;
  readonly isExact?: boolean;
}): JSX.Element {
  const ms = timeMs(at);
  if (ms === null || at === null) return <span>not known</span>;
  return (
    <time dateTime={at} title={`${at} (UTC)`}>
      {isExact
        ? clockText(ms, 'millisecond')
        : `${dayText(ms, Date.now())}, ${clockText(ms, 'second')}`}
    </time>
  );
}

/** A link to a container by its name, else by its id. */
export function ContainerLink({
  id,
  name,
}: {
  readonly id: string;
  readonly name: string | null;
}): JSX.Element {
  return <a href={addressOf('containers', id)}>{harmless(name ?? shortId(id))}</a>;
}

export function ImageLink({
  id,
  reference,
}: {
  readonly id: string | null;
  readonly reference: string | null;
}): JSX.Element {
  const name = harmless(reference ?? (id === null ? 'image not known' : shortId(id)));
  return id === null ? <span>{name}</span> : <a href={addressOf('images', id)}>{name}</a>;
}

/** A link to who ran an advisory or a package. */
export function ExposureLink({
  asked,
  text = asked,
}: {
  readonly asked: string;
  readonly text?: string;
}): JSX.Element {
  return (
    <a href={addressOf('exposure', null, { question: asked })} title={harmless(asked)}>
      {harmless(text)}
    </a>
  );
}

export function LessonLink({ id }: { readonly id: string | null }): JSX.Element | null {
  if (id === null) return null;
  return <a href={addressOf('lessons', id)}>Why this matters</a>;
}
