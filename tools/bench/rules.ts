// `node tools/bench/rules.ts RULES...`: CPU time that the rule engine needs for one event, by type.
// Best and median of several rounds, in the time of this process alone (user and system), so that a
// busy machine does not change the figure much. Events are new objects, as from a sensor.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DescriptorFacts, RuntimeEvent } from '../../src/model/event.ts';
import { loadSyscallRules, RuleEngine, syscallFields } from '../../src/runtime/rules/index.ts';
import { RuntimeState, StateEvent } from '../../src/runtime/state/index.ts';
import { describeMachine } from './machine.ts';
import { sampleStream } from './rule-events.ts';

const rounds = 15;
const eventsPerRound = 20_000;

function rulesOf(paths: readonly string[]): { name: string; text: string }[] {
  return paths
    .flatMap((path) =>
      statSync(path).isDirectory()
        ? readdirSync(path)
            .filter((name) => /\.ya?ml$/.test(name))
            .toSorted()
            .map((name) => join(path, name))
        : [path],
    )
    .map((name) => ({ name, text: readFileSync(name, 'utf8') }));
}

/** Nanoseconds of CPU time (user and system) of `work`. */
function cpuNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

function measure(
  engine: RuleEngine<RuntimeEvent>,
  make: (index: number) => RuntimeEvent,
): readonly number[] {
  let matches = 0;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Making the event is part of the price: the sensor makes one for each.
    const spent = cpuNs(() => {
      for (let index = 0; index < eventsPerRound; index += 1) {
        matches += engine.match(make(index)).length;
      }
    });
    times.push(spent / eventsPerRound);
  }
  if (matches < 0) throw new Error('never');
  return times.toSorted((a, b) => a - b);
}

/** What it costs to keep the state: a process opens a file, and its event is made. */
function stateOpens(): readonly number[] {
  const state = new RuntimeState({ names: { user: () => 'root', group: () => 'root' } });
  const keys = Array.from({ length: 200 }, (_, index) => ({ pid: index + 1, start: 1 }));
  for (const key of keys) state.seen({ key, description: { name: 'app', userId: 0 } });
  const bytes = Buffer.from('/usr/lib/x86_64-linux-gnu/libexample.so.6');
  let seen = 0;
  const one = (index: number): void => {
    const key = keys[index % keys.length] ?? { pid: 1, start: 1 };
    const number = 3 + (index % 50);
    const name = bytes.toString('latin1');
    const descriptor = { ...plainFile, number, name, rawName: name };
    state.opened({ key, number, descriptor, closesOnExec: true });
    const event = new StateEvent({
      number: index,
      type: 'openat',
      timeNs: 1_767_387_241_123_456_789n,
      cpu: 0,
      result: number,
      process: state.process(key),
      descriptor,
      arguments: () => new Map(),
      buffer: null,
      open: { reads: true, writes: false, createsExecutable: false },
    });
    seen += event.process === null ? 0 : 1;
  };
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const spent = cpuNs(() => {
      for (let index = 0; index < eventsPerRound; index += 1) one(index);
    });
    times.push(spent / eventsPerRound);
  }
  if (seen === 0) throw new Error('no process was found');
  return times.toSorted((a, b) => a - b);
}

const plainFile: DescriptorFacts = {
  number: 3,
  kind: 'file',
  name: null,
  rawName: null,
  nameChanged: null,
  connected: null,
  protocol: null,
  local: null,
  remote: null,
  isServer: null,
};

function printRow(name: string, times: readonly number[]): void {
  const [best = 0] = times;
  const median = times[Math.floor(times.length / 2)] ?? 0;
  console.log(
    `${name.padEnd(24)} ${best.toFixed(0).padStart(8)} ${median.toFixed(0).padStart(11)}`,
  );
}

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('usage: node tools/bench/rules.ts RULES_FILE_OR_FOLDER...');
  process.exitCode = 2;
} else {
  const { rules, errors } = loadSyscallRules(rulesOf(paths));
  const engine = new RuleEngine(rules, syscallFields);
  const { processor, load } = describeMachine();
  console.log(`${rules.length} rules (${errors.length} errors), ${processor}, load ${load}`);
  console.log('type                      best ns   median ns');
  for (const { name, make } of sampleStream()) {
    printRow(name, measure(engine, make));
  }
  printRow('state alone: open', stateOpens());
}
