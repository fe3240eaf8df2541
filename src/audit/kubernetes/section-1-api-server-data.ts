// CIS Kubernetes 1.2.15 ff.: what the API server records, and how it keeps secrets and speaks to etcd.
import { asArray, field } from '../../base/json.ts';
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { documentOf, apiServerRow as row } from './api-server.ts';
import { weakCiphers } from './ciphers.ts';
import { found, type KubernetesControl, onComponent } from './define.ts';
import type { KubernetesFacts } from './facts.ts';
import { allSet, bySetting, mustBe, mustBeSet } from './judge-setting.ts';
import { flagsFor, isTrue, listOf, numberOf, settingOf } from './settings.ts';

const name = 'kube-apiserver';

function atLeast(flag: string, least: number, unit: string, unlimited: boolean) {
  return (facts: KubernetesFacts): Verdict =>
    bySetting(facts, {
      component: name,
      flag,
      fallback: 0,
      fault: (value) => {
        const number = numberOf(value);
        if (number === null) return 'it is no number';
        // No audit log is written: nothing is kept, whatever the default would keep.
        if (number === 0 && !unlimited) return `${flag} is not set`;
        return number === 0 || number >= least ? null : `${number} ${unit} are less than ${least}`;
      },
    });
}

/** Providers of the encryption of secrets at rest: the first one writes. */
function encryptionVerdict(facts: KubernetesFacts): Verdict {
  return onComponent(facts, name, (component) => {
    const file = documentOf(component, 'encryption-provider-config');
    if (file === null)
      return failedBy([found('--encryption-provider-config', null, 'secrets are stored in plain')]);
    if (file.problem !== null) return told('unknown', `${file.path}: ${file.problem}`);
    const entries = asArray(field(file.value, 'resources'));
    const forSecrets = entries.findIndex((entry) =>
      asArray(field(entry, 'resources')).some(
        (one) => one === 'secrets' || one === '*.' || one === '*.*',
      ),
    );
    if (forSecrets === -1) return failedBy([found(file.path, null, 'it says nothing of secrets')]);
    const first = asArray(field(entries[forSecrets], 'providers'))[0];
    const provider =
      typeof first === 'object' && first !== null ? (Object.keys(first)[0] ?? '') : '';
    const place = `${file.path}: resources[${forSecrets}].providers[0]`;
    const strong = ['aescbc', 'aesgcm', 'kms', 'secretbox'];
    if (strong.includes(provider)) return passed([found(place, provider, 'secrets are encrypted')]);
    return failedBy([found(place, provider, `secrets are written by ${provider || 'nothing'}`)]);
  });
}

const logging: readonly KubernetesControl[] = [
  row('1.2.15', 'Profiling is off', 'Set --profiling=false', {
    severity: 'low',
    lesson: 'information-leak',
    evaluate: (facts) =>
      bySetting(facts, {
        component: name,
        flag: 'profiling',
        fallback: true,
        fault: mustBe(false, 'profiles of the running server can be taken'),
      }),
  }),
  row('1.2.16', 'There is an audit log', 'Set --audit-log-path, and --audit-policy-file', {
    severity: 'high',
    lesson: 'audit-trail',
    evaluate: (facts) =>
      onComponent(facts, name, (component) => {
        // A webhook takes the log away from the node, which is better still.
        const webhook = settingOf(component, { flag: 'audit-webhook-config-file' });
        if (webhook.kind === 'known' && typeof webhook.value === 'string') {
          return passed([found(webhook.source, webhook.value, 'the log is sent away')]);
        }
        return bySetting(facts, {
          component: name,
          flag: 'audit-log-path',
          fault: mustBeSet('nobody can tell afterwards who did what'),
        });
      }),
  }),
  row('1.2.17', 'The audit log is kept for 30 days', 'Set --audit-log-maxage=30', {
    severity: 'low',
    lesson: 'audit-trail',
    evaluate: atLeast('audit-log-maxage', 30, 'days', false),
  }),
  row('1.2.18', 'Ten old audit logs are kept', 'Set --audit-log-maxbackup=10', {
    severity: 'low',
    lesson: 'audit-trail',
    evaluate: atLeast('audit-log-maxbackup', 10, 'files', false),
  }),
  row('1.2.19', 'The audit log may grow to 100 MB', 'Set --audit-log-maxsize=100', {
    severity: 'low',
    lesson: 'audit-trail',
    evaluate: atLeast('audit-log-maxsize', 100, 'MB', false),
  }),
  row(
    '1.2.20',
    'Requests end in time',
    'Look whether --request-timeout suits slow clients, and is no invitation to a flood',
    {
      severity: 'low',
      lesson: 'resource-exhaustion',
      evaluate: (facts) =>
        onComponent(facts, name, (component) => {
          const setting = settingOf(component, { flag: 'request-timeout', fallback: '1m0s' });
          if (setting.kind === 'unknown') return told('unknown', setting.reason);
          const message = `requests end after ${String(setting.value).slice(0, 40)}: does that suit`;
          return { status: 'manual', evidence: [found(setting.source, setting.value, message)] };
        }),
    },
  ),
];

const secrets: readonly KubernetesControl[] = [
  row(
    '1.2.21',
    'Tokens of deleted service accounts are refused',
    'Remove --service-account-lookup=false',
    {
      severity: 'high',
      evaluate: (facts) =>
        bySetting(facts, {
          component: name,
          flag: 'service-account-lookup',
          fallback: true,
          fault: mustBe(true, 'tokens outlive their service account'),
        }),
    },
  ),
  row(
    '1.2.22',
    'Tokens of service accounts have a key of their own',
    'Set --service-account-key-file',
    {
      evaluate: (facts) =>
        bySetting(facts, {
          component: name,
          flag: 'service-account-key-file',
          fault: mustBeSet('the TLS key of the server stands in for it'),
        }),
    },
  ),
  row('1.2.23', 'It shows etcd a certificate', 'Set --etcd-certfile and --etcd-keyfile', {
    severity: 'high',
    evaluate: (facts) => etcdSet(facts, ['etcd-certfile', 'etcd-keyfile']),
  }),
  row(
    '1.2.24',
    'It serves a certificate of your authority',
    'Set --tls-cert-file and --tls-private-key-file',
    {
      evaluate: (facts) =>
        allSet(facts, name, [{ flag: 'tls-cert-file' }, { flag: 'tls-private-key-file' }]),
    },
  ),
  row('1.2.25', 'Client certificates are verified', 'Set --client-ca-file', {
    evaluate: (facts) =>
      bySetting(facts, {
        component: name,
        flag: 'client-ca-file',
        fault: mustBeSet('there is no authority for clients'),
      }),
  }),
  row('1.2.26', 'It verifies the certificate of etcd', 'Set --etcd-cafile', {
    severity: 'high',
    evaluate: (facts) => etcdSet(facts, ['etcd-cafile']),
  }),
  row('1.2.27', 'Secrets are encrypted in etcd', 'Set --encryption-provider-config', {
    severity: 'high',
    lesson: 'leaked-secret',
    evaluate: (facts) =>
      bySetting(facts, {
        component: name,
        flag: 'encryption-provider-config',
        fault: mustBeSet('secrets are stored in plain'),
      }),
  }),
  row(
    '1.2.28',
    'The encryption of secrets is a strong one',
    'Let aescbc, aesgcm, secretbox or kms be the first provider for secrets',
    {
      severity: 'high',
      lesson: 'leaked-secret',
      reads: '--encryption-provider-config',
      evaluate: encryptionVerdict,
    },
  ),
  row(
    '1.2.29',
    'Only strong ciphers are spoken',
    'Set --tls-min-version=VersionTLS13, or --tls-cipher-suites to suites with ECDHE and GCM or ChaCha20',
    {
      severity: 'low',
      lesson: 'weak-cryptography',
      evaluate: (facts) => onComponent(facts, name, (component) => weakCiphers(component)),
    },
  ),
  row(
    '1.2.30',
    'Old tokens of service accounts end within the hour',
    'Set --service-account-extend-token-expiration=false once no client complains',
    {
      severity: 'low',
      evaluate: (facts) =>
        facts.minor !== null && facts.minor < 20
          ? told('not-applicable', `Kubernetes 1.${facts.minor} does not know it`)
          : bySetting(facts, {
              component: name,
              flag: 'service-account-extend-token-expiration',
              fallback: true,
              fault: (value) =>
                isTrue(value) === false
                  ? null
                  : 'tokens of Pods hold for a year instead of an hour',
            }),
    },
  ),
];

/** A server whose store is a socket or a database of its own (k3s) has no etcd to talk to. */
function etcdSet(facts: KubernetesFacts, flags: readonly string[]): Verdict {
  return onComponent(facts, name, (component) => {
    const servers = listOf(flagsFor(component).get('etcd-servers') ?? '');
    if (servers.length > 0 && servers.every((one) => one.startsWith('unix:'))) {
      return told('not-applicable', 'the store is a socket of this node', '--etcd-servers');
    }
    return allSet(
      facts,
      name,
      flags.map((flag) => ({ flag })),
    );
  });
}

export const apiServerDataControls: readonly KubernetesControl[] = [...logging, ...secrets];
