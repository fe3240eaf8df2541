// The keys that work on every page. They never take a key from somebody who types.
import { signal } from '@preact/signals';
import { goTo } from '../routing.ts';

export const isHelpShown = signal(false);

/** `g` and then a digit: so long the digit is waited for. */
const chordMs = 1500;

/** Listens until the returned function is called. */
export function listenToKeys(addresses: readonly string[]): () => void {
  let chordAt = Number.NEGATIVE_INFINITY;
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const isChord = performance.now() - chordAt < chordMs;
    chordAt = Number.NEGATIVE_INFINITY;
    if (event.key === 'g') chordAt = performance.now();
    else if (event.key === '/') focusSearch(event);
    else if (event.key === '?') isHelpShown.value = true;
    else if (isChord && /^[1-9]$/.test(event.key)) {
      const address = addresses[Number(event.key) - 1];
      if (address !== undefined) goTo(address);
    }
  };
  addEventListener('keydown', listen);
  return () => removeEventListener('keydown', listen);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  if (field === null) return;
  event.preventDefault();
  field.focus();
  field.select();
}

/**
 * Arrow keys move the focus among the items of a list of which only one is in the order of tabs.
 * `selector` names the items below the element that has this listener.
 */
export function moveFocus(event: KeyboardEvent, selector: string): void {
  const list = event.currentTarget;
  const target = event.target;
  if (!(list instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const items = [...list.querySelectorAll<HTMLElement>(selector)];
  const index = items.indexOf(target);
  if (index === -1) return;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: index + 1,
    ArrowDown: index + 1,
    ArrowLeft: index - 1,
    ArrowUp: index - 1,
    Home: 0,
    End: items.length - 1,
  };
  const next = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
  const item =
    next === undefined ? undefined : items[Math.min(items.length - 1, Math.max(0, next))];
  if (item === undefined) return;
  event.preventDefault();
  target.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
}
