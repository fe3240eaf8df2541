// Answers of a fleet's server: values, and refusals with what to do about them.
import { field } from '../../base/json.ts';

export interface FleetResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** JSON as an answer. */
export function json(status: number, value: unknown): FleetResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** An answer that says why not, and what to do. */
export function refusal(status: number, code: string, message: string): FleetResponse {
  return json(status, { error: { code, message, advice: field(advices, code) ?? null } });
}

const advices: Readonly<Record<string, string>> = {
  unauthorised: 'give a token that `seaworthy server token` or `server enrol` printed',
  denied: 'this is for agents: enrol the node',
  rate: 'wait as long as Retry-After says',
};

/** The same, and when to come again. */
export function retryLater(
  status: number,
  code: string,
  message: string,
  waitMs: number,
): FleetResponse {
  const { headers, body } = refusal(status, code, message);
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
  return { status, body, headers: { ...headers, 'retry-after': seconds } };
}
