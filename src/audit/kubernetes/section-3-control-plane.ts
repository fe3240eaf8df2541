// CIS Kubernetes 3: how people log in, and what is recorded of them.
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { levelFor, type Recorded } from './audit-policy.ts';
import {
  byHand,
  control,
  found,
  type KubernetesControl,
  onComponent,
  type Section,
} from './define.ts';
import type { Component, KubernetesFacts } from './facts.ts';
import { bySetting, mustBeSet } from './judge-setting.ts';
import { flagsFor, isTrue, settingOf } from './settings.ts';

const people: Section = {
  profile: 'authentication · level 2',
  reads: 'arguments of kube-apiserver',
  severity: 'low',
  lesson: 'cluster-rights',
  need: 'components',
};
const logging: Section = {
  profile: 'logging · level 1',
  reads: 'arguments of kube-apiserver, the audit policy',
  severity: 'medium',
  lesson: 'audit-trail',
  need: 'components',
};

interface Wanted extends Recorded {
  readonly what: string;
  /** Bodies of it are secrets: more than metadata must not be recorded. */
  readonly isSecret?: true;
}

const wanted: readonly Wanted[] = [
  { what: 'changes of secrets', verb: 'update', group: '', resource: 'secrets', isSecret: true },
  {
    what: 'changes of configuration maps',
    verb: 'update',
    group: '',
    resource: 'configmaps',
    isSecret: true,
  },
  {
    what: 'checks of tokens',
    verb: 'create',
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
    isSecret: true,
  },
  { what: 'new Pods', verb: 'create', group: '', resource: 'pods' },
  { what: 'changes of Deployments', verb: 'patch', group: 'apps', resource: 'deployments' },
  { what: 'commands in Pods', verb: 'create', group: '', resource: 'pods/exec' },
  { what: 'tunnels to Pods', verb: 'create', group: '', resource: 'pods/portforward' },
  { what: 'proxies to Pods', verb: 'create', group: '', resource: 'pods/proxy' },
  { what: 'proxies to services', verb: 'create', group: '', resource: 'services/proxy' },
];

function coverage(component: Component): Verdict {
  const flags = flagsFor(component);
  if (!flags.has('audit-policy-file')) {
    return failedBy([
      found('--audit-policy-file', null, 'there is no audit policy: nothing is recorded'),
    ]);
  }
  const file = component.documents.get('audit-policy-file');
  if (file === undefined || file.problem !== null) {
    return told(
      'unknown',
      `${file?.path ?? '--audit-policy-file'}: ${file?.problem ?? 'it could not be read'}`,
    );
  }
  const faults = wanted.flatMap((one): Evidence[] => {
    const level = levelFor(file.value, one);
    const place = `${file.path}: ${one.verb} ${one.resource}`;
    if (level === null) return [found(file.path, null, 'it is no audit policy')];
    if (level === 'None') return [found(place, level, `${one.what} are not recorded`)];
    const tellsBody = level === 'Request' || level === 'RequestResponse';
    return one.isSecret === true && tellsBody
      ? [found(place, level, `${one.what} are recorded with what is in them`)]
      : [];
  });
  return faults.length > 0
    ? failedBy(faults.slice(0, wanted.length))
    : passed([found(file.path, null, 'it records what matters')]);
}

function bootstrapVerdict(facts: KubernetesFacts): Verdict {
  return onComponent(facts, 'kube-apiserver', (component) => {
    const setting = settingOf(component, { flag: 'enable-bootstrap-token-auth', fallback: false });
    if (setting.kind === 'unknown') return told('unknown', setting.reason);
    if (isTrue(setting.value) !== true)
      return passed([found(setting.source, false, 'they are off')]);
    const message = 'bootstrap tokens are accepted: see that none is kept (kubeadm token list)';
    return { status: 'manual', evidence: [found(setting.source, true, message)] };
  });
}

export const controlPlaneControls: readonly KubernetesControl[] = [
  byHand(people, {
    id: '3.1.1',
    title: 'People do not log in with client certificates',
    how: 'Let people log in through OpenID Connect: a certificate cannot be taken back',
  }),
  byHand(people, {
    id: '3.1.2',
    title: 'People do not log in with tokens of service accounts',
    how: 'Look who uses such tokens in the audit log; let people log in through OpenID Connect',
  }),
  control(people, {
    id: '3.1.3',
    title: 'People do not log in with bootstrap tokens',
    fix: 'Delete bootstrap tokens once a node has joined: kubeadm token delete',
    evaluate: bootstrapVerdict,
  }),
  control(logging, {
    id: '3.2.1',
    title: 'There is an audit policy',
    fix: 'Write an audit policy and set --audit-policy-file',
    evaluate: (facts) =>
      bySetting(facts, {
        component: 'kube-apiserver',
        flag: 'audit-policy-file',
        fault: mustBeSet('there is no audit policy: nothing is recorded'),
      }),
  }),
  control(logging, {
    id: '3.2.2',
    title: 'The audit policy records what matters',
    fix: 'Record at least metadata of these requests, and no bodies of secrets',
    evaluate: (facts) => onComponent(facts, 'kube-apiserver', coverage),
  }),
];
