// How large YAML values are once their aliases are written out: bombs, loops and endless depth.
import { limits } from './limits.ts';

interface Frame {
  readonly node: object;
  readonly children: readonly unknown[];
  next: number;
  nodes: number;
  depth: number;
}

interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

/**
 * The reason why `values` must not be walked, or null. Depth-first with its own stack; an object
 * that many aliases share is measured once, so the cost is that of the text, not of its expansion.
 */
export function expansionProblem(values: readonly unknown[]): string | null {
  const extents = new Map<object, Extent>();
  for (const value of values) {
    const problem = isObject(value) ? problemOf(value, extents) : null;
    if (problem !== null) return problem;
  }
  return null;
}

function problemOf(root: object, extents: Map<object, Extent>): string | null {
  const open = new Set<object>([root]);
  const stack: Frame[] = [frameOf(root)];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (frame.next === frame.children.length) {
      if (frame.nodes > limits.yamlExpandedNodes) return 'YAML alias bomb';
      if (frame.depth > limits.documentDepth) {
        return `YAML nested deeper than ${limits.documentDepth} levels by aliases`;
      }
      extents.set(frame.node, { nodes: frame.nodes, depth: frame.depth });
      open.delete(frame.node);
      stack.pop();
      continue;
    }
    const child = frame.children[frame.next];
    const known = isObject(child) ? extents.get(child) : { nodes: 1, depth: 0 };
    if (known !== undefined) {
      frame.next += 1;
      frame.nodes += known.nodes;
      frame.depth = Math.max(frame.depth, known.depth + 1);
    } else if (isObject(child)) {
      if (open.has(child)) return 'YAML that contains itself by an alias';
      open.add(child);
      stack.push(frameOf(child));
    }
  }
  return null;
}

function frameOf(node: object): Frame {
  return { node, children: Object.values(node), next: 0, nodes: 1, depth: 0 };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
