// Reads ValidatingAdmissionPolicy and its bindings (admissionregistration.k8s.io/v1). A policy that is
// not understood would allow what was meant to be denied: it is refused with file and line.
import { asRecord, field, keysOf, stringField } from '../../base/json.ts';
import { type LessonId, lessonIds } from '../../model/lesson.ts';
import { type Severity, severities } from '../../model/severity.ts';
import { type Compiler, compilerFor, type Expression } from '../cel/index.ts';
import type { Path } from '../path.ts';
import { itemsOf } from '../scalar.ts';
import { type PolicyDocument, wrong } from './document.ts';
import { LazyVariables } from './lazy.ts';
import type {
  NamedExpression,
  ParamObject,
  UserPolicies,
  UserPolicy,
  Validation,
} from './policy.ts';
import { bindingOf, matchResources, type PendingBinding } from './read-binding.ts';

/** As Kubernetes: more conditions, variables or validations are refused there as well. */
const conditionsMost = 64;
const validationsMost = 1000;

const group = 'admissionregistration.k8s.io/';

/**
 * All policies of these documents with their bindings; what is neither is taken for an object that
 * policies use as `params`. Throws `SeaworthyError` `malformed` on what is not understood.
 */
export function readUserPolicies(documents: readonly PolicyDocument[]): UserPolicies {
  const policies: UserPolicy[] = [];
  const bindings: PendingBinding[] = [];
  const params: ParamObject[] = [];
  for (const document of documents) {
    const kind = stringField(document.value, 'kind') ?? '';
    const apiVersion = stringField(document.value, 'apiVersion') ?? '';
    if (apiVersion.startsWith(group) && kind === 'ValidatingAdmissionPolicy') {
      policies.push(policyOf(document));
    } else if (apiVersion.startsWith(group) && kind === 'ValidatingAdmissionPolicyBinding') {
      bindings.push(bindingOf(document));
    } else params.push(paramOf(document, apiVersion, kind));
  }
  const names = new Set(policies.map(({ name }) => name));
  const lost = bindings.find(({ policy }) => !names.has(policy));
  if (lost !== undefined) {
    throw wrong(lost.document, [], `it binds the policy ${lost.policy}, which is not there`);
  }
  return {
    policies: policies.map((policy) => {
      const own = bindings.filter((one) => one.policy === policy.name);
      const bound = own.map(({ binding }) => binding);
      const selectors = [policy.matches, ...bound.map(({ matches }) => matches)];
      const looks = selectors.some((one) => looksAtLabels(one?.namespaceSelector));
      return { ...policy, bindings: bound, asksNamespaces: policy.asksNamespaces || looks };
    }),
    params,
  };
}

function paramOf(document: PolicyDocument, apiVersion: string, kind: string): ParamObject {
  if (apiVersion === '' || kind === '') {
    throw wrong(document, [], 'it is no policy: apiVersion and kind are missing');
  }
  const metadata = field(document.value, 'metadata');
  return {
    apiVersion,
    kind,
    name: stringField(metadata, 'name') ?? '',
    namespace: stringField(metadata, 'namespace'),
    value: document.value,
  };
}

const specKeys: ReadonlySet<string> = new Set([
  'paramKind',
  'matchConstraints',
  'validations',
  'failurePolicy',
  'auditAnnotations',
  'matchConditions',
  'variables',
]);

function policyOf(document: PolicyDocument): UserPolicy {
  const { value, file } = document;
  const name = stringField(field(value, 'metadata'), 'name') ?? '';
  const spec = field(value, 'spec');
  if (name === '') throw wrong(document, [], 'the policy has no name');
  if (asRecord(spec) === null) throw wrong(document, [], 'the policy has no spec');
  const stranger = keysOf(spec).find((key) => !specKeys.has(key));
  if (stranger !== undefined) {
    throw wrong(document, ['spec', stranger], `a policy has no ${JSON.stringify(stranger)}`);
  }
  const reader = readerOf(document);
  const variables = reader.named('variables', 'dyn', conditionsMost * 4);
  const validations = reader.validations();
  const auditAnnotations = reader.named('auditAnnotations', 'string', 20, 'valueExpression', 'key');
  if (validations.length + auditAnnotations.length === 0) {
    throw wrong(document, ['spec'], 'the policy has no validations');
  }
  const annotations = field(field(value, 'metadata'), 'annotations');
  const failurePolicy = stringField(spec, 'failurePolicy') ?? 'Fail';
  if (failurePolicy !== 'Fail' && failurePolicy !== 'Ignore') {
    throw wrong(document, ['spec', 'failurePolicy'], 'failurePolicy is Fail or Ignore');
  }
  const paramKind = field(spec, 'paramKind');
  return {
    name,
    file,
    line: document.lineAt([]),
    title: stringField(annotations, 'seaworthy.dev/title') ?? `Policy ${name}`,
    severity: oneOf<Severity>(severities, stringField(annotations, 'seaworthy.dev/severity')),
    lesson:
      oneOf<LessonId>(lessonIds, stringField(annotations, 'seaworthy.dev/lesson')) ??
      'least-privilege',
    fix: stringField(annotations, 'seaworthy.dev/fix'),
    failurePolicy,
    matches: matchResources(field(spec, 'matchConstraints'), document, [
      'spec',
      'matchConstraints',
    ]),
    conditions: reader.named('matchConditions', 'bool', conditionsMost),
    variables,
    validations,
    auditAnnotations,
    paramKind:
      asRecord(paramKind) === null
        ? null
        : {
            apiVersion: stringField(paramKind, 'apiVersion') ?? '',
            kind: stringField(paramKind, 'kind') ?? '',
          },
    asksImages: reader.asksImages(),
    asksNamespaces: reader.asksNamespaces(),
    bindings: [],
  };
}

/** The name of a namespace is told by every review; other labels of it are not. */
function looksAtLabels(selector: unknown): boolean {
  const keys = [
    ...keysOf(field(selector, 'matchLabels')),
    ...itemsOf(field(selector, 'matchExpressions')).map((one) => stringField(one, 'key') ?? ''),
  ];
  return keys.some((key) => key !== 'kubernetes.io/metadata.name');
}

function oneOf<T extends string>(words: readonly T[], word: string | null): T | null {
  return words.find((one) => one === word) ?? null;
}

/** Made once: the libraries are the same for all policies. */
let compiler: Compiler | null = null;

function compilerOfPolicies(): Compiler {
  compiler ??= compilerFor(
    new Map([
      ['object', null],
      ['oldObject', null],
      ['anyObject', null],
      ['request', null],
      ['params', null],
      ['namespaceObject', null],
      ['images', null],
      ['variables', LazyVariables],
    ]),
  );
  return compiler;
}

/** Reads the expressions of one policy; variables may use those before them. */
function readerOf(document: PolicyDocument) {
  const spec = field(document.value, 'spec');
  const known = new Set<string>();
  let images = false;
  let namespaces = false;
  const compiled = (source: unknown, path: Path, type: string): Expression => {
    if (typeof source !== 'string' || source.trim() === '') {
      throw wrong(document, path, 'an expression is missing');
    }
    const result = compilerOfPolicies()(source);
    if (!result.ok) throw wrong(document, path, `${result.reason}, in ${excerpt(source)}`);
    if (type !== 'dyn' && result.type !== 'dyn' && result.type !== type) {
      throw wrong(document, path, `the expression gives ${result.type} and must give ${type}`);
    }
    const typo = result.expression.paths.find(
      ([root, name]) => root === 'variables' && name !== undefined && !known.has(name),
    );
    if (typo !== undefined) throw wrong(document, path, `variables.${typo[1]} is not defined here`);
    images ||= /\bimages\b/.test(source);
    namespaces ||= /\bnamespaceObject\b/.test(source);
    return result.expression;
  };
  const list = (key: string, most: number): readonly unknown[] => {
    const value = field(spec, key);
    if (value !== undefined && value !== null && !Array.isArray(value)) {
      throw wrong(document, ['spec', key], `${key} must be a list`);
    }
    const items = itemsOf(value);
    if (items.length > most) throw wrong(document, ['spec', key], `${key} has more than ${most}`);
    return items;
  };
  return {
    asksImages: () => images,
    asksNamespaces: () => namespaces,
    named(key: string, type: string, most: number, member = 'expression', naming = 'name') {
      return list(key, most).map((one, index): NamedExpression => {
        const path = ['spec', key, index];
        const name = stringField(one, naming) ?? '';
        if (name === '') throw wrong(document, path, `${naming} is missing`);
        const expression = compiled(field(one, member), [...path, member], type);
        if (key === 'variables') known.add(name);
        return { name, expression };
      });
    },
    validations() {
      return list('validations', validationsMost).map((one, index): Validation => {
        const path = ['spec', 'validations', index];
        const message = field(one, 'messageExpression');
        return {
          expression: compiled(field(one, 'expression'), [...path, 'expression'], 'bool'),
          message: stringField(one, 'message'),
          messageExpression:
            message === undefined
              ? null
              : compiled(message, [...path, 'messageExpression'], 'string'),
          line: document.lineAt(path),
        };
      });
    },
  };
}

function excerpt(source: string): string {
  const line = source.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 100 ? line : `${line.slice(0, 100)}…`;
}
