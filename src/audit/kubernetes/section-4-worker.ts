// CIS Kubernetes 4: files of a worker, the kubelet and kube-proxy.
import { passed, told, type Verdict } from '../control.ts';
import { weakCiphers } from './ciphers.ts';
import {
  control,
  found,
  type KubernetesControl,
  onComponent,
  onNode,
  type Section,
} from './define.ts';
import type { KubernetesFacts, NodeFacts } from './facts.ts';
import { filesAt, judgeFiles } from './file-faults.ts';
import { allSet, bySetting, judged, mustBe, mustBeSet } from './judge-setting.ts';
import { flagsFor, gateOf, isTrue, numberOf, settingOf } from './settings.ts';

const files: Section = {
  profile: 'worker files · level 1',
  reads: 'owner and mode of the file',
  severity: 'medium',
  lesson: 'cluster-files',
  need: 'files',
};
const kubelet: Section = {
  profile: 'kubelet · level 1',
  reads: 'arguments of the kubelet, --config-dir, --config',
  severity: 'medium',
  lesson: 'cluster-settings',
  need: 'components',
};

/**
 * Without a file the kubelet falls back to the defaults of old: strangers are let in, everything is
 * allowed, and a second port tells all. With a file it does not.
 */
function fallback(facts: KubernetesFacts, withFile: unknown, without: unknown): unknown {
  const component = facts.components.get('kubelet');
  return component !== undefined && flagsFor(component).has('config') ? withFile : without;
}

interface FileRow {
  readonly mode: string;
  readonly owner: string;
  readonly what: string;
  readonly most: number;
  readonly paths: (facts: KubernetesFacts, node: NodeFacts) => readonly string[];
}

/** Where a flag of a component says, else where the layout has it. */
function named(
  facts: KubernetesFacts,
  component: 'kubelet' | 'kube-proxy',
  question: { readonly flag: string; readonly path?: readonly string[] },
): readonly string[] | null {
  const one = facts.components.get(component);
  if (one === undefined) return null;
  const setting = settingOf(one, question);
  return setting.kind === 'known' && typeof setting.value === 'string' ? [setting.value] : null;
}

const fileRows: readonly FileRow[] = [
  {
    mode: '4.1.1',
    owner: '4.1.2',
    what: 'the unit of the kubelet',
    most: 0o600,
    paths: (_, { paths }) => paths.kubeletServices,
  },
  {
    mode: '4.1.3',
    owner: '4.1.4',
    what: 'the kubeconfig of kube-proxy',
    most: 0o600,
    paths: (facts, { paths }) =>
      named(facts, 'kube-proxy', {
        flag: 'kubeconfig',
        path: ['clientConnection', 'kubeconfig'],
      }) ?? paths.proxyKubeconfigs,
  },
  {
    mode: '4.1.5',
    owner: '4.1.6',
    what: 'the kubeconfig of the kubelet',
    most: 0o600,
    paths: (facts, { paths }) =>
      named(facts, 'kubelet', { flag: 'kubeconfig' }) ?? paths.kubeletKubeconfigs,
  },
  {
    mode: '4.1.7',
    owner: '4.1.8',
    what: 'the authority of the clients of the kubelet',
    most: 0o644,
    paths: (facts, { paths }) =>
      named(facts, 'kubelet', {
        flag: 'client-ca-file',
        path: ['authentication', 'x509', 'clientCAFile'],
      }) ?? paths.clientAuthorities,
  },
  {
    mode: '4.1.9',
    owner: '4.1.10',
    what: 'the settings file of the kubelet',
    most: 0o600,
    paths: (facts, { paths }) => {
      const component = facts.components.get('kubelet');
      const read = component?.configs.map(({ path }) => path) ?? [];
      return read.length > 0 ? read : paths.kubeletConfigs;
    },
  },
];

/** Paths that these controls ask for. */
export function workerPaths(facts: KubernetesFacts, node: NodeFacts): readonly string[] {
  return fileRows.flatMap(({ paths }) => paths(facts, node));
}

const fileControls = fileRows.flatMap((row) => [
  control(files, {
    id: row.mode,
    title: `Mode of ${row.what} is ${row.most.toString(8)} or stricter`,
    fix: `Set its mode to ${row.most.toString(8)}`,
    evaluate: (facts) =>
      onNode(facts, (node) =>
        judgeFiles(filesAt(node, row.paths(facts, node)), {
          what: row.what,
          rule: { most: row.most },
          ask: 'mode',
        }),
      ),
  }),
  control(files, {
    id: row.owner,
    title: `Owner of ${row.what} is root`,
    fix: 'Give it to root:root',
    evaluate: (facts) =>
      onNode(facts, (node) =>
        judgeFiles(filesAt(node, row.paths(facts, node)), {
          what: row.what,
          rule: {},
          ask: 'owner',
        }),
      ),
  }),
]);

/** A certificate of its own, or one that the cluster signs and renews. */
function servingVerdict(facts: KubernetesFacts): Verdict {
  return onComponent(facts, 'kubelet', (component) => {
    const renewed = settingOf(component, {
      flag: 'rotate-server-certificates',
      path: ['serverTLSBootstrap'],
      fallback: false,
    });
    if (renewed.kind === 'unknown') return told('unknown', renewed.reason);
    if (isTrue(renewed.value) === true) {
      return passed([found(renewed.source, true, 'the cluster signs and renews it')]);
    }
    return allSet(facts, 'kubelet', [
      { flag: 'tls-cert-file', path: ['tlsCertFile'] },
      { flag: 'tls-private-key-file', path: ['tlsPrivateKeyFile'] },
    ]);
  });
}

const access: readonly KubernetesControl[] = [
  control(kubelet, {
    id: '4.2.1',
    title: 'The kubelet refuses strangers',
    severity: 'critical',
    fix: 'Set authentication.anonymous.enabled: false in the file of the kubelet',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'anonymous-auth',
        path: ['authentication', 'anonymous', 'enabled'],
        fallback: fallback(facts, false, true),
        fault: mustBe(false, 'whoever reaches the kubelet is let in'),
      }),
  }),
  control(kubelet, {
    id: '4.2.2',
    title: 'The kubelet asks whether a request is allowed',
    severity: 'critical',
    fix: 'Set authorization.mode: Webhook in the file of the kubelet',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'authorization-mode',
        path: ['authorization', 'mode'],
        fallback: fallback(facts, 'Webhook', 'AlwaysAllow'),
        fault: (value) =>
          value === 'Webhook'
            ? null
            : 'whoever is let in may run commands in every Pod of the node',
      }),
  }),
  control(kubelet, {
    id: '4.2.3',
    title: 'The kubelet verifies client certificates',
    severity: 'high',
    fix: 'Set authentication.x509.clientCAFile in the file of the kubelet',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'client-ca-file',
        path: ['authentication', 'x509', 'clientCAFile'],
        fault: mustBeSet('there is no authority for clients'),
      }),
  }),
  control(kubelet, {
    id: '4.2.4',
    title: 'The port without authentication is closed',
    severity: 'high',
    lesson: 'information-leak',
    fix: 'Set readOnlyPort: 0 in the file of the kubelet',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'read-only-port',
        path: ['readOnlyPort'],
        fallback: fallback(facts, 0, 10_255),
        fault: (value) =>
          numberOf(value) === 0
            ? null
            : `port ${String(value).slice(0, 20)} tells all Pods to everybody`,
      }),
  }),
  control(kubelet, {
    id: '4.2.5',
    title: 'Idle connections end',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Remove streamingConnectionIdleTimeout: 0',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'streaming-connection-idle-timeout',
        path: ['streamingConnectionIdleTimeout'],
        fallback: '4h0m0s',
        fault: (value) => (/^(?:0[a-z]*)+$/.test(String(value)) ? 'they never end' : null),
      }),
  }),
  control(kubelet, {
    id: '4.2.6',
    title: 'The kubelet may set its packet filter chains',
    severity: 'low',
    fix: 'Remove makeIPTablesUtilChains: false',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'make-iptables-util-chains',
        path: ['makeIPTablesUtilChains'],
        fallback: true,
        fault: mustBe(true, 'its chains are missing'),
      }),
  }),
  control(kubelet, {
    id: '4.2.7',
    title: 'The node has the name of its host',
    severity: 'low',
    fix: 'Remove --hostname-override unless the cloud needs it',
    evaluate: (facts) =>
      onComponent(facts, 'kubelet', (component) => {
        const setting = settingOf(component, { flag: 'hostname-override' });
        if (setting.kind === 'unknown') return told('unknown', setting.reason);
        if (setting.value === undefined) return passed([found('default', null, 'it is not set')]);
        const message = 'the name is given: see that certificates and the cloud agree with it';
        return { status: 'manual', evidence: [found(setting.source, setting.value, message)] };
      }),
  }),
];

const rest: readonly KubernetesControl[] = [
  control(kubelet, {
    id: '4.2.8',
    title: 'Events are not lost',
    severity: 'low',
    lesson: 'audit-trail',
    fix: 'Set eventRecordQPS to 0 (no limit), or to what your nodes say',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'event-qps',
        path: ['eventRecordQPS'],
        fallback: facts.minor !== null && facts.minor < 27 ? 5 : 50,
        fault: (value) => {
          const number = numberOf(value);
          if (number === null || number < 0) return 'it is no number of events';
          return number === 0 || number >= 5 ? null : `only ${number} events a second are kept`;
        },
      }),
  }),
  control(kubelet, {
    id: '4.2.9',
    title: 'The kubelet serves a certificate of your authority',
    fix: 'Set serverTLSBootstrap: true, or tlsCertFile and tlsPrivateKeyFile',
    evaluate: servingVerdict,
  }),
  control(kubelet, {
    id: '4.2.10',
    title: 'Client certificates of the kubelet are renewed',
    severity: 'low',
    fix: 'Set rotateCertificates: true in the file of the kubelet',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'rotate-certificates',
        path: ['rotateCertificates'],
        fallback: false,
        fault: mustBe(true, 'the certificate is not renewed before it ends'),
      }),
  }),
  control(kubelet, {
    id: '4.2.11',
    title: 'Serving certificates of the kubelet may be renewed',
    severity: 'low',
    fix: 'Remove RotateKubeletServerCertificate: false from featureGates',
    evaluate: (facts) =>
      onComponent(facts, 'kubelet', (component) =>
        judged(gateOf(component, 'RotateKubeletServerCertificate', true), (value) =>
          isTrue(value) === false ? 'the feature is switched off' : null,
        ),
      ),
  }),
  control(kubelet, {
    id: '4.2.12',
    title: 'The kubelet speaks strong ciphers only',
    severity: 'low',
    lesson: 'weak-cryptography',
    fix: 'Set tlsMinVersion: VersionTLS13, or tlsCipherSuites to suites with ECDHE and GCM or ChaCha20',
    evaluate: (facts) => onComponent(facts, 'kubelet', (component) => weakCiphers(component)),
  }),
  control(kubelet, {
    id: '4.2.13',
    title: 'Pods have a limit of processes',
    lesson: 'resource-exhaustion',
    fix: 'Set podPidsLimit in the file of the kubelet',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kubelet',
        flag: 'pod-max-pids',
        path: ['podPidsLimit'],
        fallback: -1,
        fault: (value) =>
          (numberOf(value) ?? -1) > 0 ? null : 'one Pod may use up all process ids',
      }),
  }),
  control(kubelet, {
    id: '4.2.14',
    title: 'System calls of Pods are filtered by default',
    lesson: 'kernel-confinement',
    fix: 'Set seccompDefault: true in the file of the kubelet',
    evaluate: (facts) =>
      facts.minor !== null && facts.minor < 22
        ? told('not-applicable', `Kubernetes 1.${facts.minor} does not know it`)
        : bySetting(facts, {
            component: 'kubelet',
            flag: 'seccomp-default',
            path: ['seccompDefault'],
            fallback: false,
            fault: mustBe(true, 'Pods that name no profile may do every system call'),
          }),
  }),
  control(
    { ...kubelet, profile: 'kube-proxy · level 1', reads: 'arguments of kube-proxy, its --config' },
    {
      id: '4.3.1',
      title: 'Metrics of kube-proxy stay on the node',
      severity: 'low',
      lesson: 'information-leak',
      fix: 'Remove metricsBindAddress, or set 127.0.0.1:10249',
      evaluate: (facts) =>
        bySetting(facts, {
          component: 'kube-proxy',
          flag: 'metrics-bind-address',
          path: ['metricsBindAddress'],
          fallback: '127.0.0.1:10249',
          fault: (value) =>
            /^(?:127\.|localhost\b|\[::1\])/.test(String(value)) || value === ''
              ? null
              : `metrics are told on ${String(value).slice(0, 60)}`,
        }),
    },
  ),
];

export const workerControls: readonly KubernetesControl[] = [...fileControls, ...access, ...rest];
