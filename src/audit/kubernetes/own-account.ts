// What the account that asks may do itself: whoever gets hold of its kubeconfig may do it too.
import type { OwnRights } from '../../host/kubernetes/index.ts';
import { judge, newestMinor, noWaivers, type Policy, subjectsOf } from '../../policy/index.ts';
import { type Evidence, passed, told, type Verdict } from '../control.ts';
import { found } from './define.ts';
import type { ClusterFacts } from './facts.ts';

const policy: Policy = {
  profiles: ['hardening'],
  minor: newestMinor,
  waivers: noWaivers,
  onUnknown: 'allow',
};

/** Whether the account of this audit has rights that an intruder wants. */
export function ownAccount({ ownRights }: ClusterFacts): Verdict {
  if (ownRights === null) return told('not-applicable', 'a dump has no account');
  if (ownRights.kind === 'unknown') return told('unknown', ownRights.reason);
  const faults = faultsOf(ownRights);
  if (faults.length > 0) return { status: 'fail', evidence: faults };
  const open = ownRights.namespaces.filter(({ incomplete }) => incomplete !== null);
  if (open.length > 0) {
    return {
      status: 'unknown',
      evidence: open.map(({ namespace, incomplete }) =>
        found(
          'SelfSubjectRulesReview',
          namespace,
          `the server does not tell all rights in ${namespace}: ${incomplete ?? ''}`,
        ),
      ),
    };
  }
  const names = ownRights.namespaces.map(({ namespace }) => namespace).join(', ');
  const message = `${whoIs(ownRights)} has no dangerous right in ${names}`;
  return passed([found('SelfSubjectRulesReview', names, message)]);
}

type Known = OwnRights & { readonly kind: 'known' };

function whoIs({ user }: Known): string {
  return user === null ? 'the account of this audit' : `the account of this audit (${user})`;
}

/** One for each thing that may be done, with the namespaces in which it may. */
function faultsOf(rights: Known): readonly Evidence[] {
  const faults = new Map<string, { readonly evidence: Evidence; readonly namespaces: string[] }>();
  for (const { namespace, rules } of rights.namespaces) {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'own' },
      rules,
    };
    for (const subject of subjectsOf(role) ?? []) {
      for (const { control, path, message, severity } of judge(subject, policy, () => null)
        .reasons) {
        const key = `${control} ${message}`;
        const known = faults.get(key);
        if (known?.namespaces.includes(namespace) === false) known.namespaces.push(namespace);
        if (known !== undefined) continue;
        const place = path.replace(/^rules/, 'status.rules');
        const evidence = { subject: rights.user, place, value: control, message, severity };
        faults.set(key, { evidence, namespaces: [namespace] });
      }
    }
  }
  return [...faults.values()].map(({ evidence, namespaces }) => {
    const may = evidence.message
      .replace(/^the rule allows (?:to )?/, 'may ')
      .replace(/^may (every|everything)/, 'may do $1');
    return {
      ...evidence,
      message: `${whoIs(rights)} ${may} (in ${namespaces.join(', ')})`,
      detail: { control: evidence.value, namespaces, groups: rights.groups },
    };
  });
}
