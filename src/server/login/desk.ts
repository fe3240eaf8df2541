// Login and logout of people at a fleet's server, and whose a session's cookie is. Nothing is kept
// here: any replica answers what another one began.
import { messageOf } from '../../base/error.ts';
import { newSecret, secretHash } from '../../base/secret.ts';
import type { FleetStore, Session } from '../../store/fleet/index.ts';
import { accessOf, groupsOf, nameOf } from './access.ts';
import { pageHeaders, pageText } from './page.ts';
import type { Provider } from './provider.ts';
import type { LoginSettings } from './settings.ts';

export interface LoginRequest {
  readonly method: string;
  readonly url: URL;
  readonly header: (name: string) => string | null;
}

export interface LoginAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoginDeskOptions {
  readonly store: FleetStore;
  readonly settings: LoginSettings;
  readonly provider: Provider;
  /** Told who came in and why somebody did not; never holds a code, token or cookie. */
  readonly warn: (line: string) => void;
}

export interface LoginDesk {
  /** Null: the path is none of ours. */
  handle(request: LoginRequest): Promise<LoginAnswer | null>;
  /** Who somebody is, and until when. */
  account(request: LoginRequest): Promise<LoginAnswer | null>;
  /** Who asks by a cookie; `foreign` when the page of another site makes the browser ask. */
  callerOf(request: LoginRequest): Promise<Session | 'foreign' | null>;
}

/** From the first click to the provider's answer: some must first find their second factor. */
const loginMs = 600_000;
const urlLength = 4096;

/** The desk of one provider; it holds no state that another replica would need. */
export function createLoginDesk(options: LoginDeskOptions): LoginDesk {
  const { settings } = options;
  const isSecure = settings.publicUrl.protocol === 'https:';
  // The prefix binds a cookie to this very host and to TLS: no neighbour can plant one (RFC 6265bis).
  const prefix = isSecure ? '__Host-' : '';
  const names = { browser: `${prefix}seaworthy-login`, session: `${prefix}seaworthy-session` };
  const cookie = (name: string, value: string, seconds: number): string =>
    // Lax, not Strict: the way back from the provider begins on another site.
    `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const desk = { ...options, names, cookie };
  return {
    async handle(request) {
      switch (`${request.method} ${request.url.pathname}`) {
        case 'GET /login':
          return begin(desk, request);
        case 'GET /login/callback':
          return finish(desk, request);
        case 'POST /logout':
          return logOut(desk, request);
        default:
          return null;
      }
    },
    account: (request) => account(desk, request),
    callerOf: async (request) => {
      const secret = cookieOf(request, names.session);
      if (secret === null) return null;
      if (isForeign(request, settings)) return 'foreign';
      return options.store.session(secretHash(secret));
    },
  };
}

interface Desk extends LoginDeskOptions {
  readonly names: { readonly browser: string; readonly session: string };
  readonly cookie: (name: string, value: string, seconds: number) => string;
}

async function begin(desk: Desk, request: LoginRequest): Promise<LoginAnswer> {
  const { store, settings, provider, names, cookie, warn } = desk;
  let asked: Awaited<ReturnType<Provider['begin']>>;
  try {
    asked = await provider.begin();
  } catch (error) {
    warn(`the provider of identities cannot be asked: ${messageOf(error)}`);
    return failure(502, 'The provider of identities does not answer. Try again in a minute.');
  }
  // The same for logins in several tabs: each has a state of its own.
  const browser = cookieOf(request, names.browser) ?? newSecret('swb');
  await store.beginLogin({
    state: secretHash(asked.state),
    browser: secretHash(browser),
    nonce: asked.nonce,
    verifier: asked.verifier,
    goal: goalOf(request.url.searchParams.get('return'), settings.publicUrl),
    lifeMs: loginMs,
  });
  return {
    status: 302,
    headers: {
      location: asked.address.href,
      'set-cookie': cookie(names.browser, browser, loginMs / 1000),
      'referrer-policy': 'no-referrer',
    },
    body: '',
  };
}

async function finish(desk: Desk, request: LoginRequest): Promise<LoginAnswer> {
  const { store, settings, provider, names, cookie, warn } = desk;
  const { search, searchParams } = request.url;
  const state = searchParams.get('state') ?? '';
  const browser = cookieOf(request, names.browser);
  const begun =
    browser === null || search.length > urlLength
      ? null
      : await store.takeLogin({ state: secretHash(state), browser: secretHash(browser) });
  if (begun === null) {
    warn('a login came back that this server did not begin, or that was used or too old');
    return failure(400, 'This login was not begun here, was used before, or took too long.');
  }
  let claims: Readonly<Record<string, unknown>>;
  try {
    const callback = new URL(`/login/callback${search}`, settings.publicUrl);
    claims = await provider.finish(callback, { ...begun, state });
  } catch (error) {
    warn(`a login was refused: ${messageOf(error)}`);
    return failure(401, "The provider's answer does not hold, or it did not let you in.");
  }
  const name = nameOf(claims, settings.nameClaim);
  const access = accessOf(groupsOf(claims, settings.groupsClaim), settings.grants);
  if (access === null) {
    warn(`${name} has none of the groups that may enter`);
    return failure(403, `You are ${name}, but none of your groups may enter here.`);
  }
  const secret = newSecret('swc');
  const lifeMs = settings.sessionMs;
  const subject = String(claims['sub']);
  await store.addSession({ hash: secretHash(secret), subject, name, ...access, lifeMs });
  warn(`${name} logged in as ${access.role}${teamsText(access.teams)}`);
  return {
    status: 303,
    headers: {
      location: new URL(begun.goal, settings.publicUrl).href,
      'set-cookie': cookie(names.session, secret, Math.floor(lifeMs / 1000)),
      'referrer-policy': 'no-referrer',
    },
    body: '',
  };
}

async function logOut(desk: Desk, request: LoginRequest): Promise<LoginAnswer> {
  const { store, settings, names, cookie } = desk;
  const secret = cookieOf(request, names.session);
  if (isForeign(request, settings) || request.header('origin') === null) {
    return failure(403, 'The page of another site asked for this.');
  }
  if (secret !== null) await store.endSession(secretHash(secret));
  return {
    status: 303,
    headers: {
      location: new URL('/', settings.publicUrl).href,
      'set-cookie': cookie(names.session, '', 0),
    },
    body: '',
  };
}

async function account(desk: Desk, request: LoginRequest): Promise<LoginAnswer | null> {
  const secret = cookieOf(request, desk.names.session);
  // Shown to whoever comes, from wherever: it tells a person only of himself and changes nothing.
  const session = secret === null ? null : await desk.store.session(secretHash(secret));
  if (session === null) return null;
  const until = new Date(session.untilUs / 1000).toISOString().slice(0, 16).replace('T', ' ');
  return shown(
    pageText({
      title: 'A fleet watched by Seaworthy',
      lines: [
        `You are ${session.name}: ${session.role}${teamsText(session.teams)}, until ${until} UTC.`,
      ],
      links: [{ href: '/', text: 'Dashboard' }],
      canLogOut: true,
    }),
  );
}

function shown(body: string): LoginAnswer {
  return { status: 200, headers: pageHeaders, body };
}

/** What a role is limited to, in words. */
export function teamsText(teams: readonly string[] | null): string {
  return teams === null ? '' : ` of ${teams.join(', ')}`;
}

function failure(status: number, line: string): LoginAnswer {
  const page = { title: 'No login', lines: [line], canLogOut: false };
  const links = [{ href: '/login', text: 'Try again' }];
  return { status, headers: pageHeaders, body: pageText({ ...page, links }) };
}

/**
 * A path of our own host, whatever was asked for. Read as a browser reads it, so that `//elsewhere`,
 * `/\elsewhere` and tabs in between lead nowhere else; used as a whole address, so that a path that
 * begins with two slashes is no host.
 */
function goalOf(asked: string | null, publicUrl: URL): string {
  const url =
    asked?.startsWith('/') && asked.length <= urlLength ? URL.parse(asked, publicUrl) : null;
  if (url === null || url.origin !== publicUrl.origin) return publicUrl.href;
  return /^\/(?:login|logout)\b/.test(url.pathname) ? publicUrl.href : url.href;
}

/** A value of our own making; null for any other. */
function cookieOf({ header }: LoginRequest, name: string): string | null {
  const pairs = (header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value !== undefined && /^sw[bc]_[\w-]{43}$/.test(value) ? value : null;
}

/** Browsers send `Origin` with what changes something, and `Sec-Fetch-Site` with everything. */
function isForeign({ method, header }: LoginRequest, { publicUrl }: LoginSettings): boolean {
  const site = header('sec-fetch-site');
  const told = header('origin');
  // Our pages send no referrer, and of such a page's form browsers hide the origin (Fetch, 3.2): `null`.
  const origin = told === 'null' && site === 'same-origin' ? publicUrl.origin : told;
  if (origin !== null && origin !== publicUrl.origin) return true;
  const isOurs = site === null || site === 'same-origin' || site === 'none';
  const isVisit = method === 'GET' && header('sec-fetch-mode') === 'navigate';
  if (!isOurs && !isVisit) return true;
  return method !== 'GET' && method !== 'HEAD' && origin === null;
}
