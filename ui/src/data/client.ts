// Questions to the server, and their answers as signals. An answer that is there stays on the page
// while a newer one is fetched.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly advice: string | null;
}

export type Answer<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'ready'; readonly value: T };

const base = './api/v1';
/** Answers that are kept for the way back. */
const answersKept = 40;
const patienceMs = 30_000;

const answers = new Map<string, Signal<Answer<unknown>>>();
const asking = new Map<string, Promise<void>>();

/** The address of a question, for links that download. */
export function addressOfQuestion(path: string): string {
  return base + path;
}

/** The answer to `GET /api/v1<path>`; asked once, and again by `refresh`. */
export function answerTo<T>(path: string): ReadonlySignal<Answer<T>> {
  const known = answers.get(path);
  if (known !== undefined) return known as Signal<Answer<T>>;
  const fresh = signal<Answer<unknown>>({ kind: 'loading' });
  answers.set(path, fresh);
  for (const oldest of answers.keys()) {
    if (answers.size <= answersKept) break;
    answers.delete(oldest);
  }
  void refresh(path);
  return fresh as Signal<Answer<T>>;
}

/** Asks again; of several calls at the same time one goes out. */
export function refresh(path: string): Promise<void> {
  const running = asking.get(path);
  if (running !== undefined) return running;
  const asked = ask(path).then((answer) => {
    asking.delete(path);
    const target = answers.get(path);
    if (target === undefined) return;
    // A failed renewal does not take away what is known; only the first answer may fail visibly.
    if (answer.kind === 'ready' || target.value.kind !== 'ready') target.value = answer;
  });
  asking.set(path, asked);
  return asked;
}

/** Asks again for each known question whose path begins so. */
export function refreshAll(prefix: string): void {
  for (const path of answers.keys()) if (path.startsWith(prefix)) void refresh(path);
}

/** One question, answered or failed; never throws. */
export async function ask<T>(
  path: string,
  {
    method = 'GET',
    body: sent,
  }: { readonly method?: 'GET' | 'POST'; readonly body?: unknown } = {},
): Promise<Answer<T>> {
  try {
    const response = await fetch(base + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok && body !== null) return { kind: 'ready', value: body as T };
    return { kind: 'failed', problem: problemOf(response.status, body) };
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    const message = isLate ? 'The server takes too long.' : 'The server cannot be reached.';
    const advice = 'Look whether `seaworthy up` is running, then try again.';
    return { kind: 'failed', problem: { code: 'unreachable', message, advice } };
  }
}

function problemOf(status: number, body: unknown): Problem {
  const told = (body as { readonly error?: Partial<Problem> } | null)?.error;
  if (told?.code === 'login') {
    const message = 'You are not logged in any more.';
    return { code: 'token', message, advice: 'Load this page again to log in.' };
  }
  if (status === 401) {
    const message = 'This page needs its token.';
    return { code: 'token', message, advice: 'Open the link that `seaworthy up` prints.' };
  }
  return {
    code: told?.code ?? String(status),
    message: told?.message ?? `The server answered with status ${status}.`,
    advice: told?.advice ?? null,
  };
}
