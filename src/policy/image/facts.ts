// What is known of one image when somebody asks whether it may run. Whoever asks collected it before:
// from a scan, a stored inventory, a verification. Nothing here is fetched.
import type { Severity } from '../../model/severity.ts';

export interface ImageFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly package: string;
  readonly fixed: boolean;
  readonly exploited: boolean;
}

export type SignatureState =
  /** A signature of a trusted identity covers this digest. */
  | { readonly kind: 'verified'; readonly by: readonly string[] }
  | { readonly kind: 'unsigned' }
  /** Signatures are there, and none counts, for this reason. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody looked, or could look. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ImageFacts {
  readonly reference: string;
  /** Of the image that was looked at; null: not known. */
  readonly digest: string | null;
  /** What a scan found; null: it was never scanned by us. */
  readonly scan: {
    /** When this digest was first seen, ISO 8601. */
    readonly at: string;
    readonly findings: readonly ImageFinding[];
    readonly packages: number;
    readonly unknowns: number;
    readonly endOfLife: string | null;
    readonly system: string | null;
  } | null;
  /** When the image was made, ISO 8601; null: it does not say, or says 1970. */
  readonly createdAt: string | null;
  /** `USER` of its configuration; null: not known, empty: none is set. */
  readonly user: string | null;
  readonly signature: SignatureState;
  /** A list of packages exists: ours, or one that is attached. */
  readonly sbom: boolean;
}

/** Whether a `USER` is root: none, `0`, `root`, each with or without a group. */
export function isRootUser(user: string): boolean {
  const name = user.split(':', 1)[0] ?? '';
  return name === '' || name === 'root' || /^0+$/.test(name);
}

/** Whole days between two moments; null where one is not known. */
export function daysSince(moment: string | null, now: Date): number | null {
  const time = moment === null ? Number.NaN : Date.parse(moment);
  return Number.isNaN(time) ? null : Math.floor((now.getTime() - time) / 86_400_000);
}
