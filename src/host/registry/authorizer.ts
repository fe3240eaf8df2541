// Answers a registry's challenges: Basic, and Bearer tokens from its token server by GET or, with an
// identity token, by OAuth2 (distribution spec: token.md, oauth.md). Keeps tokens until they expire.
import { SeaworthyError } from '../../base/error.ts';
import type { HttpRequest, HttpResponse } from '../../base/http.ts';
import { isLoopback, NetworkError } from '../../base/http-error.ts';
import { asNumber, field, parseJson, stringField } from '../../base/json.ts';
import { type Pace, TryAgain } from '../../base/retry.ts';
import { answerProblem } from './answer.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import type { Credentials } from './credential.ts';
import type { FoundCredentials } from './credentials.ts';
import type { Redactor } from './redactor.ts';

export interface AuthorizerOptions {
  /** The registry's name, for messages. */
  readonly registry: string;
  readonly find: () => Promise<FoundCredentials>;
  /** Sends a request to the token server and retries as usual. */
  readonly send: (
    request: HttpRequest,
    handle: (response: HttpResponse) => Promise<string>,
  ) => Promise<string>;
  readonly pace: Pace;
  readonly redactor: Redactor;
  /** May credentials travel to this plain http address? */
  readonly allowPlainHttp: (url: URL) => boolean;
}

export interface Authorizer {
  /** The Authorization header for a scope; null as long as the registry has asked for none. */
  authorization(scope: string): Promise<string | null>;
  /** Takes in a 401 and tells whether asking again with a new `authorization` makes sense. */
  challenged(wwwAuthenticate: string | null, used: UsedAuthorization): Promise<boolean>;
  /** What a person can do about denied access. */
  advice(): Promise<string>;
}

export interface UsedAuthorization {
  readonly scope: string;
  readonly authorization: string | null;
}

type BearerChallenge = Challenge & { readonly kind: 'bearer' };

interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
}

interface KeptToken {
  readonly text: Promise<string>;
  expiresAtMs: number;
  /** The token once it has come. */
  received: string | null;
}

const tokenBytes = 256 * 1024;
/** By specification when the server does not tell. */
const defaultTokenSeconds = 60;
/** Renewed this long before the end, so that it does not expire on its way. */
const tokenMarginMs = 5_000;

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  let found: Promise<FoundCredentials> | null = null;
  let challenge: Challenge | null = null;
  const tokens = new Map<string, KeptToken>();
  const findOnce = (): Promise<FoundCredentials> => {
    found ??= options.find().then((result) => {
      rememberSecrets(options.redactor, result.credentials);
      return result;
    });
    return found;
  };

  // Layers come in parallel: all of them wait for one token, so nothing here may await.
  const tokenFor = (scope: string, asked: BearerChallenge): Promise<string> => {
    const kept = tokens.get(scope);
    if (kept !== undefined && kept.expiresAtMs - tokenMarginMs > options.pace.now()) {
      return kept.text;
    }
    const fetched = findOnce().then((found) => fetchToken(options, { asked, scope, found }));
    const fresh: KeptToken = {
      expiresAtMs: Number.POSITIVE_INFINITY,
      text: fetched.then((token) => {
        fresh.expiresAtMs = token.expiresAtMs;
        fresh.received = token.text;
        return token.text;
      }),
      received: null,
    };
    tokens.set(scope, fresh);
    fresh.text.catch(() => {
      if (tokens.get(scope) === fresh) tokens.delete(scope);
    });
    return fresh.text;
  };

  return {
    authorization: async (scope) => {
      if (challenge === null) return null;
      if (challenge.kind === 'bearer') return `Bearer ${await tokenFor(scope, challenge)}`;
      const { credentials } = await findOnce();
      return credentials?.kind === 'basic' ? basic(credentials) : null;
    },
    challenged: async (wwwAuthenticate, used) => {
      const asked = parseChallenge(wwwAuthenticate);
      if (asked === null) return false;
      challenge = asked;
      if (asked.kind === 'basic') {
        const { credentials } = await findOnce();
        return credentials?.kind === 'basic' && used.authorization === null;
      }
      const received = tokens.get(used.scope)?.received ?? null;
      if (received !== null && used.authorization === `Bearer ${received}`) {
        tokens.delete(used.scope);
      }
      return true;
    },
    advice: async () => {
      const { credentials, notes } = await findOnce();
      const login =
        credentials === null
          ? `if it is private, log in first: docker login ${options.registry}`
          : `check that the account may read it, or log in again: docker login ${options.registry}`;
      return [...notes, login].join('; ');
    },
  };
}

function basic(credentials: Credentials & { readonly kind: 'basic' }): string {
  const text = `${credentials.username}:${credentials.password}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function rememberSecrets(redactor: Redactor, credentials: Credentials | null): void {
  if (credentials === null) return;
  if (credentials.kind === 'basic') {
    redactor.remember(credentials.password);
    redactor.remember(basic(credentials).slice('Basic '.length));
  } else {
    redactor.remember(credentials.token);
  }
}

interface TokenRequest {
  readonly asked: BearerChallenge;
  readonly scope: string;
  readonly found: FoundCredentials;
}

async function fetchToken(options: AuthorizerOptions, request: TokenRequest): Promise<Token> {
  const { credentials } = request.found;
  if (credentials?.kind === 'bearer') {
    return { text: credentials.token, expiresAtMs: Number.POSITIVE_INFINITY };
  }
  const url = realmOf(options, request.asked.realm);
  const outgoing = tokenRequest(url, { ...request, credentials });
  const text = await options.send(outgoing, async (response) => {
    if (response.status === 200) {
      return new TextDecoder().decode(await response.readBytes({ limit: tokenBytes }));
    }
    throw await refusal(options, { response, anonymous: credentials === null });
  });
  const parsed = parseJson(text);
  const value = parsed.ok ? parsed.value : null;
  const token = stringField(value, 'token') ?? stringField(value, 'access_token') ?? '';
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new NetworkError(`the token server of ${options.registry} sent no token`, {
      transient: false,
    });
  }
  options.redactor.remember(token);
  const seconds = asNumber(field(value, 'expires_in')) ?? defaultTokenSeconds;
  const lifeMs = Math.max(defaultTokenSeconds, seconds) * 1000;
  return { text: token, expiresAtMs: options.pace.now() + lifeMs };
}

interface RefusedToken {
  readonly response: HttpResponse;
  readonly anonymous: boolean;
}

async function refusal(options: AuthorizerOptions, refused: RefusedToken): Promise<Error> {
  const { registry, redactor, pace } = options;
  const advice = refused.anonymous
    ? `if the image is private, log in first: docker login ${registry}`
    : `log in again: docker login ${registry}`;
  const what = `the token server of ${registry}`;
  const problem = await answerProblem(refused.response, {
    what,
    redactor,
    advice,
    nowMs: pace.now(),
  });
  const { status } = refused.response;
  if (problem instanceof TryAgain || status < 400 || status > 499) return problem;
  // Token servers also say no with 400 (Azure) or 404.
  return new SeaworthyError('denied', `${what} refused to give access`, { cause: problem, advice });
}

function realmOf(options: AuthorizerOptions, realm: string): URL {
  const url = URL.parse(realm);
  const protocol = url?.protocol;
  if (url === null || (protocol !== 'https:' && protocol !== 'http:')) {
    throw new NetworkError(`${options.registry} names a token server that is not an address`, {
      transient: false,
    });
  }
  if (protocol === 'http:' && !isLoopback(url.hostname) && !options.allowPlainHttp(url)) {
    throw new SeaworthyError(
      'network',
      `${options.registry} wants credentials sent over plain http to ${url.host}, which is refused`,
      { advice: 'ask the owner of the registry to serve tokens over https' },
    );
  }
  url.username = '';
  url.password = '';
  return url;
}

function tokenRequest(
  url: URL,
  request: Pick<TokenRequest, 'asked' | 'scope'> & { readonly credentials: Credentials | null },
): HttpRequest {
  const { asked, credentials } = request;
  const scope = asked.scope ?? request.scope;
  if (credentials?.kind === 'refresh') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'seaworthy',
      refresh_token: credentials.token,
      scope,
      ...(asked.service === null ? {} : { service: asked.service }),
    });
    return {
      url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
    };
  }
  if (asked.service !== null) url.searchParams.set('service', asked.service);
  // Several scopes are separated by spaces in the header and repeated in the query.
  for (const one of scope.split(' ')) if (one !== '') url.searchParams.append('scope', one);
  if (credentials?.kind !== 'basic') return { url };
  url.searchParams.set('account', credentials.username);
  return { url, headers: { authorization: basic(credentials) } };
}
