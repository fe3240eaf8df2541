// The engine's event stream: one JSON object a line, for as long as the engine lives.
import { asNumber, entriesOf, field, parseJson, stringField } from '../../base/json.ts';

export type EngineEvent =
  | {
      readonly kind: 'event';
      /** `container`, `image`, `network` ... */
      readonly type: string;
      /** `start`, `die`, `exec_create: sh` ... */
      readonly action: string;
      /** Of the container, image or network. */
      readonly id: string;
      /** Nanoseconds since 1970. */
      readonly timeNanoseconds: bigint;
      /** Labels and facts such as `image`, `name`, `exitCode`. */
      readonly attributes: ReadonlyMap<string, string>;
    }
  /** A line that could not be understood: a loss that must be counted. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** One event; containers with hundreds of long labels stay below 100 kB. */
const eventBytes = 1024 * 1024;

const newline = 0x0a;

/** Events out of chunks, in order. */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<EngineEvent, void, undefined> {
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let overlong = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      held.push(chunk.subarray(start, end));
      if (overlong || heldBytes + end - start > eventBytes) {
        yield { kind: 'unreadable', reason: `an event of more than ${eventBytes} bytes` };
      } else {
        const line = Buffer.concat(held).toString('utf8').trim();
        if (line !== '') yield parseEvent(line);
      }
      held.length = 0;
      heldBytes = 0;
      overlong = false;
      start = end + 1;
    }
    if (overlong) continue;
    held.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > eventBytes) {
      held.length = 0;
      heldBytes = 0;
      overlong = true;
    }
  }
  const rest = Buffer.concat(held).toString('utf8').trim();
  if (overlong) yield { kind: 'unreadable', reason: `an event of more than ${eventBytes} bytes` };
  else if (rest !== '') yield parseEvent(rest);
}

function parseEvent(line: string): EngineEvent {
  // Exact: as a JSON number the nanoseconds would lose their last digits.
  const nanoseconds = /"timeNano":\s*(\d{1,19})/.exec(line)?.[1];
  const parsed = parseJson(line);
  if (!parsed.ok) return { kind: 'unreadable', reason: `an event that is ${parsed.reason}` };
  const { value } = parsed;
  const actor = field(value, 'Actor');
  const type = stringField(value, 'Type');
  const action = stringField(value, 'Action') ?? stringField(value, 'status');
  if (type === null || action === null) {
    return { kind: 'unreadable', reason: 'an event without a type or an action' };
  }
  const seconds = Math.trunc(asNumber(field(value, 'time')) ?? 0);
  const attributes = entriesOf(field(actor, 'Attributes')).filter(
    (pair): pair is readonly [string, string] => typeof pair[1] === 'string',
  );
  return {
    kind: 'event',
    type,
    action,
    id: stringField(actor, 'ID') ?? stringField(value, 'id') ?? '',
    timeNanoseconds:
      nanoseconds === undefined ? BigInt(seconds) * 1_000_000_000n : BigInt(nanoseconds),
    attributes: new Map(attributes),
  };
}
