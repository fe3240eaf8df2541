// A policy of users as it was read: expressions compiled, everything else in its own type.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import type { Expression } from '../cel/index.ts';
import type { Mode } from '../profile.ts';

export interface UserPolicy {
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  readonly title: string;
  readonly severity: Severity | null;
  readonly lesson: LessonId;
  readonly fix: string | null;
  /** A policy that cannot be evaluated denies (`Fail`) or is passed over and noted (`Ignore`). */
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly matches: MatchResources;
  readonly conditions: readonly NamedExpression[];
  readonly variables: readonly NamedExpression[];
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly NamedExpression[];
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | null;
  /** Some expression reads `images`. */
  readonly asksImages: boolean;
  /** Some expression reads `namespaceObject`, or a selector looks at labels of namespaces. */
  readonly asksNamespaces: boolean;
  readonly bindings: readonly Binding[];
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
}

export interface Validation {
  readonly expression: Expression;
  readonly message: string | null;
  readonly messageExpression: Expression | null;
  readonly line: number | null;
}

export interface Binding {
  readonly name: string;
  readonly mode: Mode;
  readonly matches: MatchResources | null;
  readonly params: ParamReference | null;
}

export interface ParamReference {
  readonly name: string | null;
  readonly namespace: string | null;
  readonly selector: unknown;
  /** What it means that there is none. */
  readonly notFound: 'Allow' | 'Deny';
}

export interface ResourceRule {
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
  readonly scope: string;
  readonly names: readonly string[];
}

export interface MatchResources {
  readonly rules: readonly ResourceRule[];
  readonly excluded: readonly ResourceRule[];
  readonly namespaceSelector: unknown;
  readonly objectSelector: unknown;
  /** Any version of a named group counts (`matchPolicy: Equivalent`, the default). */
  readonly isEquivalent: boolean;
}

/** An object that policies take as `params`. */
export interface ParamObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | null;
  readonly value: unknown;
}

export interface UserPolicies {
  readonly policies: readonly UserPolicy[];
  readonly params: readonly ParamObject[];
}
