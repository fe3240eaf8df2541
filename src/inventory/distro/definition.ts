// The contract of a distribution: what its release files say, and who speaks for its packages.
import type { Distribution } from '../../model/distribution.ts';

/** What the release files of a root file system say. Texts are cleaned of control characters. */
export interface ReleaseFacts {
  /** os-release ID in lower case, or the id that belongs to the older release file. */
  readonly id: string;
  readonly idLike: readonly string[];
  /** VERSION_ID as written, or null (rolling and unreleased systems). */
  readonly versionId: string | null;
  /** VERSION_CODENAME, or what stands in its place in an older file. */
  readonly codename: string | null;
  /** PRETTY_NAME, else NAME with VERSION. */
  readonly name: string;
  /** All fields of os-release, for what only one distribution needs. */
  readonly fields: ReadonlyMap<string, string>;
  /** Text of another captured file, or null. */
  file(path: string): string | null;
  /** Texts of all captured files whose path starts with `prefix`, by path. */
  files(prefix: string): readonly string[];
}

export interface Description {
  readonly distribution: Distribution;
  /** Sentences that belong into the report's unknowns: what the advisories do not cover, and why. */
  readonly notes: readonly string[];
}

export interface DistributionDefinition {
  /** os-release IDs that it answers to. */
  readonly ids: readonly string[];
  describe(facts: ReleaseFacts): Description;
}

export interface DescribeOptions {
  readonly packageType: 'deb' | 'apk' | 'rpm' | null;
  readonly purlNamespace: string;
  readonly osvEcosystem: string | null;
  readonly osvStreams?: readonly string[];
  /** ISO date by the vendor's calendar; null: none is known, and what the release file says counts. */
  readonly endOfLife: string | null;
  /** Where it differs from VERSION_ID. */
  readonly versionId?: string;
  readonly codename?: string | null;
  readonly notes?: readonly string[];
}

/** Puts together what is alike for all distributions. */
export function describe(facts: ReleaseFacts, options: DescribeOptions): Description {
  const { packageType, purlNamespace, osvEcosystem, osvStreams, notes = [] } = options;
  const codename = options.codename ?? facts.codename;
  const versionId = options.versionId ?? facts.versionId ?? codename ?? '';
  return {
    distribution: {
      id: facts.id,
      versionId,
      name: facts.name,
      codename,
      endOfLife: options.endOfLife ?? statedEnd(facts),
      purlNamespace,
      purlDistro: versionId === '' ? facts.id : `${facts.id}-${versionId}`,
      packageType,
      osvEcosystem,
      ...(osvStreams && osvStreams.length > 0 ? { osvStreams } : {}),
    },
    notes,
  };
}

/** SUPPORT_END of os-release(5): the vendor's plan on the day the release was built. */
function statedEnd({ fields }: ReleaseFacts): string | null {
  const date = fields.get('SUPPORT_END') ?? '';
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date));
  return isDate ? date : null;
}

/** End-of-life dates by release, as the vendor publishes them. */
export type Lifecycle = ReadonlyMap<string, string>;

export function lifecycle(dates: Readonly<Record<string, string>>): Lifecycle {
  return new Map(Object.entries(dates));
}

/** The date of a release, or null when none is published or known. */
export function endOf(dates: Lifecycle, release: string | null): string | null {
  return release === null ? null : (dates.get(release) ?? null);
}

/** `9` of `9.4`; null without a leading number. */
export function majorOf(versionId: string | null): string | null {
  return /^\d+/.exec(versionId ?? '')?.[0] ?? null;
}

/** `3.20` of `3.20.3`; null without two numbers. */
export function majorMinorOf(versionId: string | null): string | null {
  return /^\d+\.\d+/.exec(versionId ?? '')?.[0] ?? null;
}

/** The note of a distribution whose advisories no feed in OSV's form carries. */
export function noFeedNote(name: string): string {
  return `OSV has no advisories of ${name}, so its packages are listed but not judged`;
}
