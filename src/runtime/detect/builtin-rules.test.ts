// From event to exception with the rules that come with the program: whatever fires can be silenced for
// its own workload, and only there.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { builtinRules } from '../../host/rules/index.ts';
import { eventOf as fixtureOf } from '../catalog/fixtures/templates.ts';
import { factsOfRule, ruleThemes } from '../catalog/index.ts';
import {
  type FlatEvent,
  flatEvent,
  flatFields,
  loadSyscallRules,
  RuleEngine,
  syscallFields,
} from '../rules/index.ts';
import { eventOf, processOf, readOf, shellChild, socketTo } from './fixtures/events.ts';
import { causeOf, chainText, FieldReader, proposeException } from './index.ts';

type Given = Readonly<Record<string, unknown>>;

const folder = new URL('../catalog/fixtures/', import.meta.url);
const fields = new FieldReader(flatFields);

function flat(given: Given): FlatEvent {
  return present(flatEvent(given));
}

/** Every event of the fixtures that makes a rule fire. */
const firing = ruleThemes.flatMap(({ id }) => {
  const cases = JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')) as Readonly<
    Record<string, { readonly fires: readonly Given[] }>
  >;
  return Object.entries(cases).flatMap(([rule, { fires }]) =>
    fires.map((given) => ({ rule, given: fixtureOf(given) })),
  );
});

describe('exceptions for all that fires', () => {
  const exceptions = firing.map(({ rule, given }) =>
    present(proposeException(causeOf(rule, flat(given), fields))),
  );
  const unique = new Map(exceptions.map((one) => [one.name, one.yaml]));
  const files = [...unique].map(([name, text]) => ({ name: `${name}.yaml`, text }));
  const loaded = loadSyscallRules([...builtinRules(), ...files]);
  const silenced = new RuleEngine(loaded.rules, flatFields, { matching: 'all' });

  test('load without a flaw and silence their events', () => {
    expect([...loaded.errors, ...loaded.warnings]).toEqual([]);
    for (const { rule, given } of firing) {
      const names = silenced.match(flat(given)).map(({ name }) => name);
      expect(names, JSON.stringify(given)).not.toContain(rule);
    }
  });

  test('another image, program or parent still fires', () => {
    let heard = 0;
    for (const { rule, given } of firing) {
      const isHost = given['container.id'] === 'host';
      const others: readonly Given[] = [
        ...(isHost ? [] : [{ ...given, 'container.image.repository': 'docker.io/acme/other' }]),
        { ...given, 'proc.aname[2]': 'somebody', 'proc.exepath': '/opt/other/tool' },
      ];
      const plain = new Set(others.flatMap((one) => engine.match(flat(one))).map(nameOf));
      if (!plain.has(rule)) continue;
      const names = others.flatMap((one) => silenced.match(flat(one))).map(nameOf);
      expect(names, JSON.stringify(given)).toContain(rule);
      heard += 1;
    }
    expect(heard).toBeGreaterThan(firing.length * 0.9);
  });
});

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

const { rules } = loadSyscallRules(builtinRules());
const engine = new RuleEngine(rules, flatFields, { matching: 'all' });

describe('events as a sensor gives them', () => {
  const sensor = new RuleEngine(rules, syscallFields, { matching: 'all' });
  test.each([
    ['Password hashes read in a container', readOf('/etc/shadow')],
    ['Known miner started', eventOf('execve', { process: shellChild('xmrig') })],
    [
      'Standard stream tied to a network socket',
      eventOf('dup2', { descriptor: socketTo('203.0.113.9', 4444) }),
    ],
    [
      'Cloud credentials asked for by a tool',
      eventOf('connect', {
        descriptor: socketTo('169.254.169.254', 80),
        process: shellChild('curl'),
      }),
    ],
    [
      'Kernel file system mounted in a container',
      eventOf('mount', { arguments: new Map([['type', 'cgroup']]) }),
    ],
    [
      'Program started from memory',
      eventOf('execve', { process: shellChild('x', { isFromMemory: true }) }),
    ],
    [
      'Program that is not of the image started',
      eventOf('execve', { process: shellChild('x', { isUpperLayer: true }) }),
    ],
    [
      'Root folder of a process entered through proc',
      readOf('/etc/shadow', {
        descriptor: {
          ...present(readOf('/etc/shadow').descriptor),
          rawName: '/proc/1/root/etc/shadow',
        },
      }),
    ],
    [
      'Container started with the processes of the node',
      eventOf('execve', {
        process: shellChild('sh', {
          namespacePid: 100,
          parent: processOf('containerd-shim', { container: null }),
        }),
      }),
    ],
  ])('%s', (name, event) => {
    expect(sensor.match(event).map(nameOf)).toContain(name);
    expect(factsOfRule(name)).not.toBeNull();
    expect(chainText(event)).toMatch(/^docker(?: run| exec)? -> /);
  });
});
