// Rules of the theme persistence: what stands beside `rules/80-persistence.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const persistenceRules: readonly RuleFacts[] = [
  {
    name: 'Timed job written',
    maturity: 'stable',
    techniques: ['T1053.003'],
    lesson: 'persistence',
    firesOn: 'echo "* * * * * root x" > /etc/cron.d/x',
  },
  {
    name: 'System service written',
    maturity: 'stable',
    techniques: ['T1543.002', 'T1543'],
    lesson: 'persistence',
    firesOn: 'write /host/etc/systemd/system/x.service',
  },
  {
    name: 'Manifest of the node written',
    maturity: 'stable',
    techniques: ['T1543.005', 'T1053.007'],
    lesson: 'persistence',
    firesOn: 'cp pod.yaml /etc/kubernetes/manifests/',
  },
  {
    name: 'Key for ssh left behind',
    maturity: 'stable',
    techniques: ['T1098.004'],
    lesson: 'persistence',
    firesOn: 'echo ssh-ed25519 ... >> /root/.ssh/authorized_keys',
  },
  {
    name: 'Start-up file of a shell written',
    maturity: 'incubating',
    techniques: ['T1546.004'],
    lesson: 'persistence',
    firesOn: 'echo x >> ~/.bashrc',
  },
  {
    name: 'Way into the machine loosened',
    maturity: 'stable',
    techniques: ['T1556.003', 'T1548.003'],
    lesson: 'persistence',
    firesOn: 'echo "x ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/x',
  },
  {
    name: 'Account made in a container',
    maturity: 'incubating',
    techniques: ['T1136.001', 'T1098'],
    lesson: 'persistence',
    firesOn: 'useradd -o -u 0 x',
  },
  {
    name: 'Script dropped into a web folder',
    maturity: 'stable',
    techniques: ['T1505.003'],
    lesson: 'persistence',
    firesOn: 'upload shell.php',
  },
];
