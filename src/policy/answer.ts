// The answer of the gate for one object: the decision, its reasons, and what was not judged.
import type { LessonId } from '../model/lesson.ts';
import type { Severity } from '../model/severity.ts';
import type { PatchOperation } from './patch.ts';
import type { Mode } from './profile.ts';
import type { Waiver } from './waiver.ts';

export type Decision = 'allow' | 'deny' | 'warn';

export interface Reason {
  readonly control: string;
  readonly title: string;
  readonly severity: Severity;
  readonly mode: Mode;
  /** Exact place in the document: `spec.template.spec.containers[0].securityContext.privileged`. */
  readonly path: string;
  /** 1-based line of the place, or of the nearest thing around it; null: not known. */
  readonly line: number | null;
  /** What stands there; null where nothing does, masked where it is a credential. */
  readonly value: unknown;
  readonly message: string;
  /** One imperative sentence. */
  readonly fix: string;
  /** JSON Patch (RFC 6902) for the document; empty where a person has to decide. */
  readonly patch: readonly PatchOperation[];
  /** The same for a file of lines, as `git apply` takes it; absent where a person has to decide. */
  readonly diff?: string;
  readonly lesson: LessonId;
  readonly sources: readonly string[];
  /** Null: the fault is the Pod's. */
  readonly container: string | null;
  readonly image: string | null;
  /** The value is a credential: its line is never shown. */
  readonly secret: boolean;
}

export interface AnsweredUnknown {
  readonly path: string;
  readonly line: number | null;
  /** Plain sentence without full stop. */
  readonly reason: string;
}

export interface Waived {
  readonly reason: Reason;
  readonly by: Pick<Waiver, 'reason' | 'owner' | 'expires'>;
}

export interface Answer {
  readonly decision: Decision;
  /** Null: the document could not be read as an object. */
  readonly subject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace: string | null;
    /** Place in the document; empty unless it stands in a list. */
    readonly path: string;
    readonly line: number | null;
  } | null;
  /** Strictest mode first, then worst severity, then by place. */
  readonly reasons: readonly Reason[];
  /** Reasons beyond the 500 that are told; the decision regards them. */
  readonly moreReasons: number;
  readonly waived: readonly Waived[];
  readonly unknowns: readonly AnsweredUnknown[];
  /** Why there was nothing to judge, or null. */
  readonly passedOver: string | null;
  /** One JSON Patch for all reasons together. */
  readonly patch: readonly PatchOperation[];
  /** The same for a file of lines, as `git apply` takes it; absent where there is none. */
  readonly diff?: string;
  /** `auditAnnotations` of policies, `policy/key`; absent where there are none. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly policy: { readonly profiles: readonly string[]; readonly kubernetesVersion: string };
}
