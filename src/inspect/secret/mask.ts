// What may be told of a secret. The only place that turns a value into something that is kept.

const longFrom = 20;
const veryLongFrom = 32;

/**
 * A hint by which its owner knows the value and nobody else can use it: the first four and the last two
 * to four characters of long values (`ghp_…x9Qz`), nothing of short ones.
 */
export function maskedHint(value: string, hint: 'ends' | 'nothing'): string {
  if (hint === 'nothing' || value.length < longFrom) return '***';
  const last = value.length >= veryLongFrom ? 4 : 2;
  return `${harmless(value.slice(0, 4))}…${harmless(value.slice(-last))}`;
}

/** Bytes outside of printable ASCII have no place in a report's line. */
function harmless(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '?');
}
