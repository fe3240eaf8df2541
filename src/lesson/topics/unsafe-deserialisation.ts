// Lesson: objects from strangers.
import type { Lesson } from '../lesson.ts';

export const unsafeDeserialisation: Lesson = {
  id: 'unsafe-deserialisation',
  title: 'Objects from strangers',
  summary:
    'Data from outside is turned into objects of the program, and making some objects runs code.',
  why: [
    "Formats like Java serialisation, Python's pickle, PHP's unserialize, .NET's " +
      'BinaryFormatter or YAML with tags say not only what the values are but which classes ' +
      'to make. The reader makes them before anybody checks anything.',
    'The program needs no bad class of its own: ordinary libraries on its class path can be ' +
      'chained into one that starts a process. Removing a single link only starts the search ' +
      'for the next.',
  ],
  attack: [
    'Find input that is deserialised: a cookie, a session store, a message queue, a cache, ' +
      'a remote call.',
    'Take a known chain of classes for the libraries in use and put a command at its end.',
    'Send it. The command runs while the object is being read, before login and validation.',
  ],
  fix: [
    'Raise the library to the fixed version: it refuses the known chains.',
    'Read data, not objects: JSON or Protobuf into types that you wrote.',
    'Where it must stay, allow a short list of classes (`ObjectInputFilter`, `SafeLoader`, ' +
      '`allowed_classes`), never a list of forbidden ones.',
    'Sign what makes a round trip through the client, and check the signature first.',
  ],
  challenge: {
    question:
      'A Python service caches its results with `pickle` in a Redis that listens on the ' +
      'internal network only. No user input is pickled. Where is the risk?',
    answer:
      'Whoever can write to Redis (another compromised pod, a forged request from the ' +
      'inside) runs code in the service at its next read. Use JSON, and require a password ' +
      'and a network policy for Redis.',
  },
  techniques: ['T1190', 'T1059'],
  related: ['lookup-injection', 'code-injection', 'vulnerable-dependency'],
  signs: [
    'deseriali[sz]',
    'unseriali[sz]',
    '\\bpickle\\b',
    'object injection',
    '\\bgadget',
    'polymorphic typ',
    'unsafe (?:yaml|reflection)',
    'arbitrary (?:object|class) instantiation',
    '(?:builds?|load|makes?) any (?:type|class|object)',
    'unmarshal(?:l)?(?:ed|ing|s)?\\b',
    'turned into objects',
  ],
};
