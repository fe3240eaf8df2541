// The list of keys, called with `?`.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isHelpShown } from './keys.ts';

const keys: readonly (readonly [string, string])[] = [
  ['/', 'search on this page'],
  ['g then 1 to 9', 'go to a page, in the order of the navigation'],
  ['arrow keys, Home, End', 'move among containers, processes and other marks'],
  ['Enter', 'open what has the focus'],
  ['+ and -', 'zoom the time axis that has the focus; 0 shows all of it'],
  ['Escape', 'close this list'],
  ['?', 'this list'],
];

export function KeyHelp(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = isHelpShown.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="key-title"
      onClose={() => {
        isHelpShown.value = false;
      }}
    >
      <h2 id="key-title">Keys</h2>
      <dl class="facts">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
