// What people of the fleet want done on this node: asked for at the server, done where the node's own policy
// allows it by hand, at most once each, and told until the server has heard it.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { backoffMs, type Pace } from '../base/retry.ts';
import type { ResponseAction, ResponseRecord } from '../model/response.ts';
import type { FleetOrder, FleetOrderAnswer } from '../store/fleet/index.ts';
import type { RecordReader } from '../store/record/index.ts';
import type { Responder } from './respond.ts';
import { type ManualAction, manualActions, meaningOf } from './respond-manual.ts';
import { targetOf } from './respond-sight.ts';

/** What is remembered of an order: written down before it is begun. */
export interface RememberedOrder {
  readonly id: string;
  /** Null: it was begun, and nobody knows what came of it. */
  readonly answer: FleetOrderAnswer | null;
}

export interface OrderLink {
  /** Waits at the server for orders; rejects when it cannot be reached. */
  orders(
    question: {
      readonly byHand: readonly ResponseAction[];
      readonly answers: readonly FleetOrderAnswer[];
    },
    signal: AbortSignal,
  ): Promise<readonly FleetOrder[]>;
}

export interface AgentOrderOptions {
  readonly link: OrderLink;
  readonly responder: Pick<Responder, 'byHand'>;
  /** What the node's policy allows by hand; the responder asks it again. */
  readonly byHand: readonly ResponseAction[];
  readonly policyFile: string;
  readonly record: () => RecordReader | null;
  /** What the node's own log has of an action. */
  readonly logged: (id: string) => ResponseRecord | null;
  readonly remembered: readonly RememberedOrder[];
  /** Writes it down durably. Throws: then nothing is done. */
  readonly keep: (orders: readonly RememberedOrder[]) => void;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
}

/** Orders that are remembered: a server gives each again until it is answered, and no longer. */
const rememberedMost = 500;
/** Between two questions: the server holds each for some 25 s. */
const restMs = 200;

/** Asks and does until it is aborted. */
export async function followOrders(options: AgentOrderOptions): Promise<void> {
  const { link, byHand, pace, signal, warn } = options;
  const desk = new OrderBook(options);
  let failures = 0;
  let answers: readonly FleetOrderAnswer[] = [];
  while (!signal.aborted) {
    try {
      const orders = await link.orders({ byHand, answers }, signal);
      failures = 0;
      answers = [];
      for (const order of orders) answers = [...answers, await desk.carryOut(order)];
      await pace.sleep(restMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures === 1)
        warn(`orders cannot be asked for: ${messageOf(error)}; it is tried again`);
      await pace.sleep(backoffMs(Math.min(failures, 10), pace), signal).catch(() => undefined);
    }
  }
}

class OrderBook {
  readonly #options: AgentOrderOptions;
  readonly #known: Map<string, FleetOrderAnswer | null>;

  constructor(options: AgentOrderOptions) {
    this.#options = options;
    this.#known = new Map(options.remembered.map(({ id, answer }) => [id, answer]));
  }

  /** What came of it: of now, or of when it was given before. */
  async carryOut(order: FleetOrder): Promise<FleetOrderAnswer> {
    const known = this.#known.get(order.id);
    if (known !== undefined) return known ?? this.#interrupted(order);
    if (order.leftMs <= 0)
      return this.#answered(order, 'expired', 'it came too late for this node');
    this.#keep(order.id, null);
    const answer = await this.#begin(order);
    this.#keep(order.id, answer);
    return answer;
  }

  async #begin(order: FleetOrder): Promise<FleetOrderAnswer> {
    const { responder, record } = this.#options;
    const action = manualActions.find((one): one is ManualAction => one === order.action);
    const stored = record()
      ?.find(order.container, 10)
      .find(({ run }) => run.identity.id === order.container);
    if (action === undefined) return this.#answered(order, 'refused', 'no such action here');
    if (stored === undefined) {
      return this.#answered(order, 'refused', 'this node knows no such container');
    }
    const { id, by, reason } = order;
    const target = targetOf(stored.run.identity);
    try {
      const told = await responder.byHand({ action, target, by, reason, id });
      return this.#of(order, action, told);
    } catch (error) {
      const isDenied = error instanceof SeaworthyError && error.code === 'denied';
      return this.#answered(order, isDenied ? 'refused' : 'failed', messageOf(error));
    }
  }

  #of(order: FleetOrder, action: ManualAction, told: ResponseRecord): FleetOrderAnswer {
    const { state, result, undo, policy } = told;
    const isBack = meaningOf(action).kind === 'take-back';
    const isDone = isBack ? state === 'undone' : state === 'done';
    const failed = state === 'refused' ? 'refused' : 'failed';
    return {
      id: order.id,
      state: isDone ? 'done' : failed,
      result,
      canUndo: isDone && !isBack && undo !== null,
      undoes: isDone && isBack ? told.id : null,
      policy,
    };
  }

  /** We ended while it was done: our own log may know more. */
  #interrupted(order: FleetOrder): FleetOrderAnswer {
    const told = this.#options.logged(order.id);
    const action = manualActions.find((one): one is ManualAction => one === order.action);
    const answer =
      told === null || action === undefined || told.state === 'begun'
        ? this.#answered(
            order,
            'failed',
            'the agent ended while it was done: look at the container',
          )
        : this.#of(order, action, told);
    this.#keep(order.id, answer);
    return answer;
  }

  #answered(
    { id }: FleetOrder,
    state: FleetOrderAnswer['state'],
    result: string,
  ): FleetOrderAnswer {
    const policy = { file: this.#options.policyFile, rule: 'manual', line: null };
    return { id, state, result, canUndo: false, undoes: null, policy };
  }

  #keep(id: string, answer: FleetOrderAnswer | null): void {
    this.#known.set(id, answer);
    while (this.#known.size > rememberedMost) {
      this.#known.delete(this.#known.keys().next().value ?? '');
    }
    this.#options.keep([...this.#known].map(([one, told]) => ({ id: one, answer: told })));
  }
}
