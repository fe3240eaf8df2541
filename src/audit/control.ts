// The contract of an audit: a control asks facts that were collected before and tells what it saw.
import type { LessonId } from '../model/lesson.ts';
import type { Severity } from '../model/severity.ts';

export const statuses = ['fail', 'unknown', 'manual', 'pass', 'not-applicable'] as const;
export type Status = (typeof statuses)[number];

/** One place that was looked at: what breaks the control, or why it could not be answered. */
export interface Evidence {
  /** Container, image, file or setting that it is about; null: the target as a whole. */
  readonly subject: string | null;
  /** Exact place: a path of the inspection, a file, a setting. */
  readonly place: string;
  /** What stands there; null where nothing does. Never a credential. */
  readonly value: unknown;
  /** Plain sentence without full stop. */
  readonly message: string;
  /** Where this very value weighs other than the control. */
  readonly severity?: Severity;
  /** The command that mends this very place. */
  readonly command?: string;
  /** Image of the container, for waivers. */
  readonly image?: string | null;
  /** The same for programs: state, versions, what decided. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface Verdict {
  readonly status: Status;
  readonly evidence: readonly Evidence[];
}

/** @typeParam Facts what the audit collects; a control only reads it */
export interface AuditControl<Facts> {
  /** As the benchmark numbers it. */
  readonly id: string;
  readonly benchmark: string;
  /** Part of the benchmark, and its level: `container runtime · level 1`. */
  readonly profile: string;
  readonly title: string;
  readonly severity: Severity;
  readonly lesson: LessonId;
  /** What is read to answer it, for people. */
  readonly reads: string;
  /** What to do, one imperative sentence. */
  readonly fix: string;
  /** The same control in other places, for waivers: `privileged`. */
  readonly alias?: string;
  readonly evaluate: (facts: Facts) => Verdict;
}

/** The control holds; the evidence says by what. */
export function passed(evidence: readonly Evidence[] = []): Verdict {
  return { status: 'pass', evidence };
}

/** Fails where anything was found, else passes. */
export function failedBy(evidence: readonly Evidence[]): Verdict {
  return { status: evidence.length > 0 ? 'fail' : 'pass', evidence };
}

/** An answer without a judgement, for this reason. */
export function told(
  status: 'manual' | 'not-applicable' | 'unknown',
  message: string,
  place = '',
): Verdict {
  return { status, evidence: [{ subject: null, place, value: null, message }] };
}
