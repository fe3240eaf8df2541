// What a fix changes, and the JSON Patch (RFC 6902) that does it on a given document.
import { type Path, pointerOf, valueAt } from './path.ts';

export type Edit =
  | { readonly kind: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly kind: 'remove'; readonly path: Path };

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

interface Branch {
  readonly path: Path;
  value: unknown;
  isSet: boolean;
  readonly children: Map<string | number, Branch>;
}

/**
 * One patch for all edits. Parents that are missing are added once, with all that the edits want
 * inside of them; members of arrays are removed last, from the end, so that no index moves.
 */
export function patchOf(root: unknown, edits: readonly Edit[]): PatchOperation[] {
  const tree = branchAt([]);
  for (const edit of edits) {
    if (edit.kind !== 'set') continue;
    let branch = tree;
    for (const part of edit.path) {
      const next = branch.children.get(part) ?? branchAt([...branch.path, part]);
      branch.children.set(part, next);
      branch = next;
    }
    branch.isSet = true;
    branch.value = edit.value;
  }
  return [...operationsOf(tree, root), ...removals(root, edits)];
}

function branchAt(path: Path): Branch {
  return { path, value: undefined, isSet: false, children: new Map() };
}

function operationsOf(branch: Branch, present: unknown): PatchOperation[] {
  if (!branch.isSet && branch.children.size === 0) return [];
  if (branch.isSet || !canHold(present, branch)) {
    // In a list `add` would insert, so that what stands there is replaced even where it is null.
    const isItem = typeof branch.path.at(-1) === 'number';
    const op = (present === undefined || present === null) && !isItem ? 'add' : 'replace';
    return [{ op, path: pointerOf(branch.path), value: builtValue(branch) }];
  }
  return [...branch.children].flatMap(([part, child]) =>
    operationsOf(child, valueAt(present, [part])),
  );
}

/** Whether what stands there has members of the kind that the edits want: keys, or indices. */
function canHold(present: unknown, { children }: Branch): boolean {
  if (typeof present !== 'object' || present === null) return false;
  const wanted = Array.isArray(present) ? 'number' : 'string';
  return [...children.keys()].every((part) => typeof part === wanted);
}

function builtValue({ isSet, value, children }: Branch): unknown {
  if (isSet) return value;
  return Object.fromEntries([...children].map(([part, child]) => [part, builtValue(child)]));
}

function removals(root: unknown, edits: readonly Edit[]): PatchOperation[] {
  const paths = new Map<string, Path>();
  for (const edit of edits) {
    if (edit.kind !== 'remove' || valueAt(root, edit.path) === undefined) continue;
    paths.set(pointerOf(edit.path), edit.path);
  }
  const sorted = [...paths].sort(([, a], [, b]) => -comparePaths(a, b));
  return sorted.map(([path]) => ({ op: 'remove', path }));
}

function comparePaths(a: Path, b: Path): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left, right] = [a[at] ?? '', b[at] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
