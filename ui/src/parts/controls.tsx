// What people operate: search fields, buttons that copy, lists that show themselves in parts.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { grouped, nounOf } from '../data/words.ts';

export function SearchField({
  label,
  value,
  onValue,
  placeholder = '',
}: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly placeholder?: string;
}): JSX.Element {
  return (
    <label class="search">
      <span>{label}</span>
      <input
        type="search"
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        maxLength={500}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}

/** One of a few words; a group of buttons of which one is pressed. */
export function Choice({
  label,
  words,
  value,
  onValue,
}: {
  readonly label: string;
  readonly words: readonly (readonly [string, string])[];
  readonly value: string;
  readonly onValue: (value: string) => void;
}): JSX.Element {
  return (
    <fieldset class="choice">
      <legend class="unseen">{label}</legend>
      {words.map(([key, word]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onValue(key)}>
          {word}
        </button>
      ))}
    </fieldset>
  );
}

const copiedMs = 2000;

export function CopyButton({
  text,
  label,
}: {
  readonly text: string;
  readonly label: string;
}): JSX.Element {
  const [words, setWords] = useState(label);
  useEffect(() => {
    if (words === label) return;
    const timer = setTimeout(() => setWords(label), copiedMs);
    return () => clearTimeout(timer);
  }, [words, label]);
  const copy = (): void => {
    navigator.clipboard
      .writeText(text)
      .then(() => setWords('Copied'))
      .catch(() => setWords('Select the text and copy it'));
  };
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{words}</span>
    </button>
  );
}

/** A long list in parts, so that its length costs nothing until somebody wants it. */
export function Parts<Item>({
  items,
  size = 100,
  noun,
  children,
}: {
  readonly items: readonly Item[];
  readonly size?: number;
  readonly noun: string;
  readonly children: (items: readonly Item[]) => ComponentChildren;
}): JSX.Element {
  const [count, setCount] = useState(size);
  const left = items.length - count;
  return (
    <>
      {children(items.slice(0, count))}
      {left > 0 && (
        <p class="more">
          <button type="button" onClick={() => setCount(count + size)}>
            Show {grouped(Math.min(size, left))} more {nounOf(Math.min(size, left), noun)}
          </button>{' '}
          {grouped(left)} {left === 1 ? 'is' : 'are'} not shown.
        </p>
      )}
    </>
  );
}

/** The head row of a table. */
export function Heads({ words }: { readonly words: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {words.map((word) => (
          <th scope="col" key={word}>
            {word}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Something that scrolls by itself where the page is narrow, reachable by keyboard. */
export function Scrolled({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="scrolled" role="region" aria-label={`${label} (scrolls)`} tabIndex={0}>
      {children}
    </div>
  );
}
