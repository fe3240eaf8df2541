// What is left of a condition once a part of the event is known, such as its process: checks that are
// decided become true or false, and with them what they decide.
import type { Graph, GraphNode, JunctionNode, Reduced } from './graph.ts';

export interface Knowledge {
  /** What a node is, or null where that is not known. */
  readonly decide: (node: GraphNode) => boolean | null;
  /** Parts that were looked at before, with the same knowledge. */
  readonly known: Map<GraphNode, Reduced>;
}

/** The rest of `node`. */
export function remainder<Event>(
  node: GraphNode,
  graph: Graph<Event>,
  knowledge: Knowledge,
): Reduced {
  const decided = knowledge.decide(node);
  if (decided !== null) return decided;
  if (node.kind === 'atom') return node;
  const found = knowledge.known.get(node);
  if (found !== undefined) return found;
  const rest =
    node.kind === 'not'
      ? graph.not(remainder(node.child, graph, knowledge))
      : junction(node, graph, knowledge);
  knowledge.known.set(node, rest);
  return rest;
}

function junction<Event>(
  { kind, children }: JunctionNode,
  graph: Graph<Event>,
  knowledge: Knowledge,
): Reduced {
  const decides = kind === 'or';
  // What is certain first: it often decides, and the rest need not be looked at.
  for (const child of children) if (knowledge.decide(child) === decides) return decides;
  const parts: Reduced[] = [];
  for (const child of children) {
    const part = remainder(child, graph, knowledge);
    if (part === decides) return decides;
    parts.push(part);
  }
  return graph.junction(kind, parts);
}
