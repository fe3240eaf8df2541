// CIS Kubernetes 2: etcd, which holds everything. It takes flags before ETCD_ variables, and forgets
// both once it gets a file (etcd documentation, configuration options).
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { control, found, type KubernetesControl, onComponent, type Section } from './define.ts';
import type { KubernetesFacts } from './facts.ts';
import { allSet, bySetting } from './judge-setting.ts';
import { flagsFor, isTrue, settingOf } from './settings.ts';

const section: Section = {
  profile: 'etcd · level 1',
  reads: 'arguments, variables and file of etcd',
  severity: 'high',
  lesson: 'cluster-store',
  need: 'components',
};

const client = 'client-transport-security';
const peer = 'peer-transport-security';

function certificate(facts: KubernetesFacts, group: string, prefix: string): Verdict {
  return allSet(facts, 'etcd', [
    { flag: `${prefix}cert-file`, path: [group, 'cert-file'] },
    { flag: `${prefix}key-file`, path: [group, 'key-file'] },
  ]);
}

function truth(group: string, prefix: string, name: string, wanted: boolean, fault: string) {
  return (facts: KubernetesFacts): Verdict =>
    bySetting(facts, {
      component: 'etcd',
      flag: `${prefix}${name}`,
      path: [group, name],
      fallback: false,
      fault: (value) => (isTrue(value) === wanted ? null : fault),
    });
}

/** The authority of etcd must not be the one that signs every client of the cluster. */
function authorityVerdict(facts: KubernetesFacts): Verdict {
  return onComponent(facts, 'etcd', (component) => {
    const own = settingOf(component, {
      flag: 'trusted-ca-file',
      path: [client, 'trusted-ca-file'],
    });
    if (own.kind === 'unknown') return told('unknown', own.reason);
    if (typeof own.value !== 'string' || own.value === '') {
      return failedBy([found('--trusted-ca-file', null, 'etcd has no authority for its clients')]);
    }
    const server = facts.components.get('kube-apiserver');
    const others = server === undefined ? undefined : flagsFor(server).get('client-ca-file');
    if (others === own.value) {
      const message = 'whoever the cluster gave a certificate may read and write etcd';
      return failedBy([{ ...found(own.source, own.value, message), severity: 'critical' }]);
    }
    if (server === undefined) {
      const message = 'compare with --client-ca-file of kube-apiserver: they must not be the same';
      return { status: 'manual', evidence: [found(own.source, own.value, message)] };
    }
    return passed([found(own.source, own.value, 'it is not the authority of the cluster')]);
  });
}

export const etcdControls: readonly KubernetesControl[] = [
  control(section, {
    id: '2.1',
    title: 'etcd speaks TLS to its clients',
    fix: 'Set --cert-file and --key-file',
    evaluate: (facts) => certificate(facts, client, ''),
  }),
  control(section, {
    id: '2.2',
    title: 'Clients of etcd need a certificate',
    severity: 'critical',
    fix: 'Set --client-cert-auth=true',
    evaluate: truth(client, '', 'client-cert-auth', true, 'whoever reaches etcd reads all secrets'),
  }),
  control(section, {
    id: '2.3',
    title: 'etcd does not make its own certificate for clients',
    fix: 'Remove --auto-tls',
    evaluate: truth(client, '', 'auto-tls', false, 'clients cannot tell who answers'),
  }),
  control(section, {
    id: '2.4',
    title: 'Members of etcd speak TLS to one another',
    fix: 'Set --peer-cert-file and --peer-key-file',
    evaluate: (facts) => certificate(facts, peer, 'peer-'),
  }),
  control(section, {
    id: '2.5',
    title: 'Members of etcd need a certificate',
    fix: 'Set --peer-client-cert-auth=true',
    evaluate: truth(
      peer,
      'peer-',
      'client-cert-auth',
      true,
      'whoever reaches it may join the store',
    ),
  }),
  control(section, {
    id: '2.6',
    title: 'etcd does not make its own certificate for members',
    fix: 'Remove --peer-auto-tls',
    evaluate: truth(peer, 'peer-', 'auto-tls', false, 'members cannot tell who answers'),
  }),
  control(section, {
    id: '2.7',
    title: 'etcd has an authority of its own',
    fix: 'Make an authority for etcd alone and set --trusted-ca-file to it',
    evaluate: authorityVerdict,
  }),
];
