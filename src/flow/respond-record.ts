// Records of what is done about detections, and how it is taken back.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { type Actor, isGone } from '../host/response/index.ts';
import type { Alert } from '../model/alert.ts';
import type { ResponseRecord, ResponseTarget } from '../model/response.ts';
import type { Decision } from '../runtime/response/index.ts';
import { idOf } from './respond-sight.ts';

/** What a policy decided about a detection. */
export interface Decided {
  readonly decision: Decision;
  readonly alert: Alert;
  readonly target: ResponseTarget;
}

/** Where records get their time, their id and their policy from. */
export interface RecordContext {
  readonly nowMs: number;
  /** Tells this action from others of the same moment. */
  readonly chance: string;
  /** Of the policy. */
  readonly file: string;
}

/** The record of a decision, before it is begun. */
export function decidedRecord(
  { decision, alert, target }: Decided,
  { nowMs, chance, file }: RecordContext,
): ResponseRecord {
  const { action, rule } = decision;
  const { id, name, image } = target;
  return {
    id: idOf([String(nowMs), id, action, chance]),
    at: new Date(nowMs).toISOString(),
    action,
    state: 'begun',
    container: { id, name, image },
    why: {
      rule: alert.rule,
      priority: alert.priority,
      cause: alert.id,
      output: alert.output,
      tags: alert.tags,
      time: alert.time,
    },
    policy: { file, rule: rule.name, line: rule.line },
    result: 'begun',
    undo: null,
    undoRequestedAt: null,
    undoneAt: null,
  };
}

/**
 * Takes an action back and gives its new record; also by `respond undo`, where nobody watches.
 * A container that is gone counts as taken back.
 */
export async function undoRecord(
  record: ResponseRecord,
  actor: Actor,
  now: Date,
): Promise<ResponseRecord> {
  const { undo, container } = record;
  if (undo === null) {
    throw new SeaworthyError('unsupported', `${record.action} cannot be taken back`, {
      advice: 'start the container again with its engine',
    });
  }
  const undoneAt = now.toISOString();
  try {
    const result = await actor.undo(undo, container.id);
    return { ...record, state: 'undone', undoneAt, result };
  } catch (error) {
    if (!isGone(error)) throw error;
    return { ...record, state: 'undone', undoneAt, result: sentenceOf(error) };
  }
}

/** What went wrong and what to do about it. */
export function sentenceOf(error: unknown): string {
  const advice = error instanceof SeaworthyError ? error.advice : undefined;
  return advice === undefined ? messageOf(error) : `${messageOf(error)}; ${advice}`;
}
