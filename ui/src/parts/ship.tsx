// The mark of the house: a ship on calm water. A picture for the eye alone.
import type { JSX } from 'preact';

/** As high as the text around it; `isLarge`: beside an empty page. */
export function Ship({ isLarge = false }: { readonly isLarge?: boolean }): JSX.Element {
  return (
    <svg class={`ship${isLarge ? ' is-large' : ''}`} viewBox="0 0 32 32" aria-hidden="true">
      <path class="load" d="M8 8h7v7H8zm9 3h7v4h-7z" />
      <path d="M3 17h26l-4 9H7z" />
      <path class="water" d="M0 29q4-3 8 0t8 0 8 0 8 0" />
    </svg>
  );
}
