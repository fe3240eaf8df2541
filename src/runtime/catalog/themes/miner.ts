// Rules of the theme miner: what stands beside `rules/40-miner.yaml`.
import type { RuleFacts } from '../rule-facts.ts';

export const minerRules: readonly RuleFacts[] = [
  {
    name: 'Mining words on a command line',
    maturity: 'stable',
    techniques: ['T1496.001'],
    lesson: 'cryptomining',
    firesOn: 'x -o stratum+tcp://pool.example:3333 -u WALLET',
  },
  {
    name: 'Known miner started',
    maturity: 'stable',
    techniques: ['T1496.001'],
    lesson: 'cryptomining',
    firesOn: 'xmrig',
  },
  {
    name: 'Mining pool looked up',
    maturity: 'stable',
    techniques: ['T1496.001', 'T1071.004'],
    lesson: 'cryptomining',
    firesOn: 'a DNS question for pool.supportxmr.com',
  },
  {
    name: 'Greeting of a miner sent',
    maturity: 'stable',
    techniques: ['T1496.001'],
    lesson: 'cryptomining',
    firesOn: 'send {"method":"mining.subscribe"} to any port',
  },
  {
    name: 'Connection to a port of mining pools',
    maturity: 'sandbox',
    techniques: ['T1496.001'],
    lesson: 'cryptomining',
    firesOn: 'connect to 203.0.113.9:3333',
  },
  {
    name: 'Processor tuned for mining',
    maturity: 'incubating',
    techniques: ['T1496.001'],
    lesson: 'cryptomining',
    firesOn: 'sysctl -w vm.nr_hugepages=1280',
  },
  {
    name: 'Rival miners ended',
    maturity: 'stable',
    techniques: ['T1496.001'],
    lesson: 'cryptomining',
    firesOn: 'pkill -9 -f kdevtmpfsi',
  },
  {
    name: 'Program that sells the bandwidth',
    maturity: 'incubating',
    techniques: ['T1496.002'],
    lesson: 'cryptomining',
    firesOn: 'traffmonetizer start accept --token ...',
  },
];
