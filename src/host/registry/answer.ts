// What a registry's refusal means to a person, and whether to ask again.
import { type ErrorCode, messageOf, SeaworthyError } from '../../base/error.ts';
import type { HttpResponse } from '../../base/http.ts';
import { NetworkError } from '../../base/http-error.ts';
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { retryAfterMs, TryAgain } from '../../base/retry.ts';
import type { Redactor } from './redactor.ts';

export interface AnswerContext {
  /** What was asked for, as the subject of a sentence. */
  readonly what: string;
  readonly redactor: Redactor;
  /** For denied access. */
  readonly advice: string;
  readonly nowMs: number;
}

const explanationBytes = 64 * 1024;
const explanationMs = 10_000;

const retryStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/**
 * The error of an answer that is not what was hoped for, its body read (bounded) for the registry's
 * own explanation. A `TryAgain` when the status says that waiting may help.
 */
export async function answerProblem(
  response: HttpResponse,
  context: AnswerContext,
): Promise<TryAgain | SeaworthyError> {
  const { status } = response;
  const { what, redactor } = context;
  const words = redactor.clean(await explanation(response));
  const told = words === '' ? '' : ` (${words})`;
  const error = (code: ErrorCode, message: string, advice?: string): SeaworthyError =>
    new SeaworthyError(code, message + told, advice === undefined ? {} : { advice });
  if (status === 429) {
    return new TryAgain(
      retryAfterMs(response.header('retry-after'), context.nowMs),
      error(
        'busy',
        `${response.url.host} limits how often it can be asked`,
        'log in to have a higher limit, use a mirror, or wait',
      ),
    );
  }
  if (retryStatuses.has(status)) {
    return new TryAgain(
      retryAfterMs(response.header('retry-after'), context.nowMs),
      error('network', `${response.url.host} failed with status ${status}`, 'try again later'),
    );
  }
  if (status === 401 || status === 403) {
    return error('denied', `access to ${what} was denied by ${response.url.host}`, context.advice);
  }
  if (status === 404) return error('not-found', `${what} was not found on ${response.url.host}`);
  return error('network', `${response.url.host} answered status ${status} for ${what}`);
}

/** The registry's own words (`{errors: [{code, message}]}`), or an empty string. */
async function explanation(response: HttpResponse): Promise<string> {
  let text: string;
  try {
    const bytes = await response.readBytes({ limit: explanationBytes, deadlineMs: explanationMs });
    text = new TextDecoder().decode(bytes);
  } catch (error) {
    return error instanceof NetworkError || error instanceof SeaworthyError ? '' : messageOf(error);
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return '';
  const first = asArray(field(parsed.value, 'errors'))[0];
  const parts = [stringField(first, 'code'), stringField(first, 'message')];
  const listed = parts.filter((part) => part !== null && part !== '').join(': ');
  return listed !== '' ? listed : (stringField(parsed.value, 'details') ?? '');
}
