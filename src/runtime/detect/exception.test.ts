// Exceptions are loaded into the real engine: the cause is silent, everything near it is not.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import type { RuntimeEvent } from '../../model/event.ts';
import {
  flatEvent,
  flatFields,
  loadSyscallRules,
  RuleEngine,
  syscallFields,
} from '../rules/index.ts';
import { eventOf, processOf, readOf, shellChild, shop, socketTo } from './fixtures/events.ts';
import {
  blastRadius,
  type Cause,
  causeOf,
  FieldReader,
  flawsOfException,
  proposeException,
} from './index.ts';
import { networkOf } from './target.ts';

const types = 'open, openat, connect, execve, mount, dup2, socket';
const rules = {
  name: 'rules.yaml',
  text: `
- list: trusted_programs
  items: [cat, curl, sh]
- rule: Any
  desc: d
  condition: evt.type in (${types}) and not proc.name in (trusted_programs_none)
  output: o
  priority: NOTICE
- rule: Other
  desc: d
  condition: evt.type in (${types}) and proc.name in (trusted_programs)
  output: o
  priority: NOTICE
`,
};

const fields = new FieldReader(syscallFields);

function causeFor(event: RuntimeEvent): Cause {
  return causeOf('Any', event, fields);
}

function engineFor(cause: Cause): RuleEngine<RuntimeEvent> {
  const proposed = present(proposeException(cause));
  expect(flawsOfException([rules], proposed)).toEqual([]);
  const loaded = loadSyscallRules([rules, { name: 'exception.yaml', text: proposed.yaml }]);
  return new RuleEngine(loaded.rules, syscallFields, { matching: 'all' });
}

function isSilent(cause: Cause, event: RuntimeEvent): boolean {
  return !engineFor(cause)
    .match(event)
    .some(({ name }) => name === 'Any');
}

const inPod = { ...shop, namespace: 'prod' };

describe('an exception silences its cause and nothing near it', () => {
  const read = readOf('/etc/shadow');
  test.each<[string, RuntimeEvent, readonly RuntimeEvent[], readonly RuntimeEvent[]]>([
    [
      'a file',
      read,
      [readOf('/etc/shadow', { process: shellChild('cat', { pid: 5, tid: 5 }) })],
      [
        readOf('/etc/shadow-'),
        readOf('/etc/passwd'),
        readOf('/etc/shadow', { process: shellChild('tac') }),
        readOf('/etc/shadow', { process: processOf('cat') }),
        readOf('/etc/shadow', { process: shellChild('cat', { container: null }) }),
        readOf('/etc/shadow', {
          process: shellChild('cat', {
            container: { ...shop, imageRepository: 'docker.io/acme/other' },
          }),
        }),
        readOf('/etc/shadow', { process: null }),
        eventOf('dup2'),
      ],
    ],
    [
      'a file whose name changes from run to run',
      readOf('/proc/4711/environ'),
      [readOf('/proc/1/environ'), readOf('/proc/99999/environ')],
      [readOf('/proc/self/environ'), readOf('/proc/1/mem'), readOf('/proc/1/task/1/environ')],
    ],
    [
      'a random name',
      readOf('/tmp/build-a1B2c3/out'),
      [readOf('/tmp/build-x9Y8z7/out')],
      [readOf('/tmp/build-a1B2c3/in'), readOf('/tmp/build-a1B2c3/x/out')],
    ],
    [
      'a network and port',
      eventOf('connect', { descriptor: socketTo('10.0.0.5', 22) }),
      [eventOf('connect', { descriptor: socketTo('10.9.9.9', 22) })],
      [
        eventOf('connect', { descriptor: socketTo('10.0.0.5', 2222) }),
        eventOf('connect', { descriptor: socketTo('11.0.0.5', 22) }),
      ],
    ],
    [
      'a public network',
      eventOf('connect', { descriptor: socketTo('2001:db8:1::5', 443) }),
      [eventOf('connect', { descriptor: socketTo('2001:db8:1::6', 443) })],
      [eventOf('connect', { descriptor: socketTo('2001:db8:2::5', 443) })],
    ],
    [
      'a program with its arguments',
      eventOf('execve', {
        process: shellChild('sh', { arguments: ['-c', 'echo "a" | tr a_b c'] }),
      }),
      [
        eventOf('execve', {
          process: shellChild('sh', { arguments: ['-c', 'echo "a" | tr a_b c'] }),
        }),
      ],
      [
        eventOf('execve', { process: shellChild('sh', { arguments: ['-c', 'rm -rf /'] }) }),
        eventOf('execve', {
          process: shellChild('sh', { arguments: ['-c', 'echo "a" | tr a_b cd'] }),
        }),
      ],
    ],
    [
      'a script of an interpreter',
      readOf('/etc/shadow', { process: shellChild('python3', { arguments: ['/app/a.py'] }) }),
      [readOf('/etc/shadow', { process: shellChild('python3', { arguments: ['/app/a.py'] }) })],
      [readOf('/etc/shadow', { process: shellChild('python3', { arguments: ['/tmp/evil.py'] }) })],
    ],
    [
      'a very long script',
      eventOf('execve', {
        process: shellChild('sh', { arguments: ['-c', 'echo a\n'.repeat(90)] }),
      }),
      [],
      [
        eventOf('execve', {
          process: shellChild('sh', { arguments: ['-c', 'echo b\n'.repeat(90)] }),
        }),
      ],
    ],
    [
      'a call by its arguments',
      eventOf('mount', {
        arguments: new Map([
          ['type', 'cgroup'],
          ['dir', '/tmp/cgrp'],
        ]),
      }),
      [
        eventOf('mount', {
          arguments: new Map([
            ['type', 'cgroup'],
            ['dir', '/tmp/cgrp'],
          ]),
        }),
      ],
      [
        eventOf('mount', {
          arguments: new Map([
            ['type', 'cgroup'],
            ['dir', '/mnt'],
          ]),
        }),
      ],
    ],
    [
      'a namespace of a cluster',
      readOf('/etc/shadow', { process: shellChild('cat', { container: inPod }) }),
      [readOf('/etc/shadow', { process: shellChild('cat', { container: inPod }) })],
      [
        readOf('/etc/shadow', {
          process: shellChild('cat', { container: { ...inPod, namespace: 'test' } }),
        }),
      ],
    ],
  ])('%s', (_what, event, same, near) => {
    const cause = causeFor(event);
    for (const one of [event, ...same]) {
      expect(isSilent(cause, one)).toBe(true);
      expect(causeFor(one).id).toBe(cause.id);
    }
    for (const one of near) {
      expect(engineFor(cause).match(one).length).toBeGreaterThan(0);
      expect(isSilent(cause, one)).toBe(false);
      expect(causeFor(one).id).not.toBe(cause.id);
    }
  });

  test('other rules still speak', () => {
    const names = engineFor(causeFor(read)).match(read);
    expect(names.map(({ name }) => name)).toEqual(['Other']);
  });

  test('a program that is called like a list widens nothing', () => {
    const hostile = readOf('/x', {
      process: shellChild('trusted_programs', { executablePath: 'trusted_programs' }),
    });
    const cause = causeFor(hostile);
    expect(isSilent(cause, hostile)).toBe(true);
    const curl = shellChild('curl', { executablePath: 'curl' });
    expect(isSilent(cause, readOf('/x', { process: curl }))).toBe(false);
  });

  test('whatever the names are, it loads and silences itself', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, (path, program, argument) => {
        const process = shellChild(program, {
          executablePath: `/${program}`,
          arguments: [argument],
        });
        const event = readOf(`/${path}`, { process });
        const cause = causeFor(event);
        const proposed = present(proposeException(cause));
        expect(flawsOfException([rules], proposed)).toEqual([]);
        expect(isSilent(cause, event)).toBe(true);
        expect(isSilent(cause, readOf('/etc/other', { process: shellChild('cat') }))).toBe(
          `/${path}` === '/etc/other' && program === 'cat',
        );
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});

test('a detection without anything to tell it by gets no exception', () => {
  expect(proposeException(causeFor(eventOf('dup2', { process: null })))).toBeNull();
  const scan = causeOf('Many ports of one machine tried', readOf('/x'), fields);
  expect(proposeException(scan)).toBeNull();
});

describe('blast radius', () => {
  const event = readOf('/etc/shadow');
  const seen = (
    one: RuntimeEvent,
    rule = 'Any',
  ): { rule: string; event: RuntimeEvent; containerId: string } => ({
    rule,
    event: one,
    containerId: '3ad7b26ded6d',
  });

  test('counts what would have been silenced', () => {
    const past = [
      seen(event),
      seen(readOf('/etc/shadow')),
      seen(readOf('/etc/passwd')),
      seen(readOf('/etc/shadow'), 'Other'),
    ];
    expect(blastRadius(causeFor(event), past, syscallFields)).toEqual({
      ofRule: 3,
      silenced: 2,
      containers: 1,
    });
  });

  test('works on the fields of stored alerts', () => {
    const alert = (name: string): unknown => ({
      output_fields: {
        'evt.type': 'openat',
        'container.image.repository': 'docker.io/acme/shop',
        'proc.exepath': '/usr/bin/cat',
        'proc.pname': 'sh',
        'proc.aname[2]': 'containerd-shim',
        'fd.name': name,
      },
    });
    const past = ['/etc/shadow', '/etc/gshadow'].map((name) => ({
      rule: 'Any',
      event: present(flatEvent(alert(name))),
      containerId: null,
    }));
    const { ofRule, silenced } = blastRadius(causeFor(event), past, flatFields);
    expect({ ofRule, silenced }).toEqual({ ofRule: 2, silenced: 1 });
  });
});

test.each<[string, string | null]>([
  ['10.1.2.3', '10.0.0.0/8'],
  ['172.31.0.1', '172.16.0.0/12'],
  ['172.32.0.1', '172.32.0.0/24'],
  ['169.254.169.254', '169.254.169.254/32'],
  ['203.0.113.9', '203.0.113.0/24'],
  ['fd00::1', 'fc00::/7'],
  ['::1', '::1/128'],
  ['2001:db8:5::9', '2001:db8:5::/48'],
  ['2001:db8::9', '2001:db8::9/128'],
  ['nonsense', null],
])('the network of %s', (address, expected) => {
  expect(networkOf(address)).toBe(expected);
});
