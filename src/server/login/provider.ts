// The provider of identities, by OpenID Connect: authorization code with PKCE, state and nonce. The
// library checks issuer, audience, times, nonce and signature; here stands what it asks with.
import * as client from 'openid-client';
import { SeaworthyError } from '../../base/error.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../../base/http.ts';
import { isLoopback } from '../../base/http-error.ts';
import { claimOf } from './access.ts';
import type { LoginSettings } from './settings.ts';

export interface ProviderOptions {
  readonly settings: LoginSettings;
  readonly clientSecret: string | null;
  readonly authorities: readonly string[];
  readonly nowMs: () => number;
}

/** What has to come back as it was. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Provider {
  /** Where the browser goes. Rejects when the provider cannot be asked. */
  begin(): Promise<Asked & { readonly address: URL }>;
  /** The claims of the person. Rejects when anything in the answer does not hold. */
  finish(callback: URL, asked: Asked): Promise<Readonly<Record<string, unknown>>>;
  close(): void;
}

/** Documents of a provider: keys and descriptions have some ten kilobytes. */
const answerBytes = 1024 * 1024;
const answerSeconds = 10;
/** A description is asked for again so often; keys at each login. */
const describedMs = 600_000;
/** Clocks of provider and server may differ by so much. */
const clockSeconds = 30;

/** Asks nobody yet: a server starts also while its provider is away. */
export function openProvider(options: ProviderOptions): Provider {
  const { settings } = options;
  const http = createHttpClient({ tls: { authorities: options.authorities } });
  const configuration = configurations(options, fetchBy(http));
  return {
    async begin() {
      const made = await configuration();
      const asked = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const address = client.buildAuthorizationUrl(made, {
        redirect_uri: new URL('/login/callback', settings.publicUrl).href,
        scope: settings.scopes.join(' '),
        state: asked.state,
        nonce: asked.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
      });
      return { ...asked, address };
    },
    async finish(callback, { state, nonce, verifier }) {
      const made = await configuration();
      const tokens = await client.authorizationCodeGrant(made, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) {
        throw new SeaworthyError('malformed', 'the provider sent no ID token');
      }
      const hasGroups = claimOf(claims, settings.groupsClaim) !== undefined;
      if (hasGroups || made.serverMetadata().userinfo_endpoint === undefined) return claims;
      // Many providers tell groups and addresses only there; the subject must be the same.
      const told = await client.fetchUserInfo(made, tokens.access_token, claims.sub);
      return { ...told, ...claims };
    },
    close: () => http.close(),
  };
}

/**
 * Makes a new one for each use: the library remembers keys with it, and a key that was rotated a moment
 * ago must be found at the very next login. The provider's description is remembered.
 */
function configurations(
  { settings, clientSecret, nowMs }: ProviderOptions,
  fetch: client.CustomFetch,
): () => Promise<client.Configuration> {
  const isPlain = settings.issuer.protocol === 'http:' && isLoopback(settings.issuer.hostname);
  let described: { readonly server: client.ServerMetadata; readonly untilMs: number } | null = null;

  async function describe(): Promise<client.ServerMetadata> {
    if (described !== null && described.untilMs > nowMs()) return described.server;
    const found = await client.discovery(settings.issuer, settings.clientId, undefined, undefined, {
      [client.customFetch]: fetch,
      timeout: answerSeconds,
      execute: isPlain ? [client.allowInsecureRequests] : [],
    });
    const server = { ...found.serverMetadata() } as client.ServerMetadata;
    described = { server, untilMs: nowMs() + describedMs };
    return server;
  }

  return async () => {
    const server = await describe();
    const made = new client.Configuration(
      { ...server },
      settings.clientId,
      { [client.clockTolerance]: clockSeconds },
      clientAuth(clientSecret, server),
    );
    made[client.customFetch] = fetch;
    made.timeout = answerSeconds;
    if (isPlain) client.allowInsecureRequests(made);
    // Without it a token that comes over TLS is taken without looking at its signature.
    client.enableNonRepudiationChecks(made);
    return made;
  };
}

/** `client_secret_basic` is what a provider takes that says nothing (OpenID Connect Discovery, 3). */
function clientAuth(secret: string | null, server: client.ServerMetadata): client.ClientAuth {
  if (secret === null) return client.None();
  const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return taken.includes('client_secret_basic')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret);
}

/** Our own client in the shape that the library asks for: bounded, with our authorities and proxies. */
function fetchBy(http: HttpClient): client.CustomFetch {
  return async (url, { body, headers, method, signal }) => {
    const text = body === undefined || body === null ? null : bodyText(body);
    const response = await http.send({
      url: new URL(url),
      method: method as NonNullable<HttpRequest['method']>,
      headers,
      ...(text === null ? {} : { body: Buffer.from(text) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const limits = { limit: answerBytes, deadlineMs: answerSeconds * 1000 };
    const bytes = await response.readBytes(limits);
    const type = response.header('content-type');
    return new Response(bytes.length === 0 ? null : Buffer.from(bytes), {
      status: response.status,
      headers: type === null ? {} : { 'content-type': type },
    });
  };
}

function bodyText(body: NonNullable<client.FetchBody>): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new SeaworthyError('unsupported', 'a body that is no text');
}
