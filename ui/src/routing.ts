// Addresses of pages. They stand behind the hash, so that any static server serves them and a link
// with a token loses nothing on its way: `#/containers/ab12?at=10`.
import { signal } from '@preact/signals';

export interface Route {
  /** First word of the path; empty for the harbour. */
  readonly page: string;
  /** The rest of the path, decoded; null where there is none. */
  readonly id: string | null;
  readonly query: URLSearchParams;
}

/** The page that is shown. */
export const route = signal<Route>(parseRoute(location.hash));

/** Follows the address bar; called once. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    const before = route.value;
    route.value = parseRoute(location.hash);
    if (before.page !== route.value.page || before.id !== route.value.id) scrollTo(0, 0);
  });
}

/** `#/images/a%2Fb?x=1` -> its parts. A path that cannot be decoded is taken as it stands. */
function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const slash = path.indexOf('/');
  const page = slash === -1 ? path : path.slice(0, slash);
  const rest = slash === -1 ? '' : path.slice(slash + 1);
  return { page, id: rest === '' ? null : decoded(rest), query: new URLSearchParams(query) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page; empty values of the query are left out. */
export function addressOf(
  page: string,
  id: string | null = null,
  query: Readonly<Record<string, string | null>> = {},
): string {
  const given = Object.entries(query).filter(
    (one): one is [string, string] => one[1] !== null && one[1] !== '',
  );
  const words = new URLSearchParams(given).toString();
  const path = id === null ? page : `${page}/${encodeURIComponent(id)}`;
  return `#/${path}${words === '' ? '' : `?${words}`}`;
}

/** Sets words of the query without a new step of history; null removes one. */
export function replaceQuery(changes: Readonly<Record<string, string | null>>): void {
  const { page, id, query } = route.value;
  const next = new Map(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const address = addressOf(page, id, Object.fromEntries(next));
  history.replaceState(null, '', address);
  route.value = parseRoute(address);
}

export function goTo(address: string): void {
  location.hash = address;
}
