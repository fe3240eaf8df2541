// The engine reorders, merges, remembers and specialises; what it answers must be what the condition
// says when it is evaluated part by part.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../../../test/shared-data.ts';
import { builtinRules } from '../../../host/rules/index.ts';
import type { ContainerFacts, ProcessFacts, RuntimeEvent } from '../../../model/event.ts';
import { fieldNames, syscallFields } from '../fields/index.ts';
import { loadSyscallRules, type Rule, RuleEngine, type RulesFile } from '../index.ts';
import { type Check, type Expression, includesType } from '../language/index.ts';
import { compileCheck } from './check.ts';

const tests = new Map<Check, (event: RuntimeEvent) => boolean>();

function plain(expression: Expression, event: RuntimeEvent): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.children.every((child) => plain(child, event));
    case 'or':
      return expression.children.some((child) => plain(child, event));
    case 'not':
      return !plain(expression.child, event);
    case 'macro':
      return expression.body !== null && plain(expression.body, event);
    case 'exists':
    case 'comparison': {
      const known = tests.get(expression) ?? compileCheck(expression, syscallFields).test;
      tests.set(expression, known);
      return known(event);
    }
  }
}

function plainMatches(rules: readonly Rule[], event: RuntimeEvent): readonly string[] {
  return rules
    .filter(({ enabled, eventTypes }) => enabled && includesType(eventTypes, event.type))
    .filter(({ expression }) => plain(expression, event))
    .map(({ name }) => name);
}

/** The words that conditions compare with, by field: random events must use them to match at all. */
function wordsOf(rules: readonly Rule[]): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, Set<string>>();
  const seen = new Set<Expression>();
  const pending: Expression[] = rules.map(({ expression }) => expression);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.kind === 'and' || next.kind === 'or') pending.push(...next.children);
    else if (next.kind === 'not') pending.push(next.child);
    else if (next.kind === 'macro' && next.body !== null) pending.push(next.body);
    else if (next.kind === 'comparison' && next.left.kind === 'field') {
      const { right, left } = next;
      const texts = right.kind === 'list' ? right.items : right.kind === 'text' ? [right.text] : [];
      const known = words.get(left.name) ?? new Set();
      for (const text of texts) known.add(text);
      words.set(left.name, known);
    }
  }
  return new Map([...words].map(([name, set]) => [name, [...set].toSorted()]));
}

interface Arbitraries {
  readonly process: fc.Arbitrary<ProcessFacts>;
  readonly event: (processes: readonly (ProcessFacts | null)[]) => fc.Arbitrary<RuntimeEvent>;
}

function arbitrariesOf(rules: readonly Rule[]): Arbitraries {
  const words = wordsOf(rules);
  const word = (...fields: readonly string[]): fc.Arbitrary<string> =>
    fc.constantFrom('x', '', ...fields.flatMap((field) => words.get(field) ?? []));
  const perhaps = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { freq: 6 });
  const name = word('proc.name', 'proc.pname', 'proc.aname');
  const path = fc.oneof(
    word('fd.name', 'fd.directory', 'proc.exepath', 'evt.arg.path', 'evt.arg.name'),
    fc
      .tuple(word('fd.name', 'fd.directory'), word('fd.filename', 'fd.name'))
      .map(([a, b]) => `${a}/${b}`),
  );
  const container: fc.Arbitrary<ContainerFacts> = fc.record({
    id: fc.constantFrom('3ad7b26ded6d', 'host'),
    fullId: fc.constant(null),
    name: perhaps(fc.constant('web')),
    engine: fc.constant('docker'),
    image: fc.constant(null),
    imageRepository: perhaps(word('container.image.repository')),
    imageTag: fc.constant(null),
    imageDigest: fc.constant(null),
    imageId: fc.constant(null),
    privileged: perhaps(fc.boolean()),
    mounts: fc.constant([]),
    startedAtNs: perhaps(fc.constant(5n)),
    pod: fc.constant(null),
    namespace: perhaps(word('k8s.ns.name')),
  });
  const identity = fc.record({
    id: perhaps(fc.constantFrom(0, 1000, -1)),
    name: perhaps(word('user.name')),
  });
  const withoutParent = fc.record({
    pid: fc.integer({ min: 1, max: 9 }),
    tid: fc.integer({ min: 1, max: 9 }),
    parentPid: perhaps(fc.constant(1)),
    namespacePid: perhaps(fc.constantFrom(1, 2)),
    name: perhaps(name),
    executable: perhaps(fc.oneof(name, path)),
    executablePath: perhaps(path),
    arguments: perhaps(fc.array(word('proc.args', 'proc.cmdline'), { maxLength: 4 })),
    workingDirectory: perhaps(path),
    environment: perhaps(fc.array(word('proc.env'), { maxLength: 2 })),
    terminal: perhaps(fc.constantFrom(0, 34_816)),
    sessionId: fc.constant(1),
    sessionName: perhaps(name),
    isGroupLeader: perhaps(fc.boolean()),
    user: identity,
    group: identity,
    loginUser: identity,
    capabilitiesEffective: perhaps(fc.array(word('thread.cap_effective'), { maxLength: 2 })),
    capabilitiesPermitted: perhaps(fc.array(word('thread.cap_permitted'), { maxLength: 2 })),
    startedAtNs: perhaps(fc.constantFrom(1n, 9_000_000_000n)),
    isUpperLayer: perhaps(fc.boolean()),
    isFromMemory: perhaps(fc.boolean()),
    executableInode: fc.constant(null),
    container: fc.option(container, { freq: 3 }),
  });
  const chained: fc.Arbitrary<ProcessFacts> = fc
    .array(withoutParent, { minLength: 1, maxLength: 4 })
    .map((chain) =>
      chain.reduceRight<ProcessFacts | null>((parent, one) => ({ ...one, parent }), null),
    )
    .filter((one) => one !== null);
  const end = fc.record({
    address: fc.constantFrom('10.0.0.1', '127.0.0.1', '169.254.169.254', '93.184.216.34', '::1'),
    port: perhaps(fc.constantFrom(22, 53, 80, 3333, 443)),
    hostName: perhaps(word('fd.sip.name')),
  });
  const descriptor = fc.record({
    number: perhaps(fc.constantFrom(-1, 0, 1, 2, 5)),
    kind: fc.constantFrom('file', 'directory', 'ipv4', 'unix', 'pipe' as const),
    name: perhaps(path),
    rawName: perhaps(path.map((one) => `..${one}/../..`)),
    nameChanged: perhaps(fc.boolean()),
    connected: perhaps(fc.boolean()),
    protocol: perhaps(fc.constantFrom('tcp', 'udp' as const)),
    local: perhaps(end),
    remote: perhaps(end),
    isServer: perhaps(fc.boolean()),
  });
  const types = [
    ...new Set(rules.flatMap(({ eventTypes }) => [...eventTypes.types])),
    'close',
  ].toSorted();
  const parameters = [...words.keys()]
    .filter((one) => one.startsWith('evt.arg.'))
    .map((one) => one.slice('evt.arg.'.length));
  return {
    process: chained,
    event: (processes) =>
      fc.record({
        number: fc.nat({ max: 2 }),
        type: fc.constantFrom(...types),
        timeNs: fc.constantFrom(5n, 10_000_000_000n),
        cpu: fc.constant(0),
        result: perhaps(fc.constantFrom(-2, -13, 0, 5)),
        arguments: fc
          .array(
            fc
              .constantFrom('none', ...parameters)
              .chain((parameter) =>
                fc.tuple(fc.constant(parameter), fc.oneof(word(`evt.arg.${parameter}`), path)),
              ),
            { maxLength: 5 },
          )
          .map((entries) => new Map<string, string>(entries)),
        buffer: perhaps(word('evt.buffer').map((text) => Buffer.from(`a${text}b`))),
        openedForReading: perhaps(fc.boolean()),
        openedForWriting: perhaps(fc.boolean()),
        createdExecutable: perhaps(fc.boolean()),
        process: fc.constantFrom(...processes),
        descriptor: fc.option(descriptor, { freq: 8 }),
      }),
  };
}

/** Few processes and many events, so that each way of the engine is taken: new, known, last. */
function agree(rules: readonly Rule[], numRuns: number): number {
  const { process, event } = arbitrariesOf(rules);
  const scene = fc
    .array(process, { minLength: 1, maxLength: 3 })
    .chain((processes) => fc.array(event([...processes, null]), { minLength: 8, maxLength: 40 }));
  let matched = 0;
  const engine = new RuleEngine(rules, syscallFields, { matching: 'all' });
  const first = new RuleEngine(rules, syscallFields);
  fc.assert(
    fc.property(scene, (events) => {
      for (const one of [...events, ...events]) {
        const expected = plainMatches(rules, one);
        matched += expected.length;
        expect(engine.match(one).map(({ name }) => name)).toEqual(expected);
        expect(first.match(one).map(({ name }) => name)).toEqual(expected.slice(0, 1));
      }
    }),
    { seed: 7, numRuns },
  );
  return matched;
}

const ours = `
- macro: reads
  condition: (evt.type in (open, openat) and evt.is_open_read = true and fd.typechar = f)
- macro: quiet
  condition: (proc.name in (a, b) or proc.pname startswith c or not container.id = host)
- rule: A
  desc: d
  condition: reads and not quiet and (fd.name startswith /a or fd.name = /b or fd.name in (/c, /cd) or fd.name startswith /ab)
  output: o
  priority: INFO
- rule: B
  desc: d
  condition: evt.type = open and (quiet or reads) and not (fd.name pmatch (/a, /b/c) and fd.num > 0)
  output: o
  priority: INFO
- rule: C
  desc: d
  condition: evt.type != close and (proc.duration > 3 or proc.aname in (a, c)) and fd.directory in (/a, /c) and not proc.args intersects (b)
  output: o
  priority: INFO
- rule: D
  desc: d
  condition: evt.type in (open, connect) and fd.name glob /a*/b* and (not fd.filename exists or fd.port in (22, 53))
  output: o
  priority: INFO
- rule: E
  desc: d
  condition: evt.type = connect and not reads
  output: o
  priority: INFO
`;

describe('the engine answers as its conditions say', () => {
  test('for rules with all kinds of parts', () => {
    const { rules, errors } = loadSyscallRules([{ name: 'r.yaml', text: ours }]);
    expect(errors).toEqual([]);
    expect(agree(rules, 100)).toBeGreaterThan(100);
  });

  const folder = sharedData('falco-rules');
  test.skipIf(folder === null)(`for the official rules: ${noSharedData}`, () => {
    const files: readonly RulesFile[] = readdirSync(folder ?? '.')
      .filter((name) => name.endsWith('.yaml'))
      .toSorted()
      .map((name) => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') }));
    const { rules } = loadSyscallRules(files);
    expect(agree(rules, 80)).toBeGreaterThan(100);
  });

  test('for our own rules', () => {
    const { rules } = loadSyscallRules(builtinRules());
    expect(agree(rules, 100)).toBeGreaterThan(100);
  });

  test('what is said to read only the process reads nothing else', () => {
    const { rules } = loadSyscallRules([{ name: 'r.yaml', text: ours }]);
    const { process, event } = arbitrariesOf(rules);
    const names = ['proc.name', 'proc.args', 'proc.aname', 'container.id', 'user.uid', 'proc.env'];
    for (const name of names) expect(syscallFields.find(name)?.scope, name).toBe('subject');
    for (const name of ['proc.duration', 'container.duration', 'fd.name', 'evt.type']) {
      expect(syscallFields.find(name)?.scope, name).toBe('event');
    }
    fc.assert(
      fc.property(
        process.chain((one) => fc.tuple(event([one]), event([one]))),
        ([a, b]) => {
          for (const name of subjectFields) {
            const reader = syscallFields.find(name)?.reader(null);
            expect(reader?.(a), name).toEqual(reader?.(b));
          }
        },
      ),
      { seed: 3, numRuns: 50 },
    );
  });
});

const subjectFields = fieldNames().filter((name) => {
  const found = syscallFields.find(name);
  return found?.scope === 'subject' && found.argument !== 'required';
});
