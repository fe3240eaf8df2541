// Counts in words. `toLocaleString` would load the tables of ICU: 15 ms of a start that has 50.

/** An integer with commas between thousands: `1,048,576`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 package`, `2 packages`, `1,024 advisories`: the count with its noun. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${nounOf(count, noun)}`;
}

/** `image` for one, `images` for any other count; also `advisories`, `processes`. */
export function nounOf(count: number, noun: string): string {
  if (count === 1) return noun;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
