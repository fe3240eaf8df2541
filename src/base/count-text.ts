// Counts in words. `toLocaleString` would load the tables of ICU: 15 ms of a start that has 50.

/** An integer with commas between thousands: `1,048,576`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 package`, `2 packages`, `1,024 packages`: for nouns that take an `s`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
