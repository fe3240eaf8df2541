// The few pages of a login: plain HTML without any script. Texts come from providers and people, so
// that every one of them is escaped.

export interface Page {
  readonly title: string;
  readonly lines: readonly string[];
  /** Links of our own. */
  readonly links: readonly { readonly href: string; readonly text: string }[];
  /** Shows the button that ends the session. */
  readonly canLogOut: boolean;
}

/** Nothing runs, nothing is loaded, nobody frames it, forms go to us alone. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

export function pageText({ title, lines, links, canLogOut }: Page): string {
  const list = links.map(
    ({ href, text }) => `<li><a href="${plain(href)}">${plain(text)}</a></li>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${plain(title)} - Seaworthy</title></head><body><main><h1>${plain(title)}</h1>`,
    ...lines.map((line) => `<p>${plain(line)}</p>`),
    list.length === 0 ? '' : `<ul>${list.join('')}</ul>`,
    canLogOut ? '<form method="post" action="/logout"><button>Log out</button></form>' : '',
    '</main></body></html>\n',
  ].join('\n');
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

function plain(text: string): string {
  return text.replaceAll(/[&<>"']/g, (found) => entities.get(found) ?? '');
}
