// What people want done on nodes, handed to agents that ask: each question waits for an order or for its
// time. The store is asked for all of them at once, so that a thousand waiting agents cost one question.
import { messageOf } from '../../base/error.ts';
import { asArray, asRecord, field, stringField } from '../../base/json.ts';
import type { Pace } from '../../base/retry.ts';
import { responseActions } from '../../model/response.ts';
import type { FleetOrder, FleetOrderAnswer, FleetStore } from '../../store/fleet/index.ts';

export interface OrderQuestion {
  /** Actions that the node's policy allows by hand. */
  readonly byHand: readonly string[];
  readonly answers: readonly FleetOrderAnswer[];
  /** Answer at once. */
  readonly now: boolean;
}

export interface OrderDesk {
  ask(agent: string, question: OrderQuestion): Promise<readonly FleetOrder[]>;
  /** Lets all go. */
  close(): void;
}

export interface OrderDeskOptions {
  readonly store: Pick<FleetStore, 'takeOrders' | 'ordered' | 'answerOrders'>;
  readonly pace: Pace;
  readonly warn: (line: string) => void;
  readonly heldMs?: number;
  readonly lookMs?: number;
}

/** Below the minute after which what stands between us gives up. */
const usualHeldMs = 25_000;
const usualLookMs = 500;
/** Of the 5,000 connections of a server. */
const heldMost = 3000;

/** The desk over a store: it holds nothing but who waits. */
export function createOrderDesk(options: OrderDeskOptions): OrderDesk {
  const { store, pace, warn, heldMs = usualHeldMs, lookMs = usualLookMs } = options;
  const waiting = new Map<string, () => void>();
  const closing = new AbortController();
  let isLooking = false;

  /** Runs as long as anybody waits. */
  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    while (waiting.size > 0 && !closing.signal.aborted) {
      await pace.sleep(lookMs, closing.signal).catch(() => undefined);
      try {
        for (const agent of await store.ordered([...waiting.keys()])) waiting.get(agent)?.();
      } catch (error) {
        warn(`orders cannot be looked up: ${messageOf(error)}`);
      }
    }
    isLooking = false;
  }

  /** @returns whether there is something */
  async function wait(agent: string): Promise<boolean> {
    // A second question of the same agent: the first one's connection is gone, or somebody copied it.
    waiting.get(agent)?.();
    if (waiting.size >= heldMost || closing.signal.aborted) return false;
    const end = new AbortController();
    const go = (): void => end.abort();
    waiting.set(agent, go);
    void look();
    const { signal } = end;
    await pace.sleep(heldMs, AbortSignal.any([signal, closing.signal])).catch(() => undefined);
    if (waiting.get(agent) === go) waiting.delete(agent);
    return signal.aborted;
  }

  return {
    async ask(agent, { byHand, answers, now }) {
      await store.answerOrders(agent, answers);
      const orders = await store.takeOrders(agent, byHand);
      if (orders.length > 0 || answers.length > 0 || now) return orders;
      return (await wait(agent)) ? store.takeOrders(agent, byHand) : [];
    },
    close: () => closing.abort(),
  };
}

const answersMost = 100;
const textLength = 2000;
const states = ['done', 'refused', 'failed', 'expired'] as const;

/** The question, or why it is none. */
export function readOrderQuestion(value: unknown): OrderQuestion | string {
  if (asRecord(value) === null) return 'a question for orders is an object';
  const words = asArray(field(value, 'byHand'));
  const byHand = responseActions.filter((action) => words.includes(action));
  const given = asArray(field(value, 'answers'));
  if (given.length > answersMost) return `there are more than ${answersMost} answers`;
  const answers = given.map(answerOf);
  const known = answers.filter((answer) => answer !== null);
  if (known.length < answers.length) return 'an answer has id, state and result';
  return { byHand, answers: known, now: field(value, 'now') === true };
}

function answerOf(value: unknown): FleetOrderAnswer | null {
  const id = stringField(value, 'id');
  const state = states.find((one) => one === stringField(value, 'state'));
  const result = stringField(value, 'result');
  if (id === null || id.length > 128 || state === undefined || result === null) return null;
  const policy = field(value, 'policy');
  const line = field(policy, 'line');
  return {
    id,
    state,
    result: clean(result),
    canUndo: field(value, 'canUndo') === true,
    undoes: stringField(value, 'undoes'),
    policy: {
      file: clean(stringField(policy, 'file') ?? ''),
      rule: clean(stringField(policy, 'rule') ?? 'manual'),
      line: Number.isSafeInteger(line) ? (line as number) : null,
    },
  };
}

/** PostgreSQL holds no NUL in a text. */
function clean(text: string): string {
  return text.slice(0, textLength).replaceAll('\0', '\ufffd').toWellFormed();
}
