// Reads bindings and what they and their policies match.
import { asRecord, field, keysOf, stringField, stringsOf } from '../../base/json.ts';
import type { Path } from '../path.ts';
import { isAsStrict, type Mode } from '../profile.ts';
import { itemsOf } from '../scalar.ts';
import { type PolicyDocument, wordsOf, wrong } from './document.ts';
import type { Binding, MatchResources, ParamReference, ResourceRule } from './policy.ts';

export interface PendingBinding {
  readonly policy: string;
  readonly binding: Binding;
  readonly document: PolicyDocument;
}

const modeOfAction: ReadonlyMap<string, Mode> = new Map([
  ['Deny', 'deny'],
  ['Warn', 'warn'],
  ['Audit', 'audit'],
]);

/** One binding; throws `SeaworthyError` `malformed`. */
export function bindingOf(document: PolicyDocument): PendingBinding {
  const spec = field(document.value, 'spec');
  const policy = stringField(spec, 'policyName') ?? '';
  if (policy === '') throw wrong(document, ['spec'], 'a binding needs policyName');
  const actions = stringsOf(field(spec, 'validationActions'));
  const path = ['spec', 'validationActions'];
  if (actions.length === 0) throw wrong(document, path, 'a binding needs validationActions');
  if (actions.includes('Deny') && actions.includes('Warn')) {
    throw wrong(document, path, 'Deny and Warn exclude each other');
  }
  let mode: Mode = 'audit';
  for (const action of actions) {
    const own = modeOfAction.get(action);
    if (own === undefined) throw wrong(document, path, `the action ${action} is not known`);
    if (isAsStrict(own, mode)) mode = own;
  }
  const resources = field(spec, 'matchResources');
  const name = stringField(field(document.value, 'metadata'), 'name') ?? '';
  const matches =
    resources === undefined
      ? null
      : matchResources(resources, document, ['spec', 'matchResources']);
  return { policy, document, binding: { name, mode, matches, params: paramsOf(document, spec) } };
}

function paramsOf(document: PolicyDocument, spec: unknown): ParamReference | null {
  const reference = field(spec, 'paramRef');
  if (reference === undefined || reference === null) return null;
  const name = stringField(reference, 'name');
  const selector = field(reference, 'selector');
  if ((name === null) === (selector === undefined)) {
    throw wrong(document, ['spec', 'paramRef'], 'paramRef needs name or selector');
  }
  const notFound = stringField(reference, 'parameterNotFoundAction') ?? 'Deny';
  if (notFound !== 'Allow' && notFound !== 'Deny') {
    throw wrong(document, ['spec', 'paramRef'], 'parameterNotFoundAction is Allow or Deny');
  }
  return { name, namespace: stringField(reference, 'namespace'), selector, notFound };
}

const resourceKeys: ReadonlySet<string> = new Set([
  'resourceRules',
  'excludeResourceRules',
  'namespaceSelector',
  'objectSelector',
  'matchPolicy',
]);

/** `matchConstraints` or `matchResources`; absent means everything. */
export function matchResources(
  value: unknown,
  document: PolicyDocument,
  path: Path,
): MatchResources {
  if (value !== undefined && value !== null && asRecord(value) === null) {
    throw wrong(document, path, 'it must be an object');
  }
  const stranger = keysOf(value).find((key) => !resourceKeys.has(key));
  if (stranger !== undefined) throw wrong(document, path, `${stranger} is not known here`);
  return {
    rules: itemsOf(field(value, 'resourceRules')).map(ruleOf),
    excluded: itemsOf(field(value, 'excludeResourceRules')).map(ruleOf),
    namespaceSelector: field(value, 'namespaceSelector'),
    objectSelector: field(value, 'objectSelector'),
    isEquivalent: stringField(value, 'matchPolicy') !== 'Exact',
  };
}

function ruleOf(value: unknown): ResourceRule {
  return {
    groups: wordsOf(field(value, 'apiGroups'), ['*']),
    versions: wordsOf(field(value, 'apiVersions'), ['*']),
    resources: wordsOf(field(value, 'resources'), ['*']),
    operations: wordsOf(field(value, 'operations'), ['*']),
    scope: stringField(value, 'scope') ?? '*',
    names: stringsOf(field(value, 'resourceNames')),
  };
}
