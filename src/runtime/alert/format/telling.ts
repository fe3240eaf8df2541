// What formats have in common: texts that are safe where they go, within the receiver's bounds.
import type { Alert } from '../../../model/alert.ts';

/** What a message says besides its alerts. */
export interface About {
  /** Alerts that this output had to drop since its last message. */
  readonly lost: number;
  /** Of Seaworthy. */
  readonly version: string;
}

/** One line for people: what, where, how often. */
export function headline({ priority, rule, container, count, kind }: Alert): string {
  const where = container === null ? '' : ` in ${container.name ?? container.id}`;
  const often = count > 1 && kind === 'detection' ? ` (${count} times)` : '';
  return plain(`${priority}: ${rule}${where}${often}`);
}

/** Names and values that a person wants to see, in their order; what is not known is left out. */
export function factsOf(alert: Alert): readonly (readonly [string, string])[] {
  const { container, workload } = alert;
  const rows: (readonly [string, string | null])[] = [
    ['Container', container === null ? null : `${container.name ?? ''} ${container.id}`.trim()],
    ['Image', container?.image ?? null],
    ['Namespace', alert.namespace],
    ['Pod', alert.pod],
    ['Team', workload.team],
    ['Application', workload.application],
    ['Environment', workload.environment],
    ['Host', alert.hostname],
    ['Processes', alert.chain],
    ['Tags', alert.tags.length === 0 ? null : alert.tags.join(', ')],
    ['Seen', alert.count > 1 ? `${alert.count} times` : null],
    ['Time', alert.time],
    ['Cause', alert.id],
  ];
  return rows.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [[name, plain(value)] as const],
  );
}

/** The rows of a digest as lines. */
export function digestLines({ rows }: Alert): readonly string[] {
  return rows.map(({ priority, rule, count, causes, containers }) => {
    const where = containers.length === 0 ? '' : ` in ${containers.join(', ')}`;
    const of = causes > 1 ? ` of ${causes} causes` : '';
    return plain(`${count} x ${priority}: ${rule}${of}${where}`);
  });
}

export function lostNote(lost: number): string {
  const what = lost === 1 ? '1 alert was' : `${lost} alerts were`;
  return `${what} lost before this message: the receiver did not take them in time`;
}

/** On one line, without controls and marks that turn the direction of text. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}

/** At most so many UTF-16 units, with an ellipsis where something is cut. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = length - 1;
  const last = text.charCodeAt(end - 1);
  // Never half of a surrogate pair.
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end)}…`;
}

/** At most so many bytes of UTF-8, never half a character. */
export function cutBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
