// What stands at the top: who can take over the cluster, in plain words, whatever the score is.
import type { AuditResult } from '../judge.ts';

export interface ClusterRisk {
  readonly sentence: string;
  readonly details: readonly string[];
}

/** Controls whose failure is a way in by itself, with the words for one and for many. */
const ways: readonly (readonly [ids: readonly string[], sentence: (count: number) => string])[] = [
  [['S.1'], () => 'Strangers without a credential have rights in this cluster'],
  [['4.2.1', '4.2.2', 'C-0069'], () => 'The kubelet takes orders from whoever reaches it'],
  [['1.2.6'], () => 'The API server allows every request'],
  [['2.2'], () => 'etcd answers whoever reaches it: all secrets of the cluster'],
  [
    ['S.4'],
    (count) =>
      `${count} ${count === 1 ? 'workload commands' : 'workloads command'} the engine of the node`,
  ],
  [
    ['5.2.2', 'C-0057'],
    (count) => `${count} ${count === 1 ? 'workload runs' : 'workloads run'} privileged`,
  ],
  [
    ['5.1.1'],
    (count) => `${count} ${count === 1 ? 'binding gives' : 'bindings give'} cluster-admin away`,
  ],
  [
    ['5.1.8'],
    (count) =>
      `${count} ${count === 1 ? 'role or binding lets its holder' : 'roles or bindings let their holders'} become more`,
  ],
  [
    ['S.9'],
    (count) => `${count} ${count === 1 ? 'dashboard is' : 'dashboards are'} open to the outside`,
  ],
];

/** The sentences for what failed; faults of the cluster's own parts and unheld rights are left out. */
export function clusterRisks(results: readonly AuditResult[]): ClusterRisk[] {
  return ways.flatMap(([ids, sentence]) => {
    const failed = results.filter(({ id, status }) => status === 'fail' && ids.includes(id));
    const evidence = failed
      .flatMap((one) => one.evidence)
      .filter(({ severity }) => severity !== 'low');
    const details = [...new Set(evidence.map(({ message }) => message))];
    const subjects = new Set(evidence.map(({ subject, place }) => subject ?? place));
    return details.length === 0 ? [] : [{ sentence: sentence(subjects.size), details }];
  });
}
