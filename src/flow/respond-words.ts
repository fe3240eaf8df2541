// What was done to a container in words and fields: for alerts, and for its timeline.
import type { Denied } from '../host/response/index.ts';
import type { ResponseRecord } from '../model/response.ts';
import type { PlainValue } from '../model/timeline.ts';

type ResponseFields = Readonly<Record<string, PlainValue>>;

/** What was done, as one sentence, and how it is taken back. */
export function responseText(record: ResponseRecord): string {
  const { container, action, why, result, state } = record;
  const name = container.name ?? container.id.slice(0, 12);
  return `${action} on ${name} (${state}): ${result}. Because of: ${why.rule}${wayBack(record)}`;
}

function wayBack(record: ResponseRecord | undefined): string {
  const command = undoCommand(record);
  return command === null ? '' : `; take it back: ${command}`;
}

/** Null: it cannot be taken back, or was. */
function undoCommand(record: ResponseRecord | undefined): string | null {
  if (record === undefined || record.undo === null || record.undoneAt !== null) return null;
  return `seaworthy respond undo ${record.id}`;
}

/** The same as fields of our own, by which a timeline knows it. */
export function responseFields(record: ResponseRecord): ResponseFields {
  const { id, action, state, result, why, policy } = record;
  return {
    'seaworthy.response': action,
    'seaworthy.response.id': id,
    'seaworthy.response.state': state,
    'seaworthy.response.result': result,
    'seaworthy.response.because': why.rule,
    'seaworthy.response.policy': policy.rule,
    'seaworthy.undo': undoCommand(record),
  };
}

type Refused = Pick<Denied, 'path' | 'drift' | 'pid'>;

const driftWords = {
  new: 'is not from the image',
  changed: 'was changed since the image was made',
  volume: 'lies on a volume',
} as const;

/** @param action by which the container's programs are judged, where it is known */
export function deniedText(
  { path, drift, pid }: Refused,
  action: ResponseRecord | undefined,
): string {
  return `${path} was not run: it ${driftWords[drift]} (process ${pid})${wayBack(action)}`;
}

/** As `responseFields`, for one program that was refused. */
export function deniedFields(
  { path, drift, pid }: Refused,
  action: ResponseRecord | undefined,
): ResponseFields {
  return {
    'seaworthy.response': 'deny-drift',
    'seaworthy.response.id': action?.id ?? null,
    'seaworthy.response.state': 'done',
    'seaworthy.response.result': `${path} was not run: it ${driftWords[drift]}`,
    'seaworthy.response.because': action?.why.rule ?? null,
    'seaworthy.undo': undoCommand(action),
    'proc.exepath': path,
    'proc.pid': pid,
  };
}
