// What `scan` can look for, by the words of `--scanners`. Without imports: the help page reads it.

export const scanners = ['vuln', 'secret', 'misconfig', 'licence'] as const;
export type Scanner = (typeof scanners)[number];

/** Without `--scanners`: licences are a question of some, the others of all. */
export const usualScanners: readonly Scanner[] = ['vuln', 'secret', 'misconfig'];
