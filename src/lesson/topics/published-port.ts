// Lesson: ports that are published wider than meant.
import type { Lesson } from '../lesson.ts';

export const publishedPort: Lesson = {
  id: 'published-port',
  title: 'Published to the whole world',
  summary:
    'A port that is published without an address answers on every network of the host, and the ' +
    'firewall of the host does not see the packets.',
  why: [
    'Docker publishes by rewriting the destination of packets before the rules of the firewall ' +
      'front ends (ufw, firewalld) are asked. A port that "is blocked" there is open all the same.',
    'Databases, caches and admin pages are often published only so that a developer reaches them ' +
      'from the same machine. The address in front of the port would have been enough.',
    'Search engines for machines list such ports within hours.',
  ],
  attack: [
    'Scan address ranges for the ports of Redis, MongoDB, Elasticsearch and admin pages.',
    'Use them without a password, or with the one of the image documentation.',
    'Write a key, a cron job or a module through the database and stay.',
  ],
  fix: [
    'Write the address: 127.0.0.1:5432:5432 for what only this machine needs.',
    'Let containers talk over a network of Docker: nothing has to be published for that.',
    'Publish the ports that are needed one by one, never all that the image exposes.',
    'Set "ip": "127.0.0.1" in daemon.json as the default address of published ports.',
    'Put rules that must hold for containers into the chain DOCKER-USER.',
  ],
  challenge: {
    question:
      'ufw denies port 6379, and a Redis container was started with -p 6379:6379. Is it reachable ' +
      'from outside?',
    answer:
      'Yes. The packet is rewritten in the table nat and then forwarded, while ufw guards the chain ' +
      'of packets for the host itself. Only rules in DOCKER-USER, or a named address, stop it.',
  },
  techniques: ['T1190', 'T1046'],
  related: ['exposed-management-port', 'engine-api'],
  signs: [],
};
