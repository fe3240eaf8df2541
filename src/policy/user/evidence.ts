// Where an expression failed: the element for which its `all` said no, else the longest path that it
// reads and that is there.
import { type Expression, meterOf, policyCost, toCel, tracing } from '../cel/index.ts';
import { type Path, valueAt } from '../path.ts';
import type { ContainerView } from '../pod.ts';
import { viewPod } from '../pod.ts';
import type { Subject } from '../subject.ts';
import { LazyVariables } from './lazy.ts';
import type { UserPolicy } from './policy.ts';

interface Place {
  readonly policy: UserPolicy;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly object: unknown;
}

/** From the root of the object; empty where nothing is known. */
export function evidencePath(expression: Expression, place: Place): Path {
  const read = [...pathsOf(expression, place.policy)].sort((a, b) => b.length - a.length);
  const refused = refusedElement(expression, place);
  if (refused !== null) return refused;
  for (const path of read) {
    if (valueAt(place.object, path) !== undefined) return path;
  }
  return longestThere(place.object, read);
}

/** The part of a path that is there; what is missing at its end is what the policy asks for. */
function longestThere(object: unknown, read: readonly (readonly string[])[]): Path {
  for (const path of read) {
    for (let length = path.length - 1; length > 0; length -= 1) {
      const part = path.slice(0, length);
      if (valueAt(object, part) !== undefined) return part;
    }
  }
  return [];
}

/** Paths into `object`, those that variables read as well. */
function pathsOf(expression: Expression, policy: UserPolicy): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const open = [expression];
  const seen = new Set<Expression>(open);
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const [root, ...path] of one.paths) {
      if (root === 'object' || root === 'anyObject') found.push(path);
      const variable =
        root === 'variables' ? policy.variables.find(({ name }) => name === path[0]) : undefined;
      if (variable === undefined || seen.has(variable.expression)) continue;
      seen.add(variable.expression);
      open.push(variable.expression);
    }
  }
  return found;
}

/** Evaluates once more and looks where the refused element stands in the object. */
function refusedElement(expression: Expression, { policy, variables, object }: Place): Path | null {
  const own = toCel(object);
  const meter = meterOf(policyCost);
  const lazy = new LazyVariables();
  const values = new Map(variables);
  values.set('variables', lazy);
  if (values.get('object') !== null) values.set('object', own);
  for (const { name, expression: one } of policy.variables) {
    lazy.computations.set(name, () => one.evaluate(values, meter));
  }
  const refused = tracing(() => expression.evaluate(values, meter));
  const element = refused.find((one) => typeof one === 'object' && one !== null);
  return element === undefined ? null : placeOf(own, element);
}

/** Objects and lists that are searched for one element. */
const searchedMost = 100_000;

function placeOf(root: unknown, wanted: unknown): Path | null {
  const open: { readonly value: unknown; readonly path: Path }[] = [{ value: root, path: [] }];
  let seen = 0;
  for (let one = open.pop(); one !== undefined && seen < searchedMost; one = open.pop()) {
    if (one.value === wanted) return one.path;
    const children: Iterable<readonly [unknown, unknown]> = Array.isArray(one.value)
      ? one.value.entries()
      : one.value instanceof Map
        ? one.value
        : [];
    for (const [key, value] of children) {
      seen += 1;
      if (typeof value !== 'object' || value === null) continue;
      open.push({ value, path: [...one.path, key as string | number] });
    }
  }
  return null;
}

/** The container that a path from the root of the subject leads into, or null. */
export function containerOf(subject: Subject, path: Path): ContainerView | null {
  for (const template of subject.pods) {
    const { length } = template.path;
    if (!template.path.every((part, at) => path[at] === part)) continue;
    const inner = path.slice(length);
    const found = viewPod(template.root).containers.find((one) =>
      one.path.every((part, at) => inner[at] === part),
    );
    if (found !== undefined) return found;
  }
  return null;
}
