// Times as engines write them.

/**
 * Nanoseconds since 1970 of RFC 3339 text with up to nine decimals; null for anything else and for
 * Go's zero time (year 1), which means "never".
 */
export function nanosecondsOf(text: string | null): bigint | null {
  if (text === null || text.length > 64) return null;
  const match =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})/.exec(text);
  if (match === null) return null;
  const [, day = '', time = '', decimals = '', zone = 'Z'] = match;
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const milliseconds = Date.parse(`${day}T${time}${offset}`);
  if (Number.isNaN(milliseconds) || milliseconds <= 0) return null;
  return BigInt(milliseconds) * 1_000_000n + BigInt(decimals.padEnd(9, '0'));
}
