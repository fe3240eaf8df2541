// Evaluates policies of users on one object, as the API server does: matching, conditions, lazy
// variables, validations, messages, audit annotations, failure policy.
import { entriesOf, field, stringField } from '../../base/json.ts';
import { selects } from '../../model/label-selector.ts';
import type { Expression } from '../cel/index.ts';
import { type Meter, meterOf, policyCost, toCel } from '../cel/index.ts';
import type { Fault } from '../control.ts';
import type { About, Inquired, Inquiry, Objection, Review } from '../inquiry.ts';
import type { Path } from '../path.ts';
import { isAsStrict, type Mode } from '../profile.ts';
import { clip } from '../scalar.ts';
import { asKubectlReads } from '../shape.ts';
import type { Subject } from '../subject.ts';
import { changeOf, podChange, requestOf } from './change.ts';
import { containerOf, evidencePath } from './evidence.ts';
import { LazyVariables } from './lazy.ts';
import { type Change, isAbout, speaksOf } from './match.ts';
import type { Binding, ParamObject, UserPolicies, UserPolicy, Validation } from './policy.ts';

/** Facts of an image for `images`, by its reference; null: nobody knows it. */
export type ImageValues = (reference: string) => ReadonlyMap<string, unknown> | null;

/** An object that policies judge: the subject itself, or a Pod that it will make. */
interface Judged {
  readonly change: Change;
  readonly object: unknown;
  /** From the root of the subject. */
  readonly path: Path;
  /** `request` as expressions see it; made once for all policies. */
  readonly request: () => unknown;
}

/** The inquiry of all these policies. */
export function userInquiry({ policies, params }: UserPolicies, images: ImageValues): Inquiry {
  if (policies.length === 0) return () => none;
  return (subject, review) => {
    const objections: Objection[] = [];
    const annotations: (readonly [string, string])[] = [];
    let isAsked = false;
    const all = judgedOf(subject, review);
    const scene: Scene = { subject, review, params, images, celOf: remember() };
    for (const policy of policies) {
      const judged = all.filter(
        ({ change }) => speaksOf(policy.matches, change) && isAbout(policy.matches, change),
      );
      // A policy on workloads speaks for itself; one on Pods is asked about those they will make.
      const own = judged.filter(({ path }) => path.length === 0);
      for (const one of own.length > 0 ? own : judged) {
        for (const binding of bindingsOf(policy, one.change)) {
          isAsked = true;
          const run = new Run(policy, binding, one, scene);
          run.judge();
          objections.push(...run.objections);
          annotations.push(...run.annotations);
        }
      }
    }
    return { isAsked, objections: strictest(objections), unknowns: [], annotations };
  };
}

const none: Inquired = { isAsked: false, objections: [], unknowns: [], annotations: [] };

/** A policy without a binding is meant to deny; Kubernetes itself would not ask it. */
const denies: Binding = { name: '', mode: 'deny', matches: null, params: null };

function bindingsOf(policy: UserPolicy, change: Change): readonly Binding[] {
  if (policy.bindings.length === 0) return [denies];
  return policy.bindings.filter(({ matches }) => matches === null || isAbout(matches, change));
}

/** One fault that several bindings report is told once, as the strictest of them has it. */
function strictest(objections: readonly Objection[]): Objection[] {
  const told = new Map<string, Objection>();
  for (const one of objections) {
    const key = JSON.stringify([one.about.id, one.fault.message, one.fault.path]);
    const known = told.get(key);
    if (known === undefined || isAsStrict(one.mode, known.mode)) told.set(key, one);
  }
  return [...told.values()];
}

interface Scene {
  readonly subject: Subject;
  readonly review: Review | null;
  readonly params: readonly ParamObject[];
  readonly images: ImageValues;
  readonly celOf: (value: unknown) => unknown;
}

/** Objects are turned into values of CEL once for all policies. */
function remember(): (value: unknown) => unknown {
  const known = new Map<unknown, unknown>();
  return (value) => {
    if (!known.has(value)) known.set(value, toCel(value));
    return known.get(value);
  };
}

function judgedOf(subject: Subject, review: Review | null): Judged[] {
  const change = changeOf(subject, review);
  const isPod = subject.pods.some(({ path }) => path.length === 0);
  const object = isPod ? asKubectlReads(subject.object) : subject.object;
  const pods = subject.pods
    .filter(({ path }) => path.length > 0)
    .map(({ path, root }): Judged => {
      const read = asKubectlReads(root);
      const metadata = Object.fromEntries(entriesOf(field(read, 'metadata')));
      const namespace = subject.namespace ?? undefined;
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...metadata, namespace },
        spec: field(read, 'spec'),
      };
      return judgedAs(podChange(change, metadata), pod, { path, review });
    });
  return [judgedAs(change, object, { path: [], review }), ...pods];
}

function judgedAs(
  change: Change,
  object: unknown,
  { path, review }: { readonly path: Path; readonly review: Review | null },
): Judged {
  let request: unknown;
  return {
    change,
    object,
    path,
    request: () => (request ??= toCel(requestOf(change, object, review))),
  };
}

/** One policy on one object by one binding. */
class Run {
  readonly objections: Objection[] = [];
  readonly annotations: (readonly [string, string])[] = [];
  readonly #policy: UserPolicy;
  readonly #binding: Binding;
  readonly #judged: Judged;
  readonly #scene: Scene;
  readonly #meter: Meter = meterOf(policyCost);

  constructor(policy: UserPolicy, binding: Binding, judged: Judged, scene: Scene) {
    this.#policy = policy;
    this.#binding = binding;
    this.#judged = judged;
    this.#scene = scene;
  }

  judge(): void {
    for (const params of this.#params()) {
      const variables = this.#variables(params);
      const condition = this.#conditionsHold(variables);
      if (condition === 'error') return;
      if (condition === 'no') continue;
      for (const validation of this.#policy.validations) this.#validate(validation, variables);
      for (const { name, expression } of this.#policy.auditAnnotations) {
        const result = expression.evaluate(variables, this.#meter);
        if (!result.ok) this.#failed(`auditAnnotations ${name}: ${result.reason}`, null);
        else if (typeof result.value === 'string') {
          this.annotations.push([`${this.#policy.name}/${name}`, clip(result.value, 10_240)]);
        }
      }
    }
  }

  /** The objects that it runs with; null: it takes none. */
  #params(): readonly unknown[] {
    const { paramKind } = this.#policy;
    const reference = this.#binding.params;
    if (paramKind === null) return [null];
    const namespace = reference?.namespace ?? this.#judged.change.namespace;
    const found = this.#scene.params.filter(
      (one) =>
        one.kind === paramKind.kind &&
        one.apiVersion === paramKind.apiVersion &&
        (one.namespace === null || namespace === null || one.namespace === namespace) &&
        (reference === null || reference.name === null || reference.name === one.name) &&
        (reference?.selector === undefined ||
          selects(reference.selector, field(field(one.value, 'metadata'), 'labels'))),
    );
    if (found.length > 0) return found.map(({ value }) => value);
    if (reference === null) return [null];
    if (reference.notFound === 'Deny') {
      const what = reference.name ?? 'that its selector wants';
      this.#failed(`the ${paramKind.kind} ${what} for its params is not there`, null);
    }
    return [];
  }

  #variables(params: unknown): ReadonlyMap<string, unknown> {
    const { celOf, review, subject, images } = this.#scene;
    const { object, change } = this.#judged;
    const isDelete = change.operation === 'DELETE';
    const current = isDelete ? null : celOf(object);
    const old = this.#judged.path.length > 0 ? null : (review?.oldObject ?? null);
    const lazy = new LazyVariables();
    const values = new Map<string, unknown>([
      ['object', current],
      ['oldObject', old === null ? null : celOf(old)],
      ['anyObject', current ?? celOf(old)],
      ['request', this.#judged.request()],
      ['params', params === null ? null : celOf(params)],
      ['namespaceObject', celOf(review?.namespaceObject ?? null)],
      ['variables', lazy],
    ]);
    if (this.#policy.asksImages) values.set('images', imagesOf(subject, images));
    for (const { name, expression } of this.#policy.variables) {
      lazy.computations.set(name, () => expression.evaluate(values, this.#meter));
    }
    return values;
  }

  /** A condition that is false decides, even where another one fails. */
  #conditionsHold(variables: ReadonlyMap<string, unknown>): 'yes' | 'no' | 'error' {
    let problem: string | null = null;
    for (const { name, expression } of this.#policy.conditions) {
      const result = expression.evaluate(variables, this.#meter);
      if (!result.ok) problem ??= `matchConditions ${name}: ${result.reason}`;
      else if (result.value === false) return 'no';
      else if (result.value !== true) problem ??= `matchConditions ${name} gives no bool`;
    }
    if (problem === null) return 'yes';
    this.#failed(problem, null);
    return 'error';
  }

  #validate(validation: Validation, variables: ReadonlyMap<string, unknown>): void {
    const result = validation.expression.evaluate(variables, this.#meter);
    if (result.ok && result.value === true) return;
    if (!result.ok) {
      this.#failed(result.reason, validation);
      return;
    }
    if (result.value !== false) {
      this.#failed('the validation gives no bool', validation);
      return;
    }
    const evidence = evidencePath(validation.expression, {
      policy: this.#policy,
      variables,
      object: this.#judged.object,
    });
    this.#object(this.#message(validation, variables), { validation, evidence, mode: null });
  }

  #message(validation: Validation, variables: ReadonlyMap<string, unknown>): string {
    const result = validation.messageExpression?.evaluate(variables, this.#meter);
    const text = result?.ok === true && typeof result.value === 'string' ? result.value.trim() : '';
    if (text !== '' && !text.includes('\n') && text.length <= messageCharacters) return text;
    return validation.message ?? `failed expression: ${sourceOf(validation.expression)}`;
  }

  /** An evaluation that failed: denied, or noted where the policy says `Ignore`. */
  #failed(reason: string, validation: Validation | null): void {
    const ignores = this.#policy.failurePolicy === 'Ignore';
    const what = validation === null ? '' : ` in ${sourceOf(validation.expression)}`;
    const message = `the policy could not be evaluated (failurePolicy ${this.#policy.failurePolicy}): ${reason}${what}`;
    this.#object(message, { validation, evidence: [], mode: ignores ? 'audit' : null });
  }

  #object(message: string, { validation, evidence, mode }: Objected): void {
    const { path } = this.#judged;
    const fault: Fault = {
      path: [...path, ...evidence],
      ofObject: true,
      message: clip(message, 1000),
      container: containerOf(this.#scene.subject, [...path, ...evidence]),
      edits: [],
    };
    const own = mode ?? this.#binding.mode;
    this.objections.push({ about: aboutOf(this.#policy, validation, own), mode: own, fault });
  }
}

interface Objected {
  readonly validation: Validation | null;
  readonly evidence: Path;
  readonly mode: Mode | null;
}

/** As Kubernetes bounds what `messageExpression` gives. */
const messageCharacters = 5120;

function sourceOf({ source }: Expression): string {
  return clip(source.replaceAll(/\s+/g, ' ').trim());
}

const severityOfMode = { deny: 'high', warn: 'medium', audit: 'low' } as const;

function aboutOf(policy: UserPolicy, validation: Validation | null, mode: Mode): About {
  const line = validation?.line ?? policy.line;
  return {
    id: policy.name,
    title: policy.title,
    severity: policy.severity ?? severityOfMode[mode],
    sources: [line === null ? policy.file : `${policy.file}:${line}`],
    lesson: policy.lesson,
    fix: policy.fix ?? 'Change the object as the policy wants it',
  };
}

/** `images`, keyed by the names of containers; of one that nobody knows little is told. */
function imagesOf(subject: Subject, images: ImageValues): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { root } of subject.pods) {
    const spec = field(root, 'spec');
    for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
      const containers = field(spec, list);
      for (const one of Array.isArray(containers) ? containers.slice(0, 1000) : []) {
        const reference = stringField(one, 'image');
        const name = stringField(one, 'name');
        if (reference === null || name === null) continue;
        const unknown = new Map<string, unknown>([
          ['reference', reference],
          ['known', false],
        ]);
        values.set(name, images(reference) ?? unknown);
      }
    }
  }
  return values;
}
