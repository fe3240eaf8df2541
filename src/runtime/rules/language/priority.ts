// Priorities of rules, most urgent first (those of syslog).

export const priorities = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
] as const;
export type Priority = (typeof priorities)[number];

/** The priority that a text names, in any case; `INFO` is Informational. Null for none. */
export function priorityOf(text: string): Priority | null {
  const word = text.trim().toLowerCase();
  if (word === 'info') return 'Informational';
  return priorities.find((one) => one.toLowerCase() === word) ?? null;
}
