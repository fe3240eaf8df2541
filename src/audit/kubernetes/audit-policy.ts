// What an audit policy records of a request: its first rule that fits decides (audit.k8s.io/v1).
import { asArray, field, stringField, stringsOf } from '../../base/json.ts';

export interface Recorded {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/exec`. */
  readonly resource: string;
}

/** Rules of the largest policies. */
const rulesMost = 10_000;

/**
 * `None`, `Metadata`, `Request`, `RequestResponse`; rules for some users or namespaces only are passed
 * over, for others decide for the rest. Null: it is no policy.
 */
export function levelFor(policy: unknown, request: Recorded): string | null {
  const rules = field(policy, 'rules');
  if (!Array.isArray(rules)) return null;
  for (const rule of asArray(rules).slice(0, rulesMost)) {
    if (isNarrow(rule)) continue;
    if (fits(rule, request)) return stringField(rule, 'level') ?? 'None';
  }
  return 'None';
}

function isNarrow(rule: unknown): boolean {
  return ['users', 'userGroups', 'namespaces'].some(
    (key) => stringsOf(field(rule, key)).length > 0,
  );
}

function fits(rule: unknown, { verb, group, resource }: Recorded): boolean {
  const verbs = stringsOf(field(rule, 'verbs'));
  if (verbs.length > 0 && !verbs.includes(verb)) return false;
  const groups = asArray(field(rule, 'resources'));
  if (groups.length === 0) return stringsOf(field(rule, 'nonResourceURLs')).length === 0;
  return groups.some((one) => {
    if ((stringField(one, 'group') ?? '') !== group) return false;
    if (stringsOf(field(one, 'resourceNames')).length > 0) return false;
    const resources = stringsOf(field(one, 'resources'));
    return resources.length === 0 || resources.some((pattern) => covers(pattern, resource));
  });
}

/** `pods` is not `pods/exec`; `pods/*` and `*` are (audit.k8s.io/v1, GroupResources). */
function covers(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === resource) return true;
  const [name = '', sub] = resource.split('/');
  if (pattern === `${name}/*`) return true;
  return sub !== undefined && pattern === `*/${sub}`;
}
