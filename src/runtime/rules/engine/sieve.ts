// A few cheap checks that many rules begin with (`evt.is_open_write = true`, `fd.typechar = f`) choose
// among lists of rules: after them most rules need not be asked at all.
import type { AtomNode, GraphNode } from './graph.ts';

/** Checks of one sieve: 256 lists at most, of which a handful come into being. */
const checksAtMost = 8;
/** A check that costs more is no bargain. */
const costAtMost = 2;

/** The cheap checks that most of the conditions have, the most frequent first. */
export function commonChecks(nodes: readonly GraphNode[]): readonly AtomNode[] {
  const counts = new Map<AtomNode, number>();
  for (const node of nodes) {
    for (const atom of cheapAtoms(node)) counts.set(atom, (counts.get(atom) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .toSorted(([a, many], [b, few]) => few - many || a.id - b.id)
    .slice(0, checksAtMost)
    .map(([atom]) => atom);
}

/** Visits bounded parts of one condition: what lies deep down seldom decides. */
const partsAtMost = 200;

function cheapAtoms(node: GraphNode): ReadonlySet<AtomNode> {
  const atoms = new Set<AtomNode>();
  const pending: GraphNode[] = [node];
  for (let visited = 0; visited < partsAtMost; visited += 1) {
    const next = pending.pop();
    if (next === undefined) break;
    if (next.kind === 'atom') {
      if (next.cost <= costAtMost && !isOnPath(next)) atoms.add(next);
    } else if (next.kind === 'not') {
      pending.push(next.child);
    } else {
      pending.push(...next.children);
    }
  }
  return atoms;
}

/** Paths differ from event to event: one of them decides little. */
function isOnPath({ check: { left } }: AtomNode): boolean {
  return left.kind !== 'field' || /^(?:fd\.(?:name|directory|filename)|evt\.arg)/.test(left.name);
}
