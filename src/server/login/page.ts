// The few pages of a login: plain HTML without any script. Texts come from providers and people, so
// that every one of them is escaped.
import { createHash } from 'node:crypto';

export interface Page {
  readonly title: string;
  readonly lines: readonly string[];
  /** Links of our own. */
  readonly links: readonly { readonly href: string; readonly text: string }[];
  /** Shows the button that ends the session. */
  readonly canLogOut: boolean;
  /** Shows the field for a token. */
  readonly takesToken?: boolean;
}

/** Its hash stands in the policy: no other style counts. */
const style =
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}' +
  'body{margin:0}main{max-width:32rem;margin:12vh auto;padding:0 1.5rem}' +
  'h1{font-size:1.4rem}ul{padding:0;list-style:none}li{margin:.5rem 0}' +
  'input,button{font:inherit;padding:.35rem .6rem}input{width:100%;box-sizing:border-box;margin:.3rem 0 .7rem}';

const tokenForm =
  '<form method="post" action="/login/token"><label>Token that an admin gave you' +
  '<input type="password" name="token" autocomplete="off" required></label>' +
  '<button>Open</button></form>';

/** Nothing runs, nothing is loaded, nobody frames it, forms go to us alone. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
    "img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

export function pageText({ title, lines, links, canLogOut, takesToken }: Page): string {
  const list = links.map(
    ({ href, text }) => `<li><a href="${plain(href)}">${plain(text)}</a></li>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    // Without it browsers ask for a /favicon.ico that is not there.
    `<link rel="icon" href="data:,"><style>${style}</style>`,
    `<title>${plain(title)} - Seaworthy</title></head><body><main><h1>${plain(title)}</h1>`,
    ...lines.map((line) => `<p>${plain(line)}</p>`),
    list.length === 0 ? '' : `<ul>${list.join('')}</ul>`,
    takesToken === true ? tokenForm : '',
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
