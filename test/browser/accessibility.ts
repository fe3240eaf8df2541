// What every page owes to who does not see it, or not well: names, landmarks, order of headings, contrast.
// It runs inside the page, so it uses nothing from outside of itself.

/** Complaints about the page that is open. Contrast by WCAG 2.2, 1.4.3. */
export function complaintsOfPage(): string[] {
  const complaints: string[] = [];
  const all = (selector: string): HTMLElement[] => [
    ...document.querySelectorAll<HTMLElement>(selector),
  ];
  const where = (element: Element): string => element.outerHTML.slice(0, 120);
  const nameOf = (element: HTMLElement): string =>
    [
      element.getAttribute('aria-label'),
      element.getAttribute('title'),
      ...(element.getAttribute('aria-labelledby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent),
      ...(element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []).map(
        (label) => label.textContent,
      ),
      element.textContent,
    ]
      .join('')
      .trim();
  const isSeen = (element: Element): boolean => element.checkVisibility();

  if (document.documentElement.lang === '') complaints.push('the page has no language');
  if (all('main').length !== 1) complaints.push('there is not one main landmark');
  if (all('h1').length !== 1) complaints.push(`there are ${all('h1').length} h1`);
  const regions = all('main :is(section, [role="region"])')
    .filter((one) => one.matches('[aria-label], [aria-labelledby]'))
    .map((one) => {
      const by = document.getElementById(one.getAttribute('aria-labelledby') ?? '');
      return one.getAttribute('aria-label') ?? by?.textContent ?? '';
    });
  for (const name of regions)
    if (regions.indexOf(name) !== regions.lastIndexOf(name))
      complaints.push(`two regions: ${name}`);
  for (const nav of all('nav')) if (nameOf(nav) === '') complaints.push('a nav has no name');
  const controls =
    'a[href], button, input, select, summary, [tabindex="0"], [role="button"], [role="img"]';
  for (const control of all(controls).filter(isSeen)) {
    if (nameOf(control) === '') complaints.push(`no name: ${where(control)}`);
    // Who speaks to the page says what they see (WCAG 2.5.3).
    const label = control.getAttribute('aria-label');
    const seen = control.checkVisibility() ? (control.innerText ?? '').trim() : '';
    const isText = /^[\w ]+$/.test(seen) && control.tagName !== 'SPAN';
    if (label !== null && isText && !label.toLowerCase().includes(seen.toLowerCase())) {
      complaints.push(`label without its text: ${where(control)}`);
    }
    if (control.matches('summary, button, a') && control.querySelector('a, button, input')) {
      complaints.push(`operable within operable: ${where(control)}`);
    }
    if (control.closest('[aria-hidden="true"]')) complaints.push(`hidden: ${where(control)}`);
  }
  for (const one of all('[tabindex]'))
    if (one.tabIndex > 0) complaints.push(`order: ${where(one)}`);
  const ids = all('[id]').map(({ id }) => id);
  for (const id of ids)
    if (ids.indexOf(id) !== ids.lastIndexOf(id)) complaints.push(`twice: ${id}`);
  let level = 0;
  for (const heading of all('main :is(h1, h2, h3, h4)').filter(isSeen)) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1 && level > 0) complaints.push(`heading jumps: ${where(heading)}`);
    level = own;
  }
  for (const table of all('table')) {
    if (table.querySelector('th') === null) {
      const caption = table.querySelector('caption') ?? table.closest('[aria-label]');
      if (caption === null)
        complaints.push(`a table has neither heads nor a name: ${where(table)}`);
    }
  }

  const numbers = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element: Element | null): number[] | null => {
    if (element === null) return numbers(getComputedStyle(document.body).backgroundColor);
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    if (backgroundImage !== 'none' && backgroundColor === 'rgba(0, 0, 0, 0)') {
      return element.classList.contains('track') ? ground(element.parentElement) : null;
    }
    const colour = numbers(backgroundColor);
    return colour.length === 4 && colour[3] === 0 ? ground(element.parentElement) : colour;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || !node.textContent?.trim() || !isSeen(element)) continue;
    if (element.closest('svg, .unseen, .skip, noscript, option, dialog:not([open])')) continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    if (behind === null) continue;
    const [a, b] = [luminance(numbers(style.color)), luminance(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      complaints.push(`contrast ${ratio.toFixed(2)}: ${where(element)}`);
  }
  return [...new Set(complaints)];
}
