// What a person asks for by hand: pause, cut off, end, and take back again. The words of the API, and the
// record of what was asked.
import { SeaworthyError } from '../base/error.ts';
import type { ResponseAction, ResponseRecord, ResponseTarget } from '../model/response.ts';
import type { RecordContext } from './respond-record.ts';
import { idOf } from './respond-sight.ts';

/** What gives an action back, by the word for it. */
const takenBackBy = {
  unpause: 'pause',
  'restore-network': 'cut-network',
  'lift-deny': 'deny-drift',
} as const satisfies Readonly<Record<string, ResponseAction>>;

export const manualActions = [
  'pause',
  'unpause',
  'stop',
  'kill',
  'cut-network',
  'restore-network',
  'deny-drift',
  'lift-deny',
] as const;
export type ManualAction = (typeof manualActions)[number];

export interface ManualRequest {
  readonly action: ManualAction;
  readonly target: ResponseTarget;
  /** Id of the token. */
  readonly by: string;
  /** In the words of whoever asks; may be empty. */
  readonly reason: string;
  /** Of its record, where whoever asks names it; default: one of our own. */
  readonly id?: string;
}

export type ManualMeaning =
  | { readonly kind: 'act'; readonly action: ResponseAction }
  | { readonly kind: 'take-back'; readonly action: ResponseAction };

/** What the word of a request means. */
export function meaningOf(action: ManualAction): ManualMeaning {
  switch (action) {
    case 'unpause':
    case 'restore-network':
    case 'lift-deny':
      return { kind: 'take-back', action: takenBackBy[action] };
    case 'pause':
    case 'stop':
    case 'kill':
    case 'cut-network':
    case 'deny-drift':
      return { kind: 'act', action };
  }
}

/** Words that a person may use where a policy allows these actions: what is done may be taken back. */
export function allowedByHand(actions: readonly ResponseAction[]): readonly ManualAction[] {
  return manualActions.filter((one) => actions.includes(meaningOf(one).action));
}

/** The action of a container that still holds. Throws `SeaworthyError` `not-found` where none does. */
export function standingOf(
  records: readonly ResponseRecord[],
  action: ResponseAction,
  containerId: string,
): ResponseRecord {
  const found = records.findLast(
    (one) =>
      one.action === action &&
      one.container.id === containerId &&
      one.state === 'done' &&
      one.undo !== null,
  );
  if (found !== undefined) return found;
  throw new SeaworthyError('not-found', `no ${action} of ours holds on this container`, {
    advice: 'what others did is taken back with the engine',
  });
}

/** The record of what a person asks for, before it is begun. */
export function manualRecord(
  { target, by, reason, id: given }: ManualRequest,
  action: ResponseAction,
  { nowMs, chance, file }: RecordContext,
): ResponseRecord {
  const at = new Date(nowMs).toISOString();
  const { id, name, image } = target;
  return {
    id: given ?? idOf([at, id, action, chance]),
    at,
    action,
    state: 'begun',
    container: { id, name, image },
    why: {
      rule: `asked for by ${by}`,
      priority: 'Notice',
      cause: 'by hand',
      output: reason === '' ? 'no reason was given' : reason,
      tags: ['manual'],
      time: at,
    },
    by,
    policy: { file, rule: 'manual', line: null },
    result: 'begun',
    undo: null,
    undoRequestedAt: null,
    undoneAt: null,
  };
}
