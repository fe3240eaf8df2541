// What every page owes to who does not see it, or not well, or has no mouse: axe-core's rules of WCAG 2.2,
// levels A and AA, and a walk with the Tab key over everything that can be operated.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.0 to 2.2, A and AA, and what axe-core counts as good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

/** Rules that the page breaks, each with the first element that breaks it; empty: none. */
export async function complaints(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (values) => {
    const { violations } = await window.axe.run(document, {
      runOnly: { type: 'tag', values },
      resultTypes: ['violations'],
    });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.length} x ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.any[0]?.message ?? ''}`,
    );
  }, tags);
}

/** Everything that can be operated, by how it can be found again. */
const operable =
  'a[href], button:not([disabled]), input:not([disabled]), select, summary, [tabindex="0"]';

export interface Walk {
  /** Elements that Tab never came to. */
  readonly missed: readonly string[];
  /** Elements that had the focus and did not show it, or had it off the screen. */
  readonly unseen: readonly string[];
  readonly steps: number;
}

/** Presses Tab until the focus is back at the beginning, at most `most` times. */
export async function walk(page: Page, most = 600): Promise<Walk> {
  await page.evaluate((selector) => {
    // Elements live on from page to page.
    for (const one of document.querySelectorAll<HTMLElement>('[data-walk]')) {
      delete one.dataset['walk'];
    }
    const all = [...document.querySelectorAll<HTMLElement>(selector)].filter(
      (one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }),
    );
    for (const [index, one] of all.entries()) one.dataset['walk'] = String(index);
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.removeAllRanges();
  }, operable);
  const reached = new Set<string>();
  const unseen: string[] = [];
  let first: string | null = null;
  let steps = 0;
  for (; steps < most; steps += 1) {
    await page.keyboard.press('Tab');
    const { key, told, isSeen } = await page.evaluate(focusOfPage);
    // Behind the last element comes the browser's own frame, then the first one again.
    if (key === null) continue;
    first ??= key;
    if (key === first && reached.size > 1) break;
    reached.add(key);
    if (!isSeen) unseen.push(told);
  }
  const missed = await page.evaluate(
    (known) =>
      [...document.querySelectorAll<HTMLElement>('[data-walk]')]
        .filter(({ dataset }) => !known.includes(dataset['walk'] ?? ''))
        .map((one) => one.outerHTML.slice(0, 160)),
    [...reached],
  );
  return { missed, unseen, steps };
}

/** Runs inside the page: who has the focus, whether it shows, and whether it is on the screen. */
function focusOfPage(): { key: string | null; told: string; isSeen: boolean } {
  const one = document.activeElement;
  if (!(one instanceof HTMLElement || one instanceof SVGElement) || one === document.body) {
    return { key: null, told: '', isSeen: true };
  }
  // A line of a picture shows the focus as dashes: an outline would be a box around all that it crosses.
  const drawn = one instanceof SVGElement ? one.querySelector('.line') : null;
  const { outlineStyle, outlineWidth, strokeDasharray } = getComputedStyle(drawn ?? one);
  const hasOutline = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
  const box = one.getBoundingClientRect();
  const isOnScreen =
    box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {
    key: one.dataset['walk'] ?? one.outerHTML.slice(0, 200),
    told: one.outerHTML.slice(0, 160),
    isSeen: (hasOutline || strokeDasharray !== 'none') && isOnScreen,
  };
}
