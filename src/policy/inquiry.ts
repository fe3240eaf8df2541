// Whoever judges whole objects beside the controls of Pods: policies of users, RBAC, images.
import type { LessonId } from '../model/lesson.ts';
import type { Severity } from '../model/severity.ts';
import type { Fault } from './control.ts';
import type { Path } from './path.ts';
import type { Mode } from './profile.ts';
import type { Subject } from './subject.ts';

/** What a reason says of the control behind it. */
export interface About {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly sources: readonly string[];
  readonly lesson: LessonId;
  /** What to do, one imperative sentence. */
  readonly fix: string;
}

/** A fault of an object; its path starts at the object (`ofObject`). */
export interface Objection {
  readonly about: About;
  readonly mode: Mode;
  readonly fault: Fault;
}

export interface Inquired {
  /** False: it had nothing to say about this object, and nothing to ask. */
  readonly isAsked: boolean;
  readonly objections: readonly Objection[];
  /** What could not be judged, from the root of the object. */
  readonly unknowns: readonly { readonly path: Path; readonly reason: string }[];
  /** `auditAnnotations` of policies. */
  readonly annotations: readonly (readonly [string, string])[];
}

export const notAsked: Inquired = {
  isAsked: false,
  objections: [],
  unknowns: [],
  annotations: [],
};

/** What the API server says of a change; absent where a manifest lies in a file. */
export interface Review {
  readonly operation: string;
  readonly oldObject: unknown;
  readonly namespaceObject: unknown;
  /** The whole `request` of an AdmissionReview. */
  readonly request: unknown;
  /** What runs is not changed by it: its images were decided on before. */
  readonly isSettled?: boolean;
}

/** Judges an object; never throws on content. */
export type Inquiry = (subject: Subject, review: Review | null) => Inquired;
