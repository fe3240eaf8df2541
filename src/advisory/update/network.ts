// Downloads within bounds, by the HTTP client that is handed in: retries, redirects, size limits.
import { SeaworthyError } from '../../base/error.ts';
import type { HttpClient, HttpResponse } from '../../base/http.ts';
import { isLoopback, NetworkError } from '../../base/http-error.ts';
import { sendFollowing } from '../../base/http-redirect.ts';
import { limits } from '../../base/limits.ts';
import { type Pace, retryAfterMs, TryAgain, withRetries } from '../../base/retry.ts';

export interface Network {
  readonly client: Pick<HttpClient, 'send'>;
  readonly pace: Pace;
  /** Tries of one download; default `limits.httpTries`. */
  readonly tries?: number;
}

export interface GetOptions {
  /** Largest accepted body. */
  readonly maximumBytes: number;
  /** Told as bytes arrive; `total` is null where the server does not tell the length. */
  readonly onBytes?: (received: number, total: number | null) => void;
}

/** `missing`: the server answers, and has no such file. */
export type Got<T> = { readonly kind: 'got'; readonly value: T } | { readonly kind: 'missing' };

/**
 * GET. `consume` reads the body; a body that breaks off starts it anew, so it must drop what it had.
 * 404, 410 and 403 (how storage services hide what is absent) answer `missing`. Throws
 * `SeaworthyError` `network` when all tries fail and `limit` for a body beyond `maximumBytes`.
 */
export function get<T>(
  network: Network,
  url: string,
  options: GetOptions & { readonly consume: (chunks: AsyncIterable<Uint8Array>) => Promise<T> },
): Promise<Got<T>> {
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new SeaworthyError('usage', `${url} is not an http(s) address`);
  }
  const { pace, tries = limits.httpTries } = network;
  return withRetries(() => getOnce(network, address, options), { pace, tries });
}

async function getOnce<T>(
  network: Network,
  url: URL,
  options: GetOptions & { readonly consume: (chunks: AsyncIterable<Uint8Array>) => Promise<T> },
): Promise<Got<T>> {
  const response = await sendFollowing(
    { url },
    {
      send: (request) => network.client.send(request),
      // Advisories are public; plain http is taken where the user wrote it, and on this machine.
      allowPlainHttp: (to) => isLoopback(to.hostname) || url.protocol === 'http:',
    },
  );
  const { status } = response;
  if (status === 200)
    return { kind: 'got', value: await options.consume(bounded(response, options)) };
  response.discard();
  if (status === 404 || status === 410 || status === 403) return { kind: 'missing' };
  const refusal = new NetworkError(`${url.host} answered ${status} for ${url.pathname}`, {
    transient: false,
    advice: 'try again later, or use a prebuilt database with --from',
  });
  if (status !== 429 && status < 500) throw refusal;
  throw new TryAgain(retryAfterMs(response.header('retry-after'), network.pace.now()), refusal);
}

async function* bounded(response: HttpResponse, options: GetOptions): AsyncGenerator<Uint8Array> {
  const { maximumBytes, onBytes } = options;
  const { url } = response;
  const length = response.header('content-length');
  const total = length === null ? null : Number(length);
  let received = 0;
  for await (const chunk of response.body) {
    received += chunk.length;
    if (received > maximumBytes || (total ?? 0) > maximumBytes) {
      throw new SeaworthyError(
        'limit',
        `${url.host}${url.pathname} has more than the ${maximumBytes} bytes that are read of it`,
      );
    }
    onBytes?.(received, total);
    yield chunk;
  }
}
