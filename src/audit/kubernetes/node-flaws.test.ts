// Versions that nodes tell against the table of known flaws, and the rights of the account that asks.
import { describe, expect, test } from 'vitest';
import { answerTo, cluster } from '../../../test/kubernetes-facts.ts';
import type { OwnRights } from '../../host/kubernetes/index.ts';
import type { KubernetesFacts } from './facts.ts';
import type { NodeAdvice, NodePart } from './node-versions.ts';

const node = (name: string, nodeInfo: object) => ({ metadata: { name }, status: { nodeInfo } });

function withNodes(
  nodes: readonly object[],
  adviseNode: ((part: NodePart) => NodeAdvice) | null = null,
): Partial<KubernetesFacts> {
  const { cluster: made } = cluster({ Node: nodes });
  if (made === undefined || made === null) throw new Error('there is a cluster');
  return { cluster: { ...made, adviseNode } };
}

const ask = (id: string, nodes: readonly object[]) => answerTo(id, withNodes(nodes));
const told = (id: string, nodes: readonly object[]): string =>
  ask(id, nodes)
    ?.evidence.map(({ message }) => message)
    .join('\n') ?? '';

describe('kernels', () => {
  const kernel = (kernelVersion: string, osImage: string) => [
    node('a', { kernelVersion, osImage }),
  ];
  test.each([
    // Upstream's own kernels say all of themselves.
    ['6.1.60-flatcar', 'Flatcar Container Linux by Kinvolk 3602.2.3', 'fail'],
    ['6.1.60-talos', 'Talos (v1.5.5)', 'fail'],
    // A distribution may have carried the fix back: its number does not tell.
    ['6.1.0-18-amd64', 'Debian GNU/Linux 12 (bookworm)', 'unknown'],
    ['5.15.0-97-generic', 'Ubuntu 22.04.3 LTS', 'unknown'],
    ['5.14.0-362.8.1.el9_3.x86_64', 'Red Hat Enterprise Linux 9.3 (Plow)', 'unknown'],
    ['4.18.0-513.5.1.el8_9.x86_64', 'Rocky Linux 8.9 (Green Obsidian)', 'unknown'],
    ['6.1.58+', 'Container-Optimized OS from Google', 'unknown'],
    ['', 'Ubuntu 22.04.3 LTS', 'unknown'],
    ['damage', 'Ubuntu 22.04.3 LTS', 'unknown'],
    // Newer than every known fix, whoever built it.
    ['99.1.0-1-amd64', 'Debian GNU/Linux 40', 'pass'],
  ])('%s of %s: %s', (version, osImage, status) => {
    expect(ask('S.14', kernel(version, osImage))?.status).toBe(status);
  });

  test('nodes of one version are told once, with what is in doubt and why', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      node(name, { kernelVersion: '6.1.0-18-amd64', osImage: 'Debian GNU/Linux 12 (bookworm)' }),
    );
    const text = told('S.14', nodes);
    expect(text).toContain('a, b, c and 2 more: kernel 6.1.0-18-amd64');
    expect(text).toContain('CVE-2024-1086');
    expect(text).toContain('this version does not tell which');
    // It came with 5.8 and was mended in 5.16.11: no kernel of 6.1 has it.
    expect(text).not.toContain('CVE-2022-0847');
  });

  test('the word of the distribution decides', () => {
    const word = { state: 'fixed', source: 'UBUNTU-CVE-2024-1086', fixedIn: null } as const;
    const advise = (): NodeAdvice => ({
      words: new Map([['CVE-2024-1086', word]]),
      asked: [{ what: 'Ubuntu:22.04 advisories of 2026-11-01', sinceYear: 0 }],
    });
    const facts = withNodes(kernel('5.15.0-97-generic', 'Ubuntu 22.04.3 LTS'), advise);
    const flaws = answerTo('S.14', facts)?.evidence.map(({ detail }) => detail?.['flaw']);
    // Others are asked and not named: upstream's number counts.
    expect(flaws).not.toContain('CVE-2024-1086');
    expect(flaws).toContain('CVE-2022-0185');
  });
});

describe('engines and kubelets', () => {
  test.each([
    ['containerd://1.7.12', 'Ubuntu 22.04.3 LTS', 'fail'],
    ['containerd://1.7.11-k3s2', 'Ubuntu 22.04.3 LTS', 'fail'],
    ['containerd://1.6.20~ds1', 'Debian GNU/Linux 12 (bookworm)', 'unknown'],
    ['containerd://1.7.2', 'Amazon Linux 2023', 'unknown'],
    ['cri-o://1.21.5-3.rhaos4.8.git12345.el8', 'Red Hat Enterprise Linux CoreOS', 'unknown'],
    ['docker://19.3.0', 'Ubuntu 20.04 LTS', 'fail'],
    ['docker://99.0.0', 'Ubuntu 24.04 LTS', 'pass'],
    ['rkt://1.0.0', 'Ubuntu 24.04 LTS', 'unknown'],
    ['', '', 'unknown'],
  ])('%s on %s: %s', (containerRuntimeVersion, osImage, status) => {
    expect(ask('S.15', [node('a', { containerRuntimeVersion, osImage })])?.status).toBe(status);
  });

  test.each([
    ['v1.21.4', 'fail'],
    ['v1.21.4+k3s1', 'fail'],
    ['v1.21.4-eks-5e0fdde', 'unknown'],
    ['v1.35.2', 'pass'],
  ])('kubelet %s: %s', (kubeletVersion, status) => {
    expect(ask('S.16', [node('a', { kubeletVersion })])?.status).toBe(status);
  });

  test('what is not known, and hostile nodes', () => {
    expect(answerTo('S.14', cluster({ Node: null }))?.status).toBe('unknown');
    expect(answerTo('S.14', cluster({ Node: [] }))?.status).toBe('not-applicable');
    const hostile = [null, 1, { status: 7 }, node('x', { kernelVersion: 'x'.repeat(1e6) })];
    expect(ask('S.14', hostile as object[])?.status).toBe('unknown');
  });
});

describe('the account that asks', () => {
  const rule = {
    verbs: ['get'],
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [],
    nonResourceURLs: [],
  };
  const account = (rules: readonly object[], incomplete: string | null = null) => {
    const namespaces = ['default', 'kube-system'].map((namespace) => ({
      namespace,
      rules: rules.map((one) => ({ ...rule, ...one })),
      incomplete,
    }));
    return asking({ kind: 'known', user: 'ann', groups: ['dev'], namespaces });
  };
  const asking = (ownRights: OwnRights | null) => {
    const { cluster: made } = cluster();
    if (made === undefined || made === null) throw new Error('there is a cluster');
    return answerTo('S.17', { cluster: { ...made, ownRights } });
  };

  test('rights that an intruder wants', () => {
    const everything = account([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);
    expect(everything?.status).toBe('fail');
    expect(everything?.evidence[0]?.message).toBe(
      'the account of this audit (ann) may do everything (in default, kube-system)',
    );
    const secrets = account([{ resources: ['secrets'], verbs: ['list'] }]);
    expect(secrets?.evidence[0]?.message).toMatch(
      /\(ann\) may read .*\(in default, kube-system\)$/,
    );
  });

  test('harmless ones, what is not told, dumps', () => {
    expect(account([{}])?.status).toBe('pass');
    expect(account([{}], 'webhook authorizer does not support user rule resolution')).toMatchObject(
      { status: 'unknown' },
    );
    expect(asking({ kind: 'unknown', reason: 'the API server answers 403' })?.status).toBe(
      'unknown',
    );
    expect(asking(null)?.status).toBe('not-applicable');
  });
});
