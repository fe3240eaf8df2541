// What a policy is about: resources, operations, and labels of object and namespace.

import { asRecord, field, stringField } from '../../base/json.ts';
import { selects } from '../../model/label-selector.ts';
import { itemsOf } from '../scalar.ts';
import type { MatchResources, ResourceRule } from './policy.ts';

/** The change that is judged, in the words of an AdmissionRequest. */
export interface Change {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly subresource: string;
  readonly operation: string;
  readonly name: string;
  /** Null: the object lies in no namespace. */
  readonly namespace: string | null;
  readonly labels: unknown;
  /** There is an older state of the object, whose labels count as well. */
  readonly hasOld: boolean;
  readonly oldLabels: unknown;
  /** Null: nobody told us of the namespace. */
  readonly namespaceLabels: unknown;
}

/** Containers of an engine; no group of a cluster has such a name. */
const engineGroup = 'docker';

/** Policies for a cluster say nothing of an engine, however wide they are: only those that name it do. */
export function speaksOf({ rules }: MatchResources, { group }: Change): boolean {
  return group !== engineGroup || rules.some(({ groups }) => groups.includes(engineGroup));
}

/** Whether `matches` is about the change. */
export function isAbout(matches: MatchResources, change: Change): boolean {
  const fits = (rule: ResourceRule): boolean => ruleFits(rule, change, matches.isEquivalent);
  if (matches.rules.length > 0 && !matches.rules.some(fits)) return false;
  if (matches.excluded.some(fits)) return false;
  const { objectSelector, namespaceSelector } = matches;
  const wasSelected = change.hasOld && selects(objectSelector, change.oldLabels);
  if (!selects(objectSelector, change.labels) && !wasSelected) return false;
  return namespaceSelected(namespaceSelector, change);
}

function has(list: readonly string[], word: string): boolean {
  return list.includes('*') || list.includes(word);
}

function ruleFits(rule: ResourceRule, change: Change, isEquivalent: boolean): boolean {
  if (!has(rule.groups, change.group)) return false;
  if (!isEquivalent && !has(rule.versions, change.version)) return false;
  if (!has(rule.operations, change.operation)) return false;
  if (rule.names.length > 0 && !rule.names.includes(change.name)) return false;
  if (rule.scope === 'Namespaced' && change.namespace === null) return false;
  if (rule.scope === 'Cluster' && change.namespace !== null) return false;
  return rule.resources.some((pattern) => resourceFits(pattern, change));
}

/** `*` leaves subresources out; `pods/*` and `*\/scale` name them. */
function resourceFits(pattern: string, { resource, subresource }: Change): boolean {
  const slash = pattern.indexOf('/');
  const [base, sub] =
    slash === -1 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
  if (base !== '*' && base !== resource) return false;
  return sub === '*' || sub === subresource;
}

/**
 * Labels of a namespace that nobody told us of may be any: the policy is asked then, save where the
 * name alone decides. It would be worse to stay silent.
 */
function namespaceSelected(selector: unknown, change: Change): boolean {
  if (asRecord(selector) === null) return true;
  if (change.kind === 'Namespace' && change.group === '') return selects(selector, change.labels);
  if (change.namespace === null) return true;
  if (asRecord(change.namespaceLabels) !== null) return selects(selector, change.namespaceLabels);
  const nameLabel = 'kubernetes.io/metadata.name';
  const known = { [nameLabel]: change.namespace };
  const expressions = itemsOf(field(selector, 'matchExpressions')).filter(
    (one) => stringField(one, 'key') === nameLabel,
  );
  const name = stringField(field(selector, 'matchLabels'), nameLabel);
  const matchLabels = name === null ? {} : { [nameLabel]: name };
  return selects({ matchLabels, matchExpressions: expressions }, known);
}

const irregular: ReadonlyMap<string, string> = new Map([
  ['Endpoints', 'endpoints'],
  ['NetworkPolicy', 'networkpolicies'],
  ['Ingress', 'ingresses'],
]);

/** The resource of a kind, as Kubernetes forms it: `NetworkPolicy` is `networkpolicies`. */
export function resourceOf(kind: string): string {
  const known = irregular.get(kind);
  if (known !== undefined) return known;
  const lower = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
