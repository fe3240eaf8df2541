// One hand-written row of the built-in set: a flaw, where it is and what to learn from it. Compact,
// so that a table can be read and checked by eye; `records.ts` turns rows into OSV records.

/**
 * An interval of affected versions: from (inclusive, `0` = the first version) up to the fixed
 * version (exclusive); open when none fixes it; with a third part up to that version, inclusive.
 */
export type BuiltinRange =
  | readonly [from: string, fixed: string]
  | readonly [from: string]
  | readonly [from: string, fixed: null, last: string];

/** Intervals, or exact versions as plain strings. */
export type BuiltinVersions = readonly (BuiltinRange | string)[];

/** Source package -> release (`12`, `22.04`, `3.18`) -> fixed version, or from and fixed. */
export type BuiltinReleases = Readonly<
  Record<string, Readonly<Record<string, string | readonly [from: string, fixed: string]>>>
>;

export interface BuiltinRow {
  /** CVE where there is one, else GHSA, PYSEC, RUSTSEC or MAL. */
  readonly id: string;
  readonly title: string;
  /** CVSS vector of the published record. */
  readonly cvss?: string;
  /** The word of the record's publisher, where it gives no vector. */
  readonly severity?: 'critical' | 'high' | 'medium' | 'low';
  /** ISO date on which CISA listed it as known to be exploited. */
  readonly kev?: string;
  /** CISA knows ransomware campaigns that use it. */
  readonly ransomware?: true;
  /** The package itself is the attack. */
  readonly malware?: true;
  /** ISO date of the earliest record that it was checked against. */
  readonly published?: string;
  readonly aliases?: readonly string[];
  /** OSV ecosystem of a language -> package -> versions. */
  readonly packages?: Readonly<Record<string, Readonly<Record<string, BuiltinVersions>>>>;
  readonly debian?: BuiltinReleases;
  readonly ubuntu?: BuiltinReleases;
  readonly alpine?: BuiltinReleases;
  /** Why it matters, how it is used, what to do: one or two sentences. */
  readonly lesson: string;
  /**
   * The published records that the facts were compared with; `general knowledge: ...` names a fact
   * for which none was at hand.
   */
  readonly checked: readonly string[];
}
