// JSON as Docker's engine reads it (Go's encoding/json): keys match fields in any case, the last of two
// wins. What two readers may read differently is refused; the rest is given with Go's own field names.
import { asRecord, parseJson } from '../../base/json.ts';
import { fieldNames, mapFields } from './go-fields.ts';

export type GoJson =
  | { readonly ok: true; readonly value: unknown }
  /** Plain sentence without full stop. */
  | { readonly ok: false; readonly reason: string };

/** Largest body that is judged; authorisation plugins are shown less than 1 MiB. */
export const judgedBytes = 4 * 1024 * 1024;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the body of a request to the engine; never throws. */
export function parseAsGo(bytes: Uint8Array): GoJson {
  if (bytes.length > judgedBytes) return refuse(`the body has more than ${judgedBytes} bytes`);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refuse('the body is not UTF-8');
  }
  if (text.trim() === '') return refuse('the body is empty');
  if (text.startsWith('\u{feff}')) return refuse('the body starts with a byte order mark');
  const parsed = parseJson(text, { maximumLength: judgedBytes });
  if (!parsed.ok) return refuse(`the body is ${parsed.reason}`);
  const fault = keyFault(text);
  if (fault !== null) return refuse(fault);
  return { ok: true, value: withGoNames(parsed.value, false) };
}

function refuse(reason: string): GoJson {
  return { ok: false, reason };
}

/**
 * Go's folding of keys (`strings.EqualFold`): besides the cases of ASCII, the long s and the sign of
 * Kelvin are an s and a k.
 */
export function foldKey(key: string): string {
  return key.replaceAll('\u{17f}', 's').replaceAll('\u{212a}', 'k').toLowerCase();
}

interface Open {
  /** Null: an array. */
  readonly keys: Set<string> | null;
  readonly isMap: boolean;
  awaitsKey: boolean;
  lastKey: string;
}

/**
 * What is wrong with the keys: one that an object has twice, as Go compares them, or one that is written
 * with escapes. V8 of Node 26.10 reads such a key as another one that it saw before: after
 * `{"a":1,"b\\\\":2}` the key `"b\\u0063"` is read as `b\\`, and a HostConfig would go unseen.
 * Valid JSON only; null: nothing is wrong.
 */
function keyFault(text: string): string | null {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const top = open.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x7b: {
        const isMap = top !== undefined && top.keys !== null && mapFields.has(foldKey(top.lastKey));
        open.push({ keys: new Set(), isMap, awaitsKey: true, lastKey: '' });
        break;
      }
      case 0x5b:
        open.push({ keys: null, isMap: false, awaitsKey: false, lastKey: '' });
        break;
      case 0x5d:
      case 0x7d:
        open.pop();
        break;
      case 0x2c:
        if (top !== undefined) top.awaitsKey = top.keys !== null;
        break;
      case 0x22: {
        const end = endOfString(text, at);
        if (top !== undefined && top.keys !== null && top.awaitsKey) {
          const key = text.slice(at + 1, end - 1);
          const shown = JSON.stringify(key.slice(0, 60));
          if (key.includes('\\')) return `the body writes the key ${shown} with escapes`;
          const folded = top.isMap ? key : foldKey(key);
          if (top.keys.has(folded)) return `the body names ${shown} twice`;
          top.keys.add(folded);
          top.awaitsKey = false;
          top.lastKey = key;
        }
        at = end - 1;
        break;
      }
      default:
    }
  }
  return null;
}

/** The offset behind the string that starts at `start`. */
export function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    at += code === 0x5c ? 2 : 1;
  }
  return text.length;
}

/** The same value with the names of Go's fields; keys of maps (labels, options) stay as they are. */
function withGoNames(value: unknown, isMap: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => withGoNames(one, false));
  const record = asRecord(value);
  if (record === null) return value;
  // fromEntries makes own members, also of a key such as `__proto__`.
  return Object.fromEntries(
    Object.entries(record).map(([key, one]) => {
      const folded = foldKey(key);
      const name = isMap ? key : (fieldNames.get(folded) ?? key);
      return [name, withGoNames(one, !isMap && mapFields.has(folded))];
    }),
  );
}
