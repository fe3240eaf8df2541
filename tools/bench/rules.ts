// `node tools/bench/rules.ts RULES...`: CPU time that the rule engine needs for one event, by type.
// Best and median of several rounds, in the time of this process alone (user and system), so that a
// busy machine does not change the figure much. Events are new objects, as from a sensor.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeEvent } from '../../src/model/event.ts';
import { loadSyscallRules, RuleEngine, syscallFields } from '../../src/runtime/rules/index.ts';
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
    const times = measure(engine, make);
    const [best = 0] = times;
    const median = times[Math.floor(times.length / 2)] ?? 0;
    console.log(
      `${name.padEnd(24)} ${best.toFixed(0).padStart(8)} ${median.toFixed(0).padStart(11)}`,
    );
  }
}
