// Rules of the theme posture: what stands beside `rules/90-posture.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const postureRules: readonly RuleFacts[] = [
  {
    name: 'Container started privileged',
    maturity: 'stable',
    techniques: ['T1610'],
    lesson: 'host-access',
    firesOn: 'docker run --privileged',
  },
  {
    name: 'Container started with folders of the node',
    maturity: 'stable',
    techniques: ['T1610', 'T1611'],
    lesson: 'host-access',
    firesOn: 'docker run -v /:/host',
  },
  {
    name: 'Container started with the processes of the node',
    maturity: 'incubating',
    techniques: ['T1610', 'T1611'],
    lesson: 'host-access',
    firesOn: 'docker run --pid host',
  },
  {
    name: 'Container started with a dangerous capability',
    maturity: 'stable',
    techniques: ['T1610', 'T1611'],
    lesson: 'least-privilege',
    firesOn: 'docker run --cap-add SYS_ADMIN',
  },
  {
    name: 'Package installed in a running container',
    maturity: 'stable',
    techniques: ['T1204.003', 'T1105'],
    lesson: 'hands-in-containers',
    firesOn: 'apt-get install -y nmap in a running container',
  },
];
