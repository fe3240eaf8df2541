// Lesson: a way out that nobody watches.
import type { Lesson } from '../lesson.ts';

export const hiddenChannel: Lesson = {
  id: 'hidden-channel',
  title: 'A way out that nobody watches',
  summary:
    'Tunnels, drop sites and encrypted lookups carry data out and orders in through what ' +
    'the firewall lets pass.',
  why: [
    'What may go out is often everything on 443 and every question to a name server. A ' +
      'tunnel needs no more: it wraps anything in what is allowed.',
    'Public services help: a chat bot takes messages, a paste site takes files, a tunnel ' +
      'service gives an address to a container that has none.',
  ],
  attack: [
    'Start a client of a tunnel (chisel, ngrok, ssh -R) to a machine of your own.',
    'Or put the data into names: each lookup carries some bytes, and the name server of ' +
      'your domain collects them.',
    'Or hand the file to a drop site with a single curl.',
  ],
  fix: [
    'Deny egress by default; allow names and ports that the service is known to need.',
    'Let containers ask one resolver only, and keep its log.',
    'Watch who talks to addresses that nobody looked up.',
    'Leave transfer tools out of images.',
  ],
  challenge: {
    question:
      'A container may only send questions to the name server of the cluster. Can data ' +
      'leave it?',
    answer:
      'Yes. The name server forwards a question for AAAA.evil.example to the name server ' +
      'of that domain, with the data in the name. Only a resolver that refuses unknown ' +
      'domains, or somebody who watches for many long names below one domain, stops it.',
  },
  techniques: ['T1572', 'T1071.004', 'T1567'],
  related: ['reverse-shell', 'lateral-movement', 'information-leak'],
  signs: [],
};
