// Rules of the theme credential: what stands beside `rules/50-credential.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const credentialRules: readonly RuleFacts[] = [
  {
    name: 'Service account token read by a tool',
    maturity: 'stable',
    techniques: ['T1528', 'T1552.001'],
    lesson: 'stolen-credentials',
    firesOn: 'cat /var/run/secrets/kubernetes.io/serviceaccount/token',
  },
  {
    name: 'Cloud credentials asked for by a tool',
    maturity: 'stable',
    techniques: ['T1552.005'],
    lesson: 'stolen-credentials',
    firesOn: 'curl http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  },
  {
    name: 'Credential file read by a stranger',
    maturity: 'stable',
    techniques: ['T1552.001', 'T1552.004'],
    lesson: 'stolen-credentials',
    firesOn: 'cat ~/.aws/credentials',
  },
  {
    name: 'Environment of another process read',
    maturity: 'stable',
    techniques: ['T1552.001'],
    lesson: 'stolen-credentials',
    firesOn: 'cat /proc/1/environ',
  },
  {
    name: 'Password hashes read in a container',
    maturity: 'stable',
    techniques: ['T1003.008'],
    lesson: 'stolen-credentials',
    firesOn: 'cat /etc/shadow',
  },
  {
    name: 'Secrets of the node read from a container',
    maturity: 'stable',
    techniques: ['T1552.001', 'T1528'],
    lesson: 'stolen-credentials',
    firesOn: 'cat /host/var/lib/kubelet/pods/.../kubernetes.io~projected/.../token',
  },
  {
    name: 'Memory of another process read',
    maturity: 'incubating',
    techniques: ['T1003.007'],
    lesson: 'stolen-credentials',
    firesOn: 'gcore 1',
  },
  {
    name: 'Attack tool started',
    maturity: 'stable',
    techniques: ['T1613', 'T1611'],
    lesson: 'reconnaissance',
    firesOn: 'cdk evaluate',
  },
  {
    name: 'Keys packed for transport',
    maturity: 'incubating',
    techniques: ['T1552.001', 'T1560.001'],
    lesson: 'stolen-credentials',
    firesOn: 'tar czf /tmp/k.tgz /root/.ssh /root/.aws',
  },
  {
    name: 'Secrets of the cluster asked for by hand',
    maturity: 'stable',
    techniques: ['T1552.007'],
    lesson: 'stolen-credentials',
    firesOn: 'kubectl get secrets -A -o yaml in a Pod',
  },
  {
    name: 'Password guessing tool started',
    maturity: 'stable',
    techniques: ['T1110.001', 'T1110.003', 'T1110.004'],
    lesson: 'stolen-credentials',
    firesOn: 'hydra -L users -P words ssh://10.0.0.5',
  },
];
