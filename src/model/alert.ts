// What is told to people and to other systems: one shape for a detection, a digest of many, something
// that was done about it, and a test. Its texts hold no secrets any more.
import type { Workload } from './container.ts';
import type { PlainValue } from './timeline.ts';

/** The words of Falco and of syslog, the gravest first. */
export const alertPriorities = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
] as const;
export type AlertPriority = (typeof alertPriorities)[number];

export type AlertKind = 'detection' | 'digest' | 'response' | 'test';

/** A line of a digest. */
export interface DigestRow {
  readonly priority: AlertPriority;
  readonly rule: string;
  /** Detections, and how many causes they have. */
  readonly count: number;
  readonly causes: number;
  /** Names of containers, some of them. */
  readonly containers: readonly string[];
}

export interface Alert {
  readonly kind: AlertKind;
  /** The same for everything that is told of one cause. */
  readonly id: string;
  /** RFC 3339, UTC, nanoseconds. */
  readonly time: string;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly priority: AlertPriority;
  readonly rule: string;
  /** Falco's output: clock, priority, text. */
  readonly output: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly hostname: string;
  readonly fields: Readonly<Record<string, PlainValue>>;
  /** Null: on the host itself. */
  readonly container: {
    readonly id: string;
    readonly name: string | null;
    readonly image: string | null;
  } | null;
  readonly workload: Workload;
  readonly namespace: string | null;
  readonly pod: string | null;
  /** `docker run -> sh -> curl` */
  readonly chain: string | null;
  /** How often it was seen until now. */
  readonly count: number;
  /** Of a digest, the gravest first; else empty. */
  readonly rows: readonly DigestRow[];
}
