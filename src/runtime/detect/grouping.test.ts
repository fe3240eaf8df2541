import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import type { RuntimeEvent } from '../../model/event.ts';
import { DetectionWriter, loadSyscallRules, syscallFields } from '../rules/index.ts';
import { eventOf, processOf, readOf, shellChild, shop } from './fixtures/events.ts';
import {
  chainText,
  DetectionGrouper,
  type GroupingOptions,
  proposeException,
  type Told,
} from './index.ts';

const { rules } = loadSyscallRules([
  {
    name: 'r.yaml',
    text: '[{rule: R, desc: d, condition: evt.type = openat, output: o %fd.name, priority: NOTICE}]',
  },
]);
const rule = present(rules[0]);
const writer = new DetectionWriter<RuntimeEvent>({
  registry: syscallFields,
  hostname: 'h',
  timeOf: ({ timeNs }) => timeNs,
});
const second = 1_000_000_000n;

function grouperOf(options: Partial<GroupingOptions> = {}): {
  readonly grouper: DetectionGrouper<RuntimeEvent>;
  readonly take: (event: RuntimeEvent) => Told;
} {
  const grouper = new DetectionGrouper<RuntimeEvent>(syscallFields, options);
  return {
    grouper,
    take: (event) =>
      grouper.take({
        event,
        detection: writer.write(rule, event),
        timeNs: event.timeNs,
        chain: chainText(event),
      }),
  };
}

describe('grouping', () => {
  test('the first is told, repeats are counted', () => {
    const { grouper, take } = grouperOf();
    const told = [1n, 2n, 3n].map((at) => take(readOf('/etc/shadow', { timeNs: at * second })));
    expect(told.map(({ kind }) => kind)).toEqual(['first', 'repeat', 'repeat']);
    expect(present(told[2]).group).toMatchObject({
      count: 3,
      firstNs: second,
      lastNs: 3n * second,
      chain: 'docker run -> sh -> cat',
      containers: ['3ad7b26ded6d'],
      cause: { rule: 'R', target: 'opens /etc/shadow' },
    });
    expect(grouper.groups()).toHaveLength(1);
  });

  test('what a container was started with is told once, whatever starts first in it', () => {
    const grouper = new DetectionGrouper<RuntimeEvent>(syscallFields);
    const started = (name: string): Told => {
      const event = eventOf('execve', { process: shellChild(name) });
      const detection = { ...writer.write(rule, event), rule: 'Container started privileged' };
      return grouper.take({ event, detection, timeNs: second, chain: '' });
    };
    const told = ['entrypoint.sh', 'server'].map(started);
    expect(told.map(({ kind }) => kind)).toEqual(['first', 'repeat']);
    const { cause } = present(told[0]).group;
    expect(cause.checks).toEqual([
      { field: 'container.image.repository', operator: '=', value: shop.imageRepository },
    ]);
    expect(proposeException(cause)?.yaml).toContain('fields: ["container.image.repository"]');
  });

  test('what an exception asks is told', () => {
    const { grouper, take } = grouperOf();
    const event = readOf('/etc/shadow');
    const { cause } = take(event).group;
    const evidence = grouper.evidenceOf(cause, event);
    expect([...evidence.keys()]).toEqual(cause.checks.map(({ field }) => field));
    expect(evidence.get('fd.name')).toBe('/etc/shadow');
  });

  test('another container of the same image is the same cause', () => {
    const { take } = grouperOf();
    take(readOf('/x'));
    const other = shellChild('cat', { container: { ...shop, id: 'ffffffffffff' } });
    const told = take(readOf('/x', { process: other }));
    expect(told.kind).toBe('repeat');
    expect(told.group.containers).toEqual(['3ad7b26ded6d', 'ffffffffffff']);
  });

  test('a cause that was silent is told anew, its digest before', () => {
    const { grouper, take } = grouperOf({ quietNs: 10n * second });
    take(readOf('/x', { timeNs: second }));
    take(readOf('/x', { timeNs: 9n * second }));
    expect(grouper.expire(18n * second)).toEqual([]);
    expect(grouper.expire(19n * second)).toMatchObject([{ count: 2, lastNs: 9n * second }]);
    expect(grouper.expire(19n * second)).toEqual([]);
    expect(take(readOf('/x', { timeNs: 20n * second })).kind).toBe('first');
    // Over by the next event, before anybody asks.
    take(readOf('/x', { timeNs: 21n * second }));
    expect(take(readOf('/y', { timeNs: 40n * second })).kind).toBe('first');
    expect(grouper.expire(40n * second)).toMatchObject([{ count: 2 }]);
  });

  test('calls that differ in their arguments only are not the same cause', () => {
    const { take } = grouperOf();
    const mount = (type: string): RuntimeEvent =>
      eventOf('mount', { arguments: new Map([['type', type]]) });
    expect(
      [mount('cgroup'), mount('debugfs'), mount('cgroup')].map((one) => take(one).kind),
    ).toEqual(['first', 'first', 'repeat']);
  });

  test('round counts may be told again', () => {
    const { take } = grouperOf();
    const round = Array.from({ length: 120 }, () => take(readOf('/x'))).flatMap((told) =>
      told.kind === 'repeat' && told.isRound ? [told.group.count] : [],
    );
    expect(round).toEqual([10, 100]);
  });

  test('a container that invents causes is told as one and pushes nobody out', () => {
    const { grouper, take } = grouperOf({ groupsPerContainer: 16, groupsAtMost: 64 });
    const other = { ...shop, id: 'ffffffffffff', imageRepository: 'docker.io/acme/db' };
    take(readOf('/db', { process: shellChild('cat', { container: other }) }));
    const kinds = Array.from({ length: 10_000 }, (_, index) => {
      const letters = Array.from(String(index), (one) => 'abcdefghij'.charAt(Number(one))).join('');
      return take(readOf(`/${letters}`));
    });
    expect(kinds.filter(({ kind }) => kind === 'first')).toHaveLength(17);
    const last = present(kinds.at(-1)).group;
    expect(last).toMatchObject({ isCollective: true, count: 10_000 - 16 });
    expect(grouper.groups()).toHaveLength(18);
    expect(grouper.evicted).toBe(0);
    const again = take(readOf('/db', { process: shellChild('cat', { container: other }) }));
    expect(again.kind).toBe('repeat');
  });

  test('many containers: memory is bounded and what made room is counted', () => {
    const { grouper, take } = grouperOf({ groupsAtMost: 50 });
    for (let index = 0; index < 2000; index += 1) {
      const container = { ...shop, id: `c${index}`, imageRepository: `img/${index}` };
      take(readOf('/x', { process: shellChild('cat', { container }) }));
    }
    expect(grouper.groups()).toHaveLength(50);
    expect(grouper.evicted).toBe(1950);
  });
});

describe('the chain', () => {
  test.each<[string, Partial<RuntimeEvent>, string]>([
    ['what was started with the container', {}, 'docker run -> sh -> cat'],
    [
      'what was sent into it',
      { process: processOf('cat', { parent: processOf('runc', { container: null }) }) },
      'docker exec -> cat',
    ],
    [
      'among the processes of the host nothing tells who came first',
      { process: processOf('cat', { namespacePid: 100 }) },
      'docker -> cat',
    ],
    [
      'another engine',
      {
        process: processOf('cat', { namespacePid: 1, container: { ...shop, engine: 'cri-o' } }),
      },
      'cri-o run -> cat',
    ],
    [
      'an engine that is not known',
      { process: processOf('cat', { namespacePid: null, container: { ...shop, engine: null } }) },
      'container -> cat',
    ],
    [
      'the host',
      {
        process: processOf('cat', {
          container: null,
          parent: processOf('bash', {
            container: null,
            parent: processOf('bash', { container: null }),
          }),
        }),
      },
      'bash -> cat',
    ],
    ['no process', { process: null }, ''],
    ['odd names', { process: processOf('a\u001b[2Jb', { container: null }) }, 'a?[2Jb'],
  ])('%s', (_what, changes, expected) => {
    expect(chainText(eventOf('openat', changes))).toBe(expected);
  });

  test('the middle of a long one is left out; a loop ends', () => {
    let process = processOf('p0', { namespacePid: 1 });
    for (let index = 1; index < 20; index += 1) {
      process = processOf(`p${index}`, { parent: process });
    }
    const text = chainText({ process });
    expect(text).toBe('docker run -> p0 -> ... -> p16 -> p17 -> p18 -> p19');
    const loop: { parent?: unknown } & ReturnType<typeof processOf> = processOf('loop');
    Object.assign(loop, { parent: loop });
    expect(chainText({ process: loop })).toBe('docker exec -> loop');
  });
});
