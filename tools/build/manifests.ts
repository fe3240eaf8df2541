// Renders the Helm chart into plain manifests (`node tools/build/manifests.ts` writes them). It knows
// the part of Helm's templates that the chart uses: values, `quote`, and `if` around whole files.
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

function renderFile(text: string, valueOf: (name: string) => unknown): string {
  const whole = /^\{\{- if \.([\w.]+) \}\}\n(.*)\{\{- end \}\}\n$/s.exec(text);
  if (whole !== null) {
    return valueOf(whole[1] ?? '') === true ? renderFile(whole[2] ?? '', valueOf) : '';
  }
  return text.replaceAll(/\{\{(.*?)\}\}/g, (_, inner: string) => {
    const found = /^ \.([\w.]+)( \| quote)? $/.exec(inner);
    if (found === null) throw new Error(`the template has {{${inner}}}`);
    const value = String(valueOf(found[1] ?? ''));
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
