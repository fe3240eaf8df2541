// CIS Kubernetes 1.1: owners and modes of the files that steer the control plane.
import { failedBy, type Verdict } from '../control.ts';
import {
  control,
  found,
  type KubernetesControl,
  onComponent,
  onNode,
  type Section,
} from './define.ts';
import type { ComponentName, KubernetesFacts, NodeFacts } from './facts.ts';
import { type FileRule, filesAt, judgeFiles } from './file-faults.ts';
import { settingOf } from './settings.ts';

const section: Section = {
  profile: 'control plane files · level 1',
  reads: 'owner and mode of the file',
  severity: 'medium',
  lesson: 'cluster-files',
  need: 'files',
};

interface Row {
  readonly mode: string;
  readonly owner: string;
  readonly what: string;
  /** The file steers this component: without it the control does not apply. */
  readonly of?: ComponentName;
  readonly paths: (node: NodeFacts) => readonly string[];
  readonly rule?: FileRule;
}

const manifest = (mode: string, owner: string, of: ComponentName): Row => ({
  mode,
  owner,
  of,
  what: `the manifest of ${of}`,
  paths: ({ paths }) => [`${paths.manifests}/${of}.yaml`],
});

const rows: readonly Row[] = [
  manifest('1.1.1', '1.1.2', 'kube-apiserver'),
  manifest('1.1.3', '1.1.4', 'kube-controller-manager'),
  manifest('1.1.5', '1.1.6', 'kube-scheduler'),
  manifest('1.1.7', '1.1.8', 'etcd'),
  {
    mode: '1.1.13',
    owner: '1.1.14',
    what: 'the kubeconfig of administrators',
    paths: ({ paths }) => paths.adminConfigs,
  },
  {
    mode: '1.1.15',
    owner: '1.1.16',
    of: 'kube-scheduler',
    what: 'the kubeconfig of kube-scheduler',
    paths: ({ paths }) => [paths.schedulerConfig],
  },
  {
    mode: '1.1.17',
    owner: '1.1.18',
    of: 'kube-controller-manager',
    what: 'the kubeconfig of kube-controller-manager',
    paths: ({ paths }) => [paths.controllerConfig],
  },
];

/** Paths that these controls ask for by name. */
export function controlPlanePaths(node: Pick<NodeFacts, 'paths'>): readonly string[] {
  const named = rows.flatMap(({ paths }) => paths(node as NodeFacts));
  return [...named, node.paths.etcdData, node.paths.pki];
}

function judgeRow(facts: KubernetesFacts, row: Row, ask: 'mode' | 'owner'): Verdict {
  return onNode(facts, (node) => {
    const judge = (): Verdict =>
      judgeFiles(filesAt(node, row.paths(node)), { what: row.what, rule: row.rule ?? {}, ask });
    return row.of === undefined ? judge() : onComponent(facts, row.of, judge);
  });
}

function below(
  facts: KubernetesFacts,
  folder: (node: NodeFacts) => readonly string[],
  ending: RegExp,
) {
  return {
    files: (facts.node === null ? [] : folder(facts.node))
      .flatMap((path) => facts.node?.below.get(path) ?? [])
      .filter(({ path }) => ending.test(path)),
    hidden: [],
  };
}

/** The data of etcd, where its own setting says. */
export function etcdData(facts: KubernetesFacts, node: Pick<NodeFacts, 'paths'>): string {
  const etcd = facts.components.get('etcd');
  const setting =
    etcd === undefined ? null : settingOf(etcd, { flag: 'data-dir', path: ['data-dir'] });
  return setting?.kind === 'known' && typeof setting.value === 'string'
    ? setting.value
    : node.paths.etcdData;
}

function etcdOwner(facts: KubernetesFacts): Verdict {
  return onNode(facts, (node) =>
    onComponent(facts, 'etcd', ({ isRoot }) => {
      const path = etcdData(facts, node);
      const verdict = judgeFiles(filesAt(node, [path]), {
        what: path,
        rule: { owners: ['etcd:etcd'] },
        ask: 'owner',
      });
      const file = node.files.get(path);
      if (verdict.status !== 'fail' || file?.owner !== 'root' || isRoot === false) return verdict;
      // Nobody but root reads it; what is missing is an account of its own.
      const place = found(path, `${file.owner}:${file.group}`, 'etcd has no account of its own');
      return failedBy([{ ...place, subject: path, severity: 'low' }]);
    }),
  );
}

function networkFiles(node: NodeFacts): readonly string[] {
  return node.paths.networks;
}

const pki = ({ paths }: NodeFacts): readonly string[] => [paths.pki];

function certificates(ask: 'mode' | 'owner', ending: RegExp, most: number) {
  return (facts: KubernetesFacts): Verdict =>
    onNode(facts, () =>
      judgeFiles(below(facts, pki, ending), {
        what: 'certificates of the cluster',
        rule: { most },
        ask,
      }),
    );
}

const named: readonly KubernetesControl[] = rows.flatMap((row) => [
  control(section, {
    id: row.mode,
    severity: row.mode === '1.1.13' ? 'high' : 'medium',
    title: `Mode of ${row.what} is 600 or stricter`,
    fix: 'Set its mode to 600',
    evaluate: (facts) => judgeRow(facts, row, 'mode'),
  }),
  control(section, {
    id: row.owner,
    severity: row.owner === '1.1.14' ? 'high' : 'medium',
    title: `Owner of ${row.what} is root`,
    fix: 'Give it to root:root',
    evaluate: (facts) => judgeRow(facts, row, 'owner'),
  }),
]);

const others: readonly KubernetesControl[] = [
  control(section, {
    id: '1.1.9',
    severity: 'low',
    title: 'Mode of the files of the network plugin is 600 or stricter',
    fix: 'Set their mode to 600',
    evaluate: (facts) =>
      onNode(facts, () =>
        judgeFiles(below(facts, networkFiles, /./), {
          what: 'settings of the network plugin',
          rule: {},
          ask: 'mode',
        }),
      ),
  }),
  control(section, {
    id: '1.1.10',
    title: 'Owner of the files of the network plugin is root',
    fix: 'Give them to root:root',
    evaluate: (facts) =>
      onNode(facts, () =>
        judgeFiles(below(facts, networkFiles, /./), {
          what: 'settings of the network plugin',
          rule: {},
          ask: 'owner',
        }),
      ),
  }),
  control(section, {
    id: '1.1.11',
    severity: 'high',
    title: 'Mode of the data of etcd is 700 or stricter',
    fix: 'Set its mode to 700: all secrets of the cluster are in there',
    evaluate: (facts) =>
      onNode(facts, (node) =>
        onComponent(facts, 'etcd', () =>
          judgeFiles(filesAt(node, [etcdData(facts, node)]), {
            what: 'data of etcd',
            rule: { most: 0o700 },
            ask: 'mode',
          }),
        ),
      ),
  }),
  control(section, {
    id: '1.1.12',
    title: 'The data of etcd belong to an account of their own',
    fix: 'Give them to etcd:etcd, and let etcd run as that user',
    evaluate: etcdOwner,
  }),
  control(section, {
    id: '1.1.19',
    severity: 'high',
    title: 'Owner of the certificates and keys of the cluster is root',
    fix: 'Give them to root:root',
    evaluate: certificates('owner', /./, 0o644),
  }),
  control(section, {
    id: '1.1.20',
    title: 'Mode of certificates is 644 or stricter',
    fix: 'Set their mode to 644',
    evaluate: certificates('mode', /\.(?:crt|pem|cert)$/, 0o644),
  }),
  control(section, {
    id: '1.1.21',
    severity: 'high',
    title: 'Mode of private keys is 600 or stricter',
    fix: 'Set their mode to 600',
    evaluate: certificates('mode', /\.key$/, 0o600),
  }),
];

export const controlPlaneFileControls: readonly KubernetesControl[] = [...named, ...others];
