// Cycles of imports, type-only ones included: between files, and between the rooms of a wing.
import { dirname } from 'node:path/posix';
import { innerImports } from './imports.ts';
import { contracts } from './layers.ts';
import type { Tree, Violation } from './tree.ts';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** No file reaches itself, and no room reaches itself through another. */
export function checkCycles(tree: Tree): Violation[] {
  const files = new Map<string, Set<string>>();
  const rooms = new Map<string, Set<string>>();
  for (const { from, to } of innerImports(tree)) {
    link(files, from, to);
    const [room, other] = [roomOf(from), roomOf(to)];
    if (!isNested(room, other) && !contracts.includes(to)) link(rooms, room, other);
  }
  return [...cycles(files), ...cycles(rooms)].map((path) => `a cycle: ${path.join(' -> ')}`);
}

/** `inventory/image` of `inventory/image/tar.ts`; rooms inside rooms belong to the outer one. */
function roomOf(path: string): string {
  return dirname(path).split('/').slice(0, 2).join('/');
}

/** A folder and a room inside it (report and report/table) are one thing to the outside. */
function isNested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function link(graph: Map<string, Set<string>>, from: string, to: string): void {
  const targets = graph.get(from);
  if (targets === undefined) graph.set(from, new Set([to]));
  else targets.add(to);
}

/** One path for each cycle that a depth-first walk closes. */
function cycles(graph: Graph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): void => {
    const at = trail.indexOf(node);
    if (at !== -1) {
      found.push([...trail.slice(at), node]);
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}
