// What stands beside the rules of `rules/kubernetes/k8s-audit.yaml`: what the language has no place for.
import type { LessonId } from '../../model/lesson.ts';

export interface AuditRuleFacts {
  readonly name: string;
  /** `stable`: on in production. `incubating`: may need an exception here and there. */
  readonly maturity: 'stable' | 'incubating';
  /** MITRE ATT&CK, the most telling one first. */
  readonly techniques: readonly string[];
  readonly lesson: LessonId;
}

export const auditRules: readonly AuditRuleFacts[] = [
  {
    name: 'Command started in a pod',
    maturity: 'stable',
    techniques: ['T1609'],
    lesson: 'lateral-movement',
  },
  {
    name: 'Terminal attached to a pod',
    maturity: 'stable',
    techniques: ['T1609'],
    lesson: 'lateral-movement',
  },
  {
    name: 'Port of a pod forwarded',
    maturity: 'incubating',
    techniques: ['T1090'],
    lesson: 'hidden-channel',
  },
  {
    name: 'Debug container added to a pod',
    maturity: 'stable',
    techniques: ['T1610'],
    lesson: 'lateral-movement',
  },
  {
    name: 'Privileged pod created',
    maturity: 'stable',
    techniques: ['T1610'],
    lesson: 'least-privilege',
  },
  {
    name: 'Pod in namespaces of its node created',
    maturity: 'stable',
    techniques: ['T1611'],
    lesson: 'host-access',
  },
  {
    name: 'Pod with a sensitive path of its node created',
    maturity: 'stable',
    techniques: ['T1611'],
    lesson: 'host-access',
  },
  {
    name: 'Pod with dangerous capabilities created',
    maturity: 'stable',
    techniques: ['T1611'],
    lesson: 'least-privilege',
  },
  {
    name: 'Workload created in a system namespace',
    maturity: 'stable',
    techniques: ['T1036.005'],
    lesson: 'hidden-channel',
  },
  {
    name: 'Cluster administrator bound',
    maturity: 'stable',
    techniques: ['T1098.006'],
    lesson: 'privilege-escalation',
  },
  {
    name: 'Anonymous users bound to a role',
    maturity: 'stable',
    techniques: ['T1098.006'],
    lesson: 'broken-access-control',
  },
  {
    name: 'Role with wildcards created',
    maturity: 'stable',
    techniques: ['T1098.006'],
    lesson: 'least-privilege',
  },
  {
    name: 'Role to escalate or impersonate created',
    maturity: 'incubating',
    techniques: ['T1098.006'],
    lesson: 'privilege-escalation',
  },
  {
    name: 'System role changed',
    maturity: 'stable',
    techniques: ['T1098.006'],
    lesson: 'persistence',
  },
  {
    name: 'All secrets listed',
    maturity: 'stable',
    techniques: ['T1552.007'],
    lesson: 'stolen-credentials',
  },
  {
    name: 'Secret read by an anonymous user',
    maturity: 'stable',
    techniques: ['T1552.007'],
    lesson: 'broken-access-control',
  },
  {
    name: 'Anonymous request allowed',
    maturity: 'stable',
    techniques: ['T1190'],
    lesson: 'broken-access-control',
  },
  {
    name: 'Request of a stranger refused',
    maturity: 'incubating',
    techniques: ['T1613'],
    lesson: 'lateral-movement',
  },
  {
    name: 'Own rights asked for',
    maturity: 'incubating',
    techniques: ['T1613'],
    lesson: 'lateral-movement',
  },
  {
    name: 'Configmap with credentials written',
    maturity: 'incubating',
    techniques: ['T1552.001'],
    lesson: 'leaked-secret',
  },
  {
    name: 'Token of a service account made by hand',
    maturity: 'stable',
    techniques: ['T1528'],
    lesson: 'stolen-credentials',
  },
  {
    name: 'Admission webhook changed',
    maturity: 'stable',
    techniques: ['T1562.001'],
    lesson: 'disabled-defences',
  },
  {
    name: 'Kubelet reached through the API server',
    maturity: 'stable',
    techniques: ['T1609'],
    lesson: 'engine-api',
  },
  {
    name: 'Certificate signed by hand',
    maturity: 'stable',
    techniques: ['T1098'],
    lesson: 'persistence',
  },
  {
    name: 'Events deleted',
    maturity: 'stable',
    techniques: ['T1070'],
    lesson: 'covered-tracks',
  },
  {
    name: 'Namespace or many objects deleted',
    maturity: 'incubating',
    techniques: ['T1485'],
    lesson: 'persistence',
  },
  {
    name: 'Service opened to the outside',
    maturity: 'incubating',
    techniques: ['T1133'],
    lesson: 'published-port',
  },
  {
    name: 'Network policy deleted',
    maturity: 'stable',
    techniques: ['T1562.004'],
    lesson: 'disabled-defences',
  },
  {
    name: 'Cron job created',
    maturity: 'incubating',
    techniques: ['T1053.007'],
    lesson: 'persistence',
  },
  {
    name: 'Another user impersonated',
    maturity: 'stable',
    techniques: ['T1134'],
    lesson: 'privilege-escalation',
  },
  {
    name: 'Account of the system used by a person',
    maturity: 'incubating',
    techniques: ['T1552.007'],
    lesson: 'stolen-credentials',
  },
];
