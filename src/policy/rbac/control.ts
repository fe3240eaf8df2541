// The contract of a control on roles and bindings.
import { field, stringField, stringsOf } from '../../base/json.ts';
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import type { Path } from '../path.ts';
import { itemsOf } from '../scalar.ts';

export interface RoleRule {
  readonly path: Path;
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Empty: all of the resource. */
  readonly names: readonly string[];
  readonly urls: readonly string[];
}

export interface BoundSubject {
  readonly path: Path;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | null;
}

/** A role or a binding of either scope. */
export interface Rights {
  readonly kind: string;
  readonly name: string;
  readonly rules: readonly RoleRule[];
  readonly subjects: readonly BoundSubject[];
  /** The role that a binding gives; empty for roles. */
  readonly role: string;
  readonly object: unknown;
}

export interface RbacFault {
  readonly path: Path;
  readonly message: string;
}

export interface RbacControl {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly lesson: LessonId;
  readonly sources: readonly string[];
  /** What to do, one imperative sentence. */
  readonly fix: string;
  readonly check: (rights: Rights) => readonly RbacFault[];
  /** Objects that prove it: `rules` of a role, or a binding. */
  readonly fails: readonly Readonly<Record<string, unknown>>[];
  readonly passes: readonly Readonly<Record<string, unknown>>[];
}

/** Reads a role or a binding; what is missing is empty. */
export function rightsOf(object: unknown, kind: string, name: string): Rights {
  return {
    kind,
    name,
    rules: itemsOf(field(object, 'rules')).map((rule, index) => ({
      path: ['rules', index],
      groups: stringsOf(field(rule, 'apiGroups')),
      resources: stringsOf(field(rule, 'resources')),
      verbs: stringsOf(field(rule, 'verbs')),
      names: stringsOf(field(rule, 'resourceNames')),
      urls: stringsOf(field(rule, 'nonResourceURLs')),
    })),
    subjects: itemsOf(field(object, 'subjects')).map((one, index) => ({
      path: ['subjects', index],
      kind: stringField(one, 'kind') ?? '',
      name: stringField(one, 'name') ?? '',
      namespace: stringField(one, 'namespace'),
    })),
    role: stringField(field(object, 'roleRef'), 'name') ?? '',
    object,
  };
}

/** Everything of everything: told once, by the control on wildcards. */
export function isAll({ groups, resources, verbs }: RoleRule): boolean {
  return groups.includes('*') && resources.includes('*') && verbs.includes('*');
}

/** Whether a rule gives one of `verbs` on `resource` of `group`. */
export function gives(
  rule: RoleRule,
  group: string,
  resource: string,
  verbs: readonly string[],
): boolean {
  const slash = resource.indexOf('/');
  const covers = (pattern: string): boolean =>
    pattern === '*' ||
    pattern === resource ||
    (slash !== -1 && pattern === `*${resource.slice(slash)}`) ||
    (slash !== -1 && pattern === `${resource.slice(0, slash)}/*`);
  if (!rule.groups.includes('*') && !rule.groups.includes(group)) return false;
  if (!rule.resources.some(covers)) return false;
  return rule.verbs.includes('*') || verbs.some((verb) => rule.verbs.includes(verb));
}
