// Redirects without leaks: credentials stay with the origin they were meant for, and a request that
// began under TLS never goes on without it.
import { SeaworthyError } from './error.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { NetworkError } from './http-error.ts';
import { limits } from './limits.ts';

export interface RedirectOptions {
  /** Sends a request to any origin; callers choose connections (client certificates!) by its URL. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  /** May this plain http address be used at all? */
  readonly allowPlainHttp: (url: URL) => boolean;
  /** Default `limits.httpRedirects`. */
  readonly hops?: number;
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const privateHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
]);

/**
 * Sends `request` (GET or HEAD) and follows redirects (RFC 9110 section 15.4). Where the origin
 * (scheme, host, port) changes, credentials are dropped for good, also if a later hop leads back.
 * Errors: `network` for a loop, an address that is not http(s), or a step from https to http.
 */
export async function sendFollowing(
  request: HttpRequest,
  options: RedirectOptions,
): Promise<HttpResponse> {
  const hops = options.hops ?? limits.httpRedirects;
  let current = request;
  for (let hop = 0; ; hop++) {
    const response = await options.send(current);
    const location = response.header('location');
    if (!redirectStatuses.has(response.status) || location === null) return response;
    response.discard();
    if (hop >= hops) {
      throw new NetworkError(`${request.url.host} redirects more than ${hops} times`, {
        transient: false,
      });
    }
    current = redirected(current, { location, allowPlainHttp: options.allowPlainHttp });
  }
}

interface Target {
  readonly location: string;
  readonly allowPlainHttp: (url: URL) => boolean;
}

function redirected(request: HttpRequest, target: Target): HttpRequest {
  const from = request.url;
  const url = URL.parse(target.location, from);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new NetworkError(`${from.host} redirects to an address that is not http(s)`, {
      transient: false,
    });
  }
  const plain = url.protocol === 'http:';
  if (plain && (from.protocol === 'https:' || !target.allowPlainHttp(url))) {
    throw new SeaworthyError(
      'network',
      `${from.host} redirects to plain http at ${url.host}, which is refused`,
      { advice: 'ask the owner of the server to redirect to https' },
    );
  }
  // A name and password inside a Location would be a server choosing what we send elsewhere.
  url.username = '';
  url.password = '';
  if (url.origin === from.origin) return { ...request, url };
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(
      ([name]) => !privateHeaders.has(name.toLowerCase()),
    ),
  );
  return { ...request, url, headers };
}
