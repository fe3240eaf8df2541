// What the record of one machine costs: CPU of taking records, bytes of an event, and of a container that
// lived for a moment. By hand: `node tools/bench/record.ts [events] [short containers]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RuntimeRecord } from '../../src/model/timeline.ts';
import { openRecorder, recordFile, usualRetention } from '../../src/store/record/index.ts';
import {
  exited,
  flow,
  lifecycle,
  loaded,
  sampleRun,
  started,
  startNs,
  wrote,
} from '../../test/sample-record.ts';
import type { Case } from './context.ts';
import { chanceFrom } from './exposure.ts';
import { figure, type Row } from './figure.ts';

const fullSize = { events: 300_000, short: 20_000 };
const smallSize = { events: 50_000, short: 2000 };
const containers = 50;
/** Between two events: ten thousand a second. */
const stepNs = 100_000n;
/** A short container's life, and its events. */
const shortNs = 80_000_000n;
const eventsOfShort = 8;
/** So long after the last event everything is in its final form. */
const settledNs = 3_600_000_000_000n;

interface RecordCost {
  readonly records: number;
  readonly cpuUs: number;
  readonly bytes: number;
}

/** One of what a server does all day: programs, files, libraries, connections. */
function eventOf(name: string, at: number, timeNs: bigint, chance: () => number): RuntimeRecord {
  const of = (count: number): number => Math.floor(chance() ** 2 * count);
  const pid = 100 + (at >> 3);
  switch (at % 5) {
    case 0:
      return started(name, {
        pid,
        parent: 1,
        timeNs,
        path: `/usr/bin/tool-${of(40)}`,
        words: [`tool-${of(40)}`, '--job', String(at)],
      });
    case 1:
      return loaded(name, `/usr/lib/x86_64-linux-gnu/lib${of(60)}.so.1`, timeNs);
    case 2:
      return wrote(name, `/var/lib/service/data/${of(500)}.tmp`, timeNs);
    case 3:
      return flow(name, 'out', `10.0.${of(4)}.${of(250)}`, { timeNs, port: 5432 });
    default:
      return exited(name, { pid, timeNs });
  }
}

/** Records into a folder of its own. @param write gives the record with the time of the clock */
function measured(
  write: (append: (record: RuntimeRecord) => void, clock: Clock) => void,
): RecordCost {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-record-'));
  const clock: Clock = { ns: startNs };
  try {
    const recorder = openRecorder({
      folder,
      clock: { wallNs: () => clock.ns, monotonicNs: () => clock.ns },
      retention: usualRetention,
      warn: (line) => console.error(line),
    });
    let records = 0;
    const before = process.cpuUsage();
    write((record) => {
      if (!recorder.append(record)) throw new Error('a record was not taken');
      records += 1;
      if (records % 100 === 0) recorder.tick();
    }, clock);
    clock.ns += settledNs;
    recorder.tick();
    recorder.close();
    const { user, system } = process.cpuUsage(before);
    return { records, cpuUs: (user + system) / records, bytes: bytesOf(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is kept: pages that are free again are there for what comes next. */
function bytesOf(folder: string): number {
  const database = new DatabaseSync(recordFile(folder), { readOnly: true });
  const pragma = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const bytes = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  database.close();
  return bytes;
}

interface Clock {
  ns: bigint;
}

/** Many events of few containers. */
function costOfEvents(events: number): RecordCost {
  const chance = chanceFrom(5);
  return measured((append, clock) => {
    for (let at = 0; at < containers; at += 1) append(lifecycle(sampleRun(`c${at}`)));
    for (let at = 0; at < events; at += 1) {
      clock.ns += stepNs;
      append(eventOf(`c${at % containers}`, Math.floor(at / containers), clock.ns, chance));
    }
  });
}

/** Many containers of a moment each. */
function costOfShort(count: number): RecordCost {
  const chance = chanceFrom(6);
  return measured((append, clock) => {
    for (let at = 0; at < count; at += 1) {
      const name = `job-${at}`;
      const startedAtNs = clock.ns;
      const image = `shop/job-${at % 40}:1`;
      append(lifecycle(sampleRun(name, { image, startedAtNs })));
      for (let event = 0; event < eventsOfShort; event += 1) {
        clock.ns += shortNs / BigInt(eventsOfShort);
        append(eventOf(name, event, clock.ns, chance));
      }
      const ended = { image, startedAtNs, endedAtNs: clock.ns, exitCode: 0 };
      append(lifecycle(sampleRun(name, ended)));
    }
  });
}

function costs({
  events,
  short,
}: typeof fullSize): readonly { name: string; value: number; unit: string }[] {
  const many = costOfEvents(events);
  const brief = costOfShort(short);
  return [
    { name: 'record, an event', value: many.bytes / events, unit: 'B' },
    { name: 'record, CPU of an event', value: many.cpuUs, unit: 'us' },
    {
      name: `record, a container of 80 ms with ${eventsOfShort} events`,
      value: brief.bytes / short,
      unit: 'B',
    },
    { name: 'record, CPU of a record of such containers', value: brief.cpuUs, unit: 'us' },
  ];
}

/** What it costs to keep what one machine does. */
export const record: Case = {
  name: 'record',
  measure({ full, say }): Promise<readonly Row[]> {
    say('recording made-up events');
    return Promise.resolve(costs(full ? fullSize : smallSize).map((one) => figure(one)));
  },
};

if (import.meta.main) {
  const [events = fullSize.events, short = fullSize.short] = process.argv.slice(2).map(Number);
  for (const { name, value, unit } of costs({ events, short })) {
    console.log(`${name}: ${value.toFixed(1)} ${unit}`);
  }
}
