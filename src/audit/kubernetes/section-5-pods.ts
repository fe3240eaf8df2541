// CIS Kubernetes 5.2, 5.4 to 5.6: what Pods may do, judged by the controls of the gate.
import { asArray, field, stringField, stringsOf } from '../../base/json.ts';
import type { LessonId } from '../../model/lesson.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import {
  control,
  found,
  type KubernetesControl,
  objectsOf,
  onCluster,
  type Section,
} from './define.ts';
import type { ClusterFacts, KubernetesFacts, Workload, WorkloadFault } from './facts.ts';
import { containersOf, isSystem } from './objects.ts';

const podSection: Section = {
  profile: 'Pods · level 1',
  reads: 'Pods and what makes them, by the controls of the gate',
  severity: 'high',
  lesson: 'least-privilege',
  need: 'cluster',
};

type Regards = (fault: WorkloadFault) => boolean;

/** Faults of the workloads; those of the cluster itself weigh little. */
export function byFaults(facts: KubernetesFacts, regards: Regards): Verdict {
  return onCluster(facts, (cluster) => {
    const evidence = cluster.workloads.flatMap((workload) =>
      workload.faults.filter(regards).map((fault) => evidenceOf(workload, fault)),
    );
    return evidence.length > 0 ? failedBy(evidence) : nothingFound(cluster);
  });
}

/** That nothing was found says something only where all Pods are known and were judged. */
function nothingFound(cluster: ClusterFacts): Verdict {
  return objectsOf(
    cluster,
    ['Pod'],
    () =>
      unjudged(cluster) ?? passed([found('Pods', null, `${cluster.workloads.length} workloads`)]),
  );
}

/** A Pod that could not be judged might be the one that breaks it. */
function unjudged({ workloads }: ClusterFacts): Verdict | null {
  const strange = workloads.find(({ unknowns }) => unknowns.length > 0);
  return strange === undefined
    ? null
    : told('unknown', `${strange.name}: ${strange.unknowns[0] ?? ''}`);
}

function evidenceOf(workload: Workload, fault: WorkloadFault): Evidence {
  const { path, value, message, image, pods } = fault;
  const many = pods > 1 ? `, ${pods} Pods` : '';
  return {
    subject: workload.name,
    place: path,
    value,
    message: `${workload.name}: ${message}${many}`,
    image,
    ...(isSystem(workload.namespace) ? { severity: 'low' as const } : {}),
  };
}

/** Evidence about workloads that a question finds at fault. */
export function byWorkload(
  facts: KubernetesFacts,
  ask: (workload: Workload) => readonly Pick<Evidence, 'place' | 'value' | 'message'>[],
): Verdict {
  return onCluster(facts, (cluster) => {
    const evidence = cluster.workloads.flatMap((workload) =>
      ask(workload).map((one) => ({
        subject: workload.name,
        ...one,
        message: `${workload.name}: ${one.message}`,
        ...(isSystem(workload.namespace) ? { severity: 'low' as const } : {}),
      })),
    );
    return evidence.length > 0 ? failedBy(evidence) : nothingFound(cluster);
  });
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  readonly of: readonly string[];
  readonly regards?: Regards;
  readonly severity?: KubernetesControl['severity'];
  readonly lesson?: LessonId;
}

const hostNamespace =
  (name: string): Regards =>
  ({ path }) =>
    path.endsWith(`.${name}`);

const rows: readonly Row[] = [
  {
    id: '5.2.2',
    title: 'No container runs privileged',
    of: ['privileged'],
    severity: 'critical',
    lesson: 'container-escape',
    fix: 'Take privileged: true away and name the capabilities that are used',
  },
  {
    id: '5.2.3',
    title: 'No Pod shares the processes of the node',
    of: ['hostNamespaces'],
    regards: hostNamespace('hostPID'),
    lesson: 'host-access',
    fix: 'Take hostPID: true away',
  },
  {
    id: '5.2.4',
    title: 'No Pod shares the memory of the node',
    of: ['hostNamespaces'],
    regards: hostNamespace('hostIPC'),
    lesson: 'host-access',
    fix: 'Take hostIPC: true away',
  },
  {
    id: '5.2.5',
    title: 'No Pod shares the network of the node',
    of: ['hostNamespaces'],
    regards: hostNamespace('hostNetwork'),
    lesson: 'host-access',
    fix: 'Take hostNetwork: true away',
  },
  {
    id: '5.2.6',
    title: 'Containers cannot gain privileges',
    of: ['allowPrivilegeEscalation'],
    severity: 'medium',
    fix: 'Set allowPrivilegeEscalation: false',
  },
  {
    id: '5.2.7',
    title: 'Containers do not run as root',
    of: ['runAsNonRoot', 'runAsUser'],
    severity: 'medium',
    lesson: 'runs-as-root',
    fix: 'Set runAsNonRoot: true and a user other than 0',
  },
  {
    id: '5.2.9',
    title: 'Containers drop all capabilities',
    of: ['capabilities_baseline', 'capabilities_restricted'],
    severity: 'medium',
    fix: 'Drop ALL and add what is used',
  },
  {
    id: '5.2.10',
    title: 'No Windows container runs as a process of its node',
    of: ['windowsHostProcess'],
    severity: 'critical',
    lesson: 'container-escape',
    fix: 'Take hostProcess: true away',
  },
  {
    id: '5.2.11',
    title: 'No Pod mounts folders of its node',
    of: ['hostPathVolumes', 'restrictedVolumes'],
    regards: ({ control: id, path }) => id === 'hostPathVolumes' || path.endsWith('.hostPath'),
    lesson: 'host-access',
    fix: 'Use a claim, a ConfigMap or a projected volume',
  },
  {
    id: '5.2.12',
    title: 'No Pod opens a port of its node',
    of: ['hostPorts'],
    severity: 'medium',
    lesson: 'published-port',
    fix: 'Use a service instead of hostPort',
  },
  {
    id: '5.6.2',
    title: 'System calls of Pods are filtered',
    of: ['seccompProfile_baseline', 'seccompProfile_restricted'],
    severity: 'medium',
    lesson: 'kernel-confinement',
    fix: 'Set seccompProfile.type: RuntimeDefault',
  },
  {
    id: '5.6.4',
    title: 'Nothing runs in the namespace default',
    of: ['default-namespace'],
    severity: 'low',
    fix: 'Give each application a namespace of its own',
  },
];

/** What the gate finds, by its controls. */
export function regarding(of: readonly string[], regards: Regards = () => true): Regards {
  return (fault) => of.includes(fault.control) && regards(fault);
}

/** NET_RAW is among the capabilities that engines give; it is gone where ALL or NET_RAW is dropped. */
function rawSockets({ pod }: Workload) {
  return containersOf(pod).flatMap((container) => {
    const name = (stringField(container, 'name') ?? '').slice(0, 100);
    const capabilities = field(field(container, 'securityContext'), 'capabilities');
    const names = (key: string): readonly string[] =>
      stringsOf(field(capabilities, key)).map((one) => one.toUpperCase().replace(/^CAP_/, ''));
    const added = names('add').some((one) => one === 'NET_RAW' || one === 'ALL');
    const dropped = names('drop').some((one) => one === 'NET_RAW' || one === 'ALL');
    if (!added && dropped) return [];
    const message = `container "${name}" ${added ? 'adds' : 'keeps'} NET_RAW, which forges packets`;
    return [
      { place: `${name}: securityContext.capabilities`, value: added ? 'NET_RAW' : null, message },
    ];
  });
}

/** Secrets as variables: they leak into logs, crash dumps and children. */
function secretVariables({ pod }: Workload) {
  return containersOf(pod).flatMap((container) => {
    const name = (stringField(container, 'name') ?? '').slice(0, 100);
    const single = asArray(field(container, 'env'))
      .slice(0, 10_000)
      .filter((one) => field(field(one, 'valueFrom'), 'secretKeyRef') !== undefined)
      .map((one) => stringField(one, 'name') ?? '');
    const whole = asArray(field(container, 'envFrom'))
      .slice(0, 10_000)
      .flatMap((one) => stringField(field(one, 'secretRef'), 'name') ?? []);
    return [
      ...single.map((variable) => ({
        place: `${name}: env`,
        value: variable.slice(0, 100),
        message: `container "${name}" gets a secret as the variable ${variable.slice(0, 100)}`,
      })),
      ...whole.map((secret) => ({
        place: `${name}: envFrom`,
        value: secret.slice(0, 100),
        message: `container "${name}" gets all of the secret ${secret.slice(0, 100)} as variables`,
      })),
    ];
  });
}

function hasContext(value: unknown): boolean {
  return Object.keys(field(value, 'securityContext') ?? {}).length > 0;
}

function noContext({ pod }: Workload) {
  if (hasContext(field(pod, 'spec')) || containersOf(pod).some(hasContext)) return [];
  return [{ place: 'spec.securityContext', value: null, message: 'nothing limits what it may do' }];
}

export const podControls: readonly KubernetesControl[] = [
  ...rows.map(({ id, title, fix, of, regards, severity = 'high', lesson = 'least-privilege' }) =>
    control(podSection, {
      id,
      title,
      fix,
      severity,
      lesson,
      ...(of[0] === undefined ? {} : { alias: of[0] }),
      evaluate: (facts) => byFaults(facts, regarding(of, regards)),
    }),
  ),
  control(podSection, {
    id: '5.2.8',
    title: 'Containers cannot forge packets',
    severity: 'medium',
    fix: 'Drop NET_RAW, or ALL',
    evaluate: (facts) => byWorkload(facts, rawSockets),
  }),
  control(podSection, {
    id: '5.4.1',
    title: 'Secrets are mounted as files, not as variables',
    severity: 'low',
    lesson: 'leaked-secret',
    fix: 'Mount the secret as a file',
    evaluate: (facts) => byWorkload(facts, secretVariables),
  }),
  control(podSection, {
    id: '5.6.3',
    title: 'Pods say what they must not do',
    severity: 'medium',
    fix: 'Write a securityContext: seaworthy gate check tells what it lacks',
    evaluate: (facts) => byWorkload(facts, noContext),
  }),
];
