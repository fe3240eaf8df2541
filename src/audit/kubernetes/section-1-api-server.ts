// CIS Kubernetes 1.2: the arguments of kube-apiserver, and the files that they name.
import { asArray, field, stringField } from '../../base/json.ts';
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { admissionVerdict } from './admission.ts';
import { documentOf, apiServerRow as row } from './api-server.ts';
import { found, type KubernetesControl, onComponent } from './define.ts';
import type { Component, KubernetesFacts } from './facts.ts';
import { allSet, bySetting, mustBe, mustBeSet } from './judge-setting.ts';
import { listOf, settingOf } from './settings.ts';

const name = 'kube-apiserver';

const health: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz']);

/** `--authentication-config` (since 1.30) has the last word where it speaks of strangers. */
function anonymousVerdict(facts: KubernetesFacts): Verdict {
  return onComponent(facts, name, (component) => {
    const file = documentOf(component, 'authentication-config');
    const anonymous = field(file?.value, 'anonymous');
    if (file !== null && file.problem !== null)
      return told('unknown', `${file.path}: ${file.problem}`);
    if (file === null || anonymous === undefined) {
      return bySetting(facts, {
        component: name,
        flag: 'anonymous-auth',
        fallback: true,
        fault: mustBe(false, 'requests without any credential are let in as system:anonymous'),
      });
    }
    const place = `${file.path}: anonymous`;
    if (field(anonymous, 'enabled') !== true)
      return passed([found(place, false, 'strangers are refused')]);
    const paths = asArray(field(anonymous, 'conditions')).map(
      (one) => stringField(one, 'path') ?? '',
    );
    if (paths.length > 0 && paths.every((path) => health.has(path))) {
      return passed([found(place, paths, 'strangers may only ask whether it is well')]);
    }
    return failedBy([found(place, paths, 'requests without any credential are let in')]);
  });
}

/** Modes of `--authorization-mode`, or the types of `--authorization-config` (since 1.29). */
function modesOf(component: Component) {
  const file = documentOf(component, 'authorization-config');
  if (file !== null) {
    if (file.problem !== null) return { problem: `${file.path}: ${file.problem}` };
    const types = asArray(field(file.value, 'authorizers')).map(
      (one) => stringField(one, 'type') ?? '',
    );
    return { modes: types, place: `${file.path}: authorizers` };
  }
  const setting = settingOf(component, { flag: 'authorization-mode', fallback: 'AlwaysAllow' });
  if (setting.kind === 'unknown') return { problem: setting.reason };
  return { modes: listOf(setting.value), place: setting.source };
}

function byModes(
  facts: KubernetesFacts,
  fault: (modes: readonly string[]) => string | null,
): Verdict {
  return onComponent(facts, name, (component) => {
    const { modes, place, problem } = { ...modesOf(component) };
    if (modes === undefined) return told('unknown', problem ?? 'not known');
    const wrong = fault(modes);
    const where = place ?? '';
    return wrong === null
      ? passed([found(where, modes, 'as it should be')])
      : failedBy([found(where, modes, wrong)]);
  });
}

const access: readonly KubernetesControl[] = [
  row(
    '1.2.1',
    'Requests without a credential are refused',
    'Set --anonymous-auth=false, or let --authentication-config admit health checks alone',
    {
      severity: 'medium',
      reads: 'arguments of kube-apiserver, --authentication-config',
      evaluate: anonymousVerdict,
    },
  ),
  row(
    '1.2.2',
    'No file of fixed tokens is used',
    'Remove --token-auth-file: its tokens never end and cannot be taken back',
    {
      severity: 'high',
      evaluate: (facts) =>
        bySetting(facts, {
          component: name,
          flag: 'token-auth-file',
          fault: (value) => (value === undefined ? null : 'tokens of a file never end'),
        }),
    },
  ),
  row(
    '1.2.3',
    'Services may not claim foreign addresses',
    'Add DenyServiceExternalIPs to --enable-admission-plugins',
    {
      severity: 'low',
      evaluate: (facts) => admissionVerdict(facts, 'DenyServiceExternalIPs', 'enabled'),
    },
  ),
  row(
    '1.2.4',
    'It shows kubelets a certificate',
    'Set --kubelet-client-certificate and --kubelet-client-key',
    {
      severity: 'high',
      evaluate: (facts) =>
        allSet(facts, name, [
          { flag: 'kubelet-client-certificate' },
          { flag: 'kubelet-client-key' },
        ]),
    },
  ),
  row('1.2.5', 'It verifies the certificates of kubelets', 'Set --kubelet-certificate-authority', {
    evaluate: (facts) =>
      bySetting(facts, {
        component: name,
        flag: 'kubelet-certificate-authority',
        fault: mustBeSet('whoever answers for a kubelet is believed'),
      }),
  }),
  row('1.2.6', 'Not every request is allowed', 'Set --authorization-mode=Node,RBAC', {
    severity: 'critical',
    reads: 'arguments of kube-apiserver, --authorization-config',
    evaluate: (facts) =>
      byModes(facts, (modes) =>
        modes.includes('AlwaysAllow') ? 'whoever is let in may do everything' : null,
      ),
  }),
  row('1.2.7', 'Kubelets are bound to their own node', 'Add Node to --authorization-mode', {
    severity: 'high',
    evaluate: (facts) =>
      byModes(facts, (modes) =>
        modes.includes('Node') ? null : 'a kubelet is not limited to its node',
      ),
  }),
  row('1.2.8', 'Rights come from roles', 'Add RBAC to --authorization-mode', {
    severity: 'high',
    evaluate: (facts) =>
      byModes(facts, (modes) =>
        modes.includes('RBAC') ? null : 'roles and bindings mean nothing',
      ),
  }),
];

const admission: readonly KubernetesControl[] = [
  row(
    '1.2.9',
    'Floods of events are limited',
    'Add EventRateLimit to --enable-admission-plugins, with its limits in --admission-control-config-file',
    {
      severity: 'low',
      lesson: 'resource-exhaustion',
      evaluate: (facts) => admissionVerdict(facts, 'EventRateLimit', 'enabled'),
    },
  ),
  row(
    '1.2.10',
    'Admission does not accept everything',
    'Remove AlwaysAdmit from --enable-admission-plugins',
    {
      severity: 'high',
      evaluate: (facts) => admissionVerdict(facts, 'AlwaysAdmit', 'disabled'),
    },
  ),
  row(
    '1.2.11',
    'Images are pulled with the rights of each Pod',
    'Add AlwaysPullImages to --enable-admission-plugins where tenants share nodes',
    {
      severity: 'low',
      lesson: 'image-trust',
      evaluate: (facts) => admissionVerdict(facts, 'AlwaysPullImages', 'enabled'),
    },
  ),
  row(
    '1.2.12',
    'Pods get service accounts by admission',
    'Take ServiceAccount out of --disable-admission-plugins',
    {
      evaluate: (facts) => admissionVerdict(facts, 'ServiceAccount', 'enabled'),
    },
  ),
  row(
    '1.2.13',
    'Nothing is made in namespaces that end',
    'Take NamespaceLifecycle out of --disable-admission-plugins',
    {
      evaluate: (facts) => admissionVerdict(facts, 'NamespaceLifecycle', 'enabled'),
    },
  ),
  row(
    '1.2.14',
    'Kubelets may only change their own node and Pods',
    'Add NodeRestriction to --enable-admission-plugins',
    {
      severity: 'high',
      evaluate: (facts) => admissionVerdict(facts, 'NodeRestriction', 'enabled'),
    },
  ),
];

export const apiServerControls: readonly KubernetesControl[] = [...access, ...admission];
