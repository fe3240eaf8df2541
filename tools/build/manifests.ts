// Renders the Helm chart into plain manifests (`node tools/build/manifests.ts` writes them). It knows
// the part of Helm's templates that the chart uses: values, `quote`, and `if` and `range` on lines of their own.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const chart = new URL('deploy/helm/seaworthy/', root);

export const manifestFile = new URL('deploy/kubernetes/seaworthy.yaml', root);

export interface RenderOptions {
  readonly namespace: string;
  /** Laid over values.yaml, by dotted name: `webhook.enabled`. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Every switch of the chart, for tests. */
export const everything: Readonly<Record<string, unknown>> = {
  'webhook.enabled': true,
  'webhook.tellFleet': true,
  'server.names': ['seaworthy.example', 'fleet.example'],
  'server.alerts.secret': 'seaworthy-alerts',
  'server.responder.enabled': true,
  'agent.response.enabled': true,
};

/** All documents of the chart as one text. Throws on a template that it does not know. */
export function renderChart({ namespace, values = {} }: RenderOptions): string {
  const usual: unknown = parse(readFileSync(new URL('values.yaml', chart), 'utf8'));
  const valueOf = (name: string): unknown => {
    if (name === 'Release.Namespace') return namespace;
    const path = name.replace(/^Values\./, '');
    if (path === name) throw new Error(`the template asks for ${name}`);
    if (Object.hasOwn(values, path)) return values[path];
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], usual);
    if (value === undefined) throw new Error(`values.yaml has no ${path}`);
    return value;
  };
  const folder = new URL('templates/', chart);
  return readdirSync(folder)
    .toSorted()
    .map((name) => renderFile(readFileSync(new URL(name, folder), 'utf8'), valueOf))
    .filter((text) => text.trim() !== '')
    .join('---\n');
}

type ValueOf = (name: string) => unknown;

/** Blocks begin and end on lines of their own, which Helm's `{{-` takes out as a whole. */
function renderFile(text: string, valueOf: ValueOf): string {
  return renderLines(text.split('\n'), valueOf, null).join('\n');
}

function renderLines(lines: readonly string[], valueOf: ValueOf, item: unknown): string[] {
  const rendered: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const block = /^\s*\{\{- (if|range) \.([\w.]+) \}\}$/.exec(line);
    if (block === null) {
      rendered.push(renderWords(line, valueOf, item));
      continue;
    }
    const end = endOf(lines, at);
    const inside = lines.slice(at + 1, end);
    const value = valueOf(block[2] ?? '');
    if (block[1] === 'range') {
      for (const one of value as readonly unknown[]) {
        rendered.push(...renderLines(inside, valueOf, one));
      }
    } else if (isTrue(value)) rendered.push(...renderLines(inside, valueOf, item));
    at = end;
  }
  return rendered;
}

/** As templates of Go see it. */
function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** Where the block that begins at a line ends. */
function endOf(lines: readonly string[], begin: number): number {
  let depth = 0;
  for (let at = begin; at < lines.length; at += 1) {
    if (/^\s*\{\{- (?:if|range) /.test(lines[at] ?? '')) depth += 1;
    if (/^\s*\{\{- end \}\}$/.test(lines[at] ?? '')) depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`a block of the template has no end: ${lines[begin]}`);
}

function renderWords(line: string, valueOf: ValueOf, item: unknown): string {
  return line.replaceAll(/\{\{(.*?)\}\}/g, (_, inner: string) => {
    const found = /^ \.([\w.]*)( \| quote)? $/.exec(inner);
    if (found === null) throw new Error(`the template has {{${inner}}}`);
    const value = String(found[1] === '' ? item : valueOf(found[1] ?? ''));
    return found[2] === undefined ? value : JSON.stringify(value);
  });
}

if (import.meta.main) writeFileSync(manifestFile, plainManifests());

/** What is committed: the usual values, in the namespace `seaworthy`, which it makes. */
export function plainManifests(): string {
  const head = `# Made by tools/build/manifests.ts from deploy/helm/seaworthy; change the chart instead.
apiVersion: v1
kind: Namespace
metadata:
  name: seaworthy
  labels:
    # The sensor loads BPF programs and holds containers until they are named: no smaller level allows it.
    pod-security.kubernetes.io/enforce: privileged
    pod-security.kubernetes.io/warn: restricted
---
`;
  return head + renderChart({ namespace: 'seaworthy' });
}
