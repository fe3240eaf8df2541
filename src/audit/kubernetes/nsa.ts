// The NSA/CISA hardening guide as a second view: its topics by the numbers that the field gave them,
// answered by the same controls.

import { field, stringField } from '../../base/json.ts';
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import { failedBy, passed, told, type Verdict } from '../control.ts';
import {
  benchmarks,
  found,
  type KubernetesControl,
  onCluster,
  onComponent,
  together,
} from './define.ts';
import type { KubernetesFacts } from './facts.ts';
import { containersOf } from './objects.ts';
import { openPods } from './section-5-namespaces.ts';
import { byFaults, byWorkload, regarding } from './section-5-pods.ts';
import { numberOf, settingOf } from './settings.ts';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly lesson: LessonId;
  readonly need: KubernetesControl['need'];
  readonly fix: string;
  /** Controls that answer it. */
  readonly from?: readonly string[];
  /** Controls of the gate that answer it. */
  readonly of?: readonly string[];
  readonly evaluate?: (facts: KubernetesFacts) => Verdict;
}

/** `--insecure-port` is gone since 1.24; before, anything but 0 let everybody in. */
function insecurePort(facts: KubernetesFacts): Verdict {
  return onComponent(facts, 'kube-apiserver', (component) => {
    if (facts.minor !== null && facts.minor >= 24) {
      return passed([found('version', `1.${facts.minor}`, 'this version has no such port')]);
    }
    const setting = settingOf(component, { flag: 'insecure-port', fallback: 0 });
    if (setting.kind === 'unknown') return told('unknown', setting.reason);
    if (numberOf(setting.value) === 0) return passed([found(setting.source, 0, 'it is closed')]);
    return failedBy([
      found(setting.source, setting.value, 'whoever reaches the port is administrator'),
    ]);
  });
}

/** The controller ingress-nginx gets no fixes since March 2026; its snippets ran what tenants wrote. */
function ingressNginx(facts: KubernetesFacts): Verdict {
  return byWorkload(facts, ({ pod }) =>
    containersOf(pod).flatMap((container) => {
      const image = stringField(container, 'image') ?? '';
      return /ingress-nginx\/controller/.test(image)
        ? [
            {
              place: 'image',
              value: image.slice(0, 200),
              message: 'ingress-nginx gets no fixes any more',
            },
          ]
        : [];
    }),
  );
}

function snippets(facts: KubernetesFacts): Verdict {
  return onCluster(facts, ({ kinds }) => {
    const ingresses = kinds.get('Ingress');
    if (ingresses?.kind !== 'known')
      return told('unknown', ingresses?.reason ?? 'Ingress objects were not asked');
    const using = ingresses.objects.filter((one) =>
      Object.keys(field(field(one, 'metadata'), 'annotations') ?? {}).some((key) =>
        /nginx.*-snippet$/.test(key),
      ),
    );
    return failedBy(
      using.map((one) => {
        const metadata = field(one, 'metadata');
        const name = `${stringField(metadata, 'namespace') ?? 'default'}/Ingress/${stringField(metadata, 'name') ?? ''}`;
        const message = `${name} writes into the settings of nginx (CVE-2021-25742)`;
        return { subject: name, place: 'metadata.annotations', value: null, message };
      }),
    );
  });
}

const network = (facts: KubernetesFacts): Verdict =>
  onCluster(facts, (cluster) =>
    together([openPods(cluster, 'Ingress'), openPods(cluster, 'Egress')]),
  );

const pod = { need: 'cluster', lesson: 'least-privilege' } as const;
const node = { need: 'components', lesson: 'cluster-settings' } as const;

const rows: readonly Row[] = [
  {
    ...pod,
    id: 'C-0002',
    title: 'Few run commands in Pods',
    severity: 'high',
    lesson: 'cluster-rights',
    fix: 'Take pods/exec away',
    from: ['S.2'],
  },
  {
    ...node,
    id: 'C-0005',
    title: 'The API has no port without authentication',
    severity: 'critical',
    fix: 'Set --insecure-port=0, or upgrade',
    evaluate: insecurePort,
  },
  {
    ...pod,
    id: 'C-0012',
    title: 'No credential is written into a Pod',
    severity: 'high',
    lesson: 'leaked-secret',
    fix: 'Keep it in a Secret and mount that as a file',
    from: ['S.6'],
  },
  {
    ...pod,
    id: 'C-0013',
    title: 'Containers do not run as root',
    severity: 'medium',
    lesson: 'runs-as-root',
    fix: 'Set runAsNonRoot: true',
    from: ['5.2.7'],
  },
  {
    ...pod,
    id: 'C-0016',
    title: 'Containers cannot gain privileges',
    severity: 'medium',
    fix: 'Set allowPrivilegeEscalation: false',
    from: ['5.2.6'],
  },
  {
    ...pod,
    id: 'C-0017',
    title: 'Containers do not change their own files',
    severity: 'low',
    lesson: 'drift',
    fix: 'Set readOnlyRootFilesystem: true',
    of: ['read-only-root'],
  },
  {
    ...pod,
    id: 'C-0030',
    title: 'Traffic of Pods is limited in both directions',
    severity: 'medium',
    lesson: 'cluster-network',
    fix: 'Deny all traffic by default and allow what is known',
    evaluate: network,
  },
  {
    ...pod,
    id: 'C-0034',
    title: 'Only Pods that call the API get a token',
    severity: 'medium',
    lesson: 'cluster-rights',
    fix: 'Set automountServiceAccountToken: false',
    from: ['5.1.5', '5.1.6'],
  },
  {
    ...pod,
    id: 'C-0035',
    title: 'Few are administrators',
    severity: 'high',
    lesson: 'cluster-rights',
    fix: 'Bind roles with the rights that are used',
    from: ['5.1.1', '5.1.3', '5.1.7', 'S.1'],
  },
  {
    ...pod,
    id: 'C-0038',
    title: 'No Pod shares processes or memory of the node',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Take hostPID and hostIPC away',
    from: ['5.2.3', '5.2.4'],
  },
  {
    ...pod,
    id: 'C-0041',
    title: 'No Pod shares the network of the node',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Take hostNetwork away',
    from: ['5.2.5'],
  },
  {
    ...pod,
    id: 'C-0044',
    title: 'No Pod opens a port of its node',
    severity: 'medium',
    lesson: 'published-port',
    fix: 'Use a service',
    from: ['5.2.12'],
  },
  {
    ...pod,
    id: 'C-0046',
    title: 'No container has dangerous capabilities',
    severity: 'high',
    fix: 'Drop ALL and add what is used',
    of: ['dangerous-capability', 'capabilities_baseline'],
  },
  {
    ...pod,
    id: 'C-0054',
    title: 'Namespaces are parted in the network',
    severity: 'medium',
    lesson: 'cluster-network',
    fix: 'Write network policies',
    from: ['5.3.1', '5.3.2'],
  },
  {
    ...pod,
    id: 'C-0055',
    title: 'Linux confines containers',
    severity: 'medium',
    lesson: 'kernel-confinement',
    fix: 'Set a seccomp profile, drop capabilities, keep AppArmor or SELinux',
    from: ['5.2.9', '5.6.2'],
    of: ['appArmorProfile', 'seLinuxOptions'],
  },
  {
    ...pod,
    id: 'C-0057',
    title: 'No container runs privileged',
    severity: 'critical',
    lesson: 'container-escape',
    fix: 'Take privileged: true away',
    from: ['5.2.2'],
  },
  {
    ...pod,
    id: 'C-0058',
    title: 'No kubelet follows links out of a volume (CVE-2021-25741)',
    severity: 'high',
    lesson: 'container-escape',
    fix: 'Upgrade the nodes',
    evaluate: (facts) => oldKubelets(facts),
  },
  {
    ...pod,
    id: 'C-0059',
    title: 'No ingress writes into the settings of nginx',
    severity: 'high',
    lesson: 'code-injection',
    fix: 'Remove the snippets and set allow-snippet-annotations: false',
    evaluate: snippets,
  },
  {
    ...node,
    id: 'C-0066',
    title: 'Secrets are encrypted in etcd',
    severity: 'high',
    lesson: 'cluster-store',
    fix: 'Set --encryption-provider-config',
    from: ['1.2.27', '1.2.28'],
  },
  {
    ...node,
    id: 'C-0067',
    title: 'There is an audit log',
    severity: 'medium',
    lesson: 'audit-trail',
    fix: 'Set --audit-log-path and --audit-policy-file',
    from: ['1.2.16', '3.2.1'],
  },
  {
    ...pod,
    id: 'C-0068',
    title: 'Something decides which Pods are taken',
    severity: 'high',
    fix: 'Label namespaces with a Pod Security Standard',
    from: ['5.2.1'],
  },
  {
    ...node,
    id: 'C-0069',
    title: 'The kubelet refuses strangers',
    severity: 'critical',
    fix: 'Set authentication.anonymous.enabled: false',
    from: ['4.2.1'],
  },
  {
    ...node,
    id: 'C-0070',
    title: 'The kubelet verifies its clients',
    severity: 'high',
    fix: 'Set authentication.x509.clientCAFile',
    from: ['4.2.3'],
  },
  {
    ...pod,
    id: 'C-0270',
    title: 'Containers have limits of processor time',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Set resources.limits.cpu',
    of: ['cpu-limit'],
  },
  {
    ...pod,
    id: 'C-0271',
    title: 'Containers have limits of memory',
    severity: 'medium',
    lesson: 'resource-exhaustion',
    fix: 'Set resources.limits.memory',
    of: ['memory-limit'],
  },
  {
    ...pod,
    id: 'C-0292',
    title: 'No controller runs that gets no fixes',
    severity: 'high',
    lesson: 'end-of-life-base',
    fix: 'Move to another ingress controller or to a Gateway',
    evaluate: ingressNginx,
  },
];

/** Fixed in 1.19.15, 1.20.11, 1.21.5 and 1.22.2. */
function oldKubelets(facts: KubernetesFacts): Verdict {
  const fixed: ReadonlyMap<number, number> = new Map([
    [19, 15],
    [20, 11],
    [21, 5],
    [22, 2],
  ]);
  return onCluster(facts, ({ kinds }) => {
    const nodes = kinds.get('Node');
    if (nodes?.kind !== 'known')
      return told('unknown', nodes?.reason ?? 'Node objects were not asked');
    return failedBy(
      nodes.objects.flatMap((one) => {
        const version =
          stringField(field(field(one, 'status'), 'nodeInfo'), 'kubeletVersion') ?? '';
        const match = /^v1\.(\d{1,3})\.(\d{1,4})/.exec(version);
        if (match === null) return [];
        const minor = Number(match[1]);
        const isFixed =
          minor > 22 || Number(match[2]) >= (fixed.get(minor) ?? Number.POSITIVE_INFINITY);
        const name = stringField(field(one, 'metadata'), 'name') ?? '';
        return isFixed
          ? []
          : [
              {
                subject: name,
                place: 'status.nodeInfo.kubeletVersion',
                value: version,
                message: `node ${name} runs ${version}`,
              },
            ];
      }),
    );
  });
}

/** The guide, answered by the controls of the other benchmark. */
export function nsaControls(all: readonly KubernetesControl[]): readonly KubernetesControl[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  return rows.map(({ id, title, severity, lesson, need, fix, from = [], of = [], evaluate }) => ({
    id,
    benchmark: benchmarks.nsa,
    profile: need === 'cluster' ? 'cluster' : 'control plane and nodes',
    title,
    severity,
    lesson,
    need,
    fix,
    reads:
      from.length > 0
        ? `as ${from.join(', ')}`
        : need === 'cluster'
          ? 'objects of the cluster'
          : 'arguments of kube-apiserver',
    evaluate: (facts) =>
      evaluate?.(facts) ??
      together([
        ...from.map((one) => answerOf(byId.get(one), facts)),
        ...(of.length > 0 ? [byFaults(facts, regarding(of))] : []),
      ]),
  }));
}

function answerOf(control: KubernetesControl | undefined, facts: KubernetesFacts): Verdict {
  return control?.evaluate(facts) ?? told('unknown', 'there is no such control');
}
