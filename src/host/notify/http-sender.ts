// Posts a body to an address: webhooks of every shape.
import { SeaworthyError } from '../../base/error.ts';
import { createHttpClient, type TlsOptions } from '../../base/http.ts';
import { type Pace, retryAfterMs, TryAgain } from '../../base/retry.ts';
import type { Sender } from './queue.ts';

export interface HttpSenderOptions<Item> {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON of one message. */
  readonly body: (items: readonly Item[], lost: number) => string;
  /** Bodies beyond it are refused before they are sent. */
  readonly maximumBytes: number;
  readonly tls: TlsOptions;
  readonly pace: Pace;
  /** Says what is wrong with an answer of status 2xx, or null. */
  readonly flawOfAnswer?: (text: string) => string | null;
}

/** One try; the queue has its own deadline for all of them. */
const idleMs = 15_000;
const answerBytes = 64 * 1024;

/** A sender of HTTP POST. Addresses and headers hold tokens: errors name only the host. */
export function createHttpSender<Item>(options: HttpSenderOptions<Item>): Sender<Item> {
  const { url, headers, body, maximumBytes, tls, pace, flawOfAnswer } = options;
  const client = createHttpClient({ tls, idleMs });
  return {
    close: () => client.close(),
    send: async (items, lost, signal) => {
      const bytes = Buffer.from(body(items, lost));
      if (bytes.length > maximumBytes) {
        const what = `a message of ${bytes.length} bytes is too large for ${url.host}`;
        throw new SeaworthyError('limit', what);
      }
      const response = await client.send({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: bytes,
        signal,
      });
      const { status } = response;
      if (status >= 200 && status < 300) {
        if (flawOfAnswer === undefined) return response.discard();
        const text = Buffer.from(await response.readBytes({ limit: answerBytes })).toString();
        const flaw = flawOfAnswer(text);
        if (flaw !== null) throw new SeaworthyError('denied', `${url.host} ${flaw}`);
        return;
      }
      response.discard();
      const code = status === 401 || status === 403 ? 'denied' : 'network';
      const refused = new SeaworthyError(code, `${url.host} answered status ${status}`);
      if (status !== 408 && status !== 429 && status < 500) throw refused;
      throw new TryAgain(retryAfterMs(response.header('retry-after'), pace.now()), refused);
    },
  };
}
