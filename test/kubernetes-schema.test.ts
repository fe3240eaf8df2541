// Everything that we give to a cluster, against the schema of Kubernetes; and that bad manifests fail.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { everything, manifestFile, renderChart } from '../tools/build/manifests.ts';
import { schemaProblems, schemaVersion } from './kubernetes-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function documentsOf(text: string): readonly unknown[] {
  const values = parseAllDocuments(text).map((one) => one.toJS() as unknown);
  // Webhooks and accounts may come as one list.
  return values.flatMap((value) => {
    const items = (value as { kind?: string; items?: readonly unknown[] }).items;
    return items ?? (value === null ? [] : [value]);
  });
}

function gateManifests(...words: readonly string[]): string {
  const ran = spawnSync(
    process.execPath,
    ['src/cli/launch.ts', 'gate', 'manifests', '--image', 'registry.example/s:1', ...words],
    { cwd: root, encoding: 'utf8' },
  );
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return ran.stdout;
}

test(`what we give to a cluster has the shape of Kubernetes ${schemaVersion}`, () => {
  const texts = [
    readFileSync(manifestFile, 'utf8'),
    renderChart({ namespace: 'ns' }),
    renderChart({ namespace: 'ns', values: { 'webhook.enabled': true } }),
    renderChart({ namespace: 'ns', values: everything }),
    gateManifests(),
    gateManifests('--fail-mode', 'Ignore', '--exempt', 'kube-system', '--pin'),
  ];
  const manifests = texts.flatMap(documentsOf);
  expect(manifests.length).toBeGreaterThan(30);
  expect(schemaProblems(manifests)).toEqual([]);
}, 120_000);

test('a bad manifest fails', () => {
  const container = { name: 'a', image: 'b' };
  const podOf = (words: object): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ ...container, ...words }] },
  });
  const good = podOf({
    securityContext: { runAsNonRoot: true },
    resources: { limits: { cpu: '1' } },
  });
  const bad: readonly (readonly [object, string])[] = [
    [podOf({ securityContext: { runAsNonroot: true } }), 'runAsNonroot'],
    [podOf({ securityContext: { runAsUser: '0' } }), "Type 'string' is not assignable"],
    [podOf({ ports: [{ name: 'http' }] }), 'containerPort'],
    [podOf({ resources: { limits: { cpu: null } } }), "Type 'null' is not assignable"],
    [{ ...good, apiVersion: 'v2' }, 'kubernetes-types/core/v2'],
    [{ ...good, kind: 'Pot' }, 'Pot'],
    [{ apiVersion: 'v1', kind: 'Pod', spec: { containers: [container] } }, 'Pod/undefined: '],
    [
      { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'd' }, spec: { template: {} } },
      'selector',
    ],
  ];
  const problems = schemaProblems([good, ...bad.map(([one]) => one)]);
  expect(problems.length).toBeGreaterThanOrEqual(bad.length);
  for (const [, word] of bad) expect(problems.join('\n')).toContain(word);
  expect(schemaProblems([good])).toEqual([]);
}, 120_000);
