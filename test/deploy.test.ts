// What is deployed: the chart renders to the manifests that are committed, they have the shape that a
// cluster expects, our own gate judges them, and systemd takes the units.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { everything, manifestFile, plainManifests, renderChart } from '../tools/build/manifests.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const systemdFolder = join(root, 'deploy/systemd');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: never;
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
}

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly securityContext: {
    readonly privileged?: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly name: string }[];
}

function documentsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((one) => {
    expect(one.errors).toEqual([]);
    return one.toJS() as Manifest;
  });
}

const withWebhook = { namespace: 'ns', values: { 'webhook.enabled': true } };

test('the committed manifests are those of the chart', () => {
  expect(readFileSync(manifestFile, 'utf8')).toBe(plainManifests());
});

describe.each([
  ['usual values', documentsOf(renderChart({ namespace: 'ns' }))],
  ['with the webhook', documentsOf(renderChart(withWebhook))],
  ['with everything', documentsOf(renderChart({ namespace: 'ns', values: everything }))],
])('%s', (_, manifests) => {
  const byKind = (kind: string): readonly Manifest[] =>
    manifests.filter((one) => one.kind === kind);
  const workloads = [...byKind('Deployment'), ...byKind('DaemonSet')];
  const templateOf = (one: Manifest): { metadata: { labels: object }; spec: PodSpec } =>
    (one.spec as { template: { metadata: { labels: object }; spec: PodSpec } }).template;

  test('every object has a name, a known version and the namespace', () => {
    const versions = new Map([
      ['ServiceAccount', 'v1'],
      ['Service', 'v1'],
      ['Deployment', 'apps/v1'],
      ['DaemonSet', 'apps/v1'],
      ['Job', 'batch/v1'],
      ['PodDisruptionBudget', 'policy/v1'],
      ['NetworkPolicy', 'networking.k8s.io/v1'],
      ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io/v1'],
    ]);
    for (const { apiVersion, kind, metadata } of manifests) {
      expect([kind, apiVersion]).toEqual([kind, versions.get(kind)]);
      expect(metadata.name).toMatch(/^seaworthy-/);
      if (kind !== 'ValidatingWebhookConfiguration') expect(metadata.namespace).toBe('ns');
    }
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('each workload: own account without a token, no privilege, mounts that exist, bounds', () => {
    const accounts = byKind('ServiceAccount').map(({ metadata }) => metadata.name);
    for (const one of workloads) {
      const { metadata, spec } = templateOf(one);
      const { selector } = one.spec as { selector: { matchLabels: object } };
      expect(metadata.labels).toEqual(selector.matchLabels);
      expect(accounts).toContain(spec.serviceAccountName);
      expect(spec.automountServiceAccountToken).toBe(false);
      const volumes = spec.volumes.map(({ name }) => name);
      for (const { securityContext, resources, volumeMounts } of spec.containers) {
        expect(securityContext.privileged ?? false).toBe(false);
        expect(securityContext.readOnlyRootFilesystem).toBe(true);
        expect(securityContext.capabilities.drop).toEqual(['ALL']);
        expect(Object.keys(resources.limits)).toEqual(['cpu', 'memory']);
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
      }
    }
  });

  test('only the sensor has capabilities, and those alone that are explained', () => {
    const added = workloads.flatMap((one) =>
      templateOf(one).spec.containers.flatMap(({ name, securityContext }) =>
        (securityContext.capabilities.add ?? []).map((capability) => `${name} ${capability}`),
      ),
    );
    expect(added).toEqual(
      ['BPF', 'PERFMON', 'SYS_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH'].map(
        (one) => `sensor ${one}`,
      ),
    );
  });

  test('services, budgets and policies select a workload; ports have names that exist', () => {
    const labels = workloads.map((one) => JSON.stringify(templateOf(one).metadata.labels));
    for (const { spec } of byKind('Service')) {
      const { selector, ports } = spec as {
        selector: object;
        ports: readonly { targetPort: string }[];
      };
      const index = labels.indexOf(JSON.stringify(selector));
      expect(index).toBeGreaterThanOrEqual(0);
      const names =
        workloads[index] === undefined ? [] : templateOf(workloads[index]).spec.containers;
      const known = names.flatMap((one) => (one.ports ?? []).map(({ name }) => name));
      for (const { targetPort } of ports) expect(known).toContain(targetPort);
    }
    for (const { spec } of byKind('PodDisruptionBudget')) {
      const { selector } = spec as { selector: { matchLabels: object } };
      expect(labels).toContain(JSON.stringify(selector.matchLabels));
    }
    const shielded = byKind('NetworkPolicy').map(({ spec }) =>
      JSON.stringify((spec as { podSelector: { matchLabels: object } }).podSelector.matchLabels),
    );
    expect(shielded.toSorted()).toEqual(labels.toSorted());
  });
});

test('by default nothing acts and nobody may: what a switch adds, and nothing else', () => {
  const argsOf = (values: Readonly<Record<string, unknown>>): string => {
    const all = documentsOf(renderChart({ namespace: 'ns', values }));
    return JSON.stringify(all);
  };
  const usual = argsOf({});
  for (const word of ['--response', '--name', '--alerts', 'seaworthy-responder', '"Job"']) {
    expect([word, usual.includes(word)]).toEqual([word, false]);
  }
  const node = ({ kind }: Manifest): boolean => kind === 'DaemonSet';
  const agentOf = (values: Readonly<Record<string, unknown>>): Container | undefined => {
    const found = documentsOf(renderChart({ namespace: 'ns', values })).find(node);
    const spec = found?.spec as { template: { spec: PodSpec } } | undefined;
    return spec?.template.spec.containers.find(({ name }) => name === 'agent');
  };
  const mounts = (container: Container | undefined): readonly string[] =>
    (container?.volumeMounts ?? []).map(({ name }) => name);
  expect(mounts(agentOf({}))).toEqual(['data', 'secret', 'tmp']);
  const acting = agentOf({ 'agent.response.enabled': true });
  expect(mounts(acting)).toEqual(['data', 'secret', 'tmp', 'response', 'run']);
  expect(acting?.args).toContain('--response=/response/response.yaml');
  expect(acting?.securityContext.capabilities).toEqual({ drop: ['ALL'] });
  const named = argsOf({ 'server.names': ['a.example', 'b.example'] });
  expect(named).toContain('"--name=a.example","--name=b.example"');
  expect(argsOf({ 'server.responder.enabled': true })).toContain('"--role=responder"');
});

test('our own gate: servers may run; the sensor is denied for what it needs and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-deploy-'));
  try {
    const values = { ...everything, 'agent.response.enabled': false };
    writeFileSync(join(folder, 'all.yaml'), renderChart({ namespace: 'ns', values }));
    const words = [
      'src/cli/launch.ts',
      'gate',
      'check',
      join(folder, 'all.yaml'),
      '--format',
      'json',
    ];
    const run = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
    const answers = JSON.parse(run.stdout) as readonly {
      decision: string;
      subject: { name: string; kind: string };
      reasons: readonly { control: string }[];
    }[];
    const verdicts = new Map(
      answers.map((one) => [`${one.subject.kind}/${one.subject.name}`, one]),
    );
    expect(verdicts.get('Deployment/seaworthy-server')?.decision).toBe('allow');
    expect(verdicts.get('Deployment/seaworthy-gate')?.decision).toBe('allow');
    expect(verdicts.get('Job/seaworthy-responder')?.decision).toBe('allow');
    const reasons = verdicts
      .get('DaemonSet/seaworthy-agent')
      ?.reasons.map(({ control }) => control);
    expect([...new Set(reasons)].toSorted().filter((one) => !needed.has(one))).toEqual([]);
    expect(reasons).toContain('hostNamespaces');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** What a sensor of a node cannot do without; docs/fleet.md says why. */
const needed = new Set([
  'hostNamespaces',
  'hostPathVolumes',
  'capabilities_baseline',
  'seccompProfile_baseline',
  'runtime-socket-mount',
  'sensitive-host-path',
  'dangerous-capability',
  'allowPrivilegeEscalation',
  'runAsNonRoot',
  'runAsUser',
]);

const noSystemd = spawnSync('systemd-analyze', ['--version']).status !== 0;

test.skipIf(noSystemd && process.env['SEAWORTHY_CI'] !== '1')(
  `systemd takes the units${noSystemd ? ' (needs systemd-analyze)' : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-units-'));
    try {
      cpSync(systemdFolder, folder, { recursive: true });
      for (const name of readdirSync(folder)) {
        const file = join(folder, name);
        // The program is not installed where tests run.
        const text = readFileSync(file, 'utf8').replace('/usr/bin/seaworthy', '/bin/true');
        writeFileSync(file, text);
        const run = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
          encoding: 'utf8',
        });
        expect([name, run.stderr.split('\n').filter((line) => line.includes(name))]).toEqual([
          name,
          [],
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
