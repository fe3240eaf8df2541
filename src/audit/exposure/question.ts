// One careful question to a port, and its answer.
import type { AnswerFact, PortFact } from './facts.ts';

/** One question. `key` names its answer; without `host` the own name of the port is used. */
export interface ServiceQuestion {
  readonly key: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** A name that is not its own: what a rebound DNS name sends. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Asked only when the user consented. */
  readonly needsConsent?: true;
}

/** The answer to a question, or null where none came. */
export function answerOf(port: PortFact, key: string): AnswerFact | null {
  const answer = port.answers.get(key);
  return answer?.kind === 'answer' ? answer : null;
}
