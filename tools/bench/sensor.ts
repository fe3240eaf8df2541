// Figures of the kernel sensor: start-up, storms of opens and of starts, rest. CPU times are user and
// system together, of this process (which reads) or of the storm (which pays for the kernel's part).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  callType,
  openSensor,
  recordType,
  type Sensor,
  type SensorOptions,
  sensorSupport,
} from '../../src/host/sensor/index.ts';
import type { Case, Context } from './context.ts';
import { figure, median, type Row, spread } from './figure.ts';

const opens = 1_000_000;
const starts = 20_000;
const restMs = 10_000;

interface Counting {
  readonly sensor: Sensor;
  readonly ask: () => Promise<{ readonly records: number; readonly counts: readonly number[] }>;
}

async function openCounting(options: Partial<SensorOptions>): Promise<Counting> {
  let answer: ((value: never) => void) | undefined;
  const sensor = await openSensor({
    options,
    consumer: { entry: new URL('./sensor-count.worker.ts', import.meta.url), options: null },
    handlers: { onMessage: (message) => answer?.(message as never) },
  });
  const ask = (): Promise<never> =>
    new Promise((resolve) => {
      answer = resolve;
      sensor.post(null);
    });
  return { sensor, ask };
}

/** Runs Python and gives its own CPU seconds, its children's included. */
async function python(source: string): Promise<number> {
  const tail = '\nimport os\nt = os.times()\nprint(t[0] + t[1] + t[2] + t[3])';
  const child = spawn('/usr/bin/python3', ['-c', source + tail], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the storm ended with ${code}`);
  return Number(text);
}

const openStorm = `import os
o, c = os.open, os.close
for _ in range(${opens}): c(o("/usr/bin/env", 0))`;

const startStorm = `import os
for i in range(${starts}):
    os.posix_spawn("/usr/bin/true", ["true"], {})
    if i % 32 == 31:
        for _ in range(32): os.wait()
while True:
    try: os.wait()
    except ChildProcessError: break`;

function cpuMicroseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

async function startUp(context: Context): Promise<Row[]> {
  const times: number[] = [];
  for (let round = 0; round < context.rounds; round++) {
    const began = performance.now();
    const { sensor } = await openCounting({});
    times.push(performance.now() - began);
    await sensor.stop();
  }
  return [
    figure({
      name: 'sensor, start to watching',
      value: median(times),
      unit: 'ms',
      target: 400,
      note: spread(times),
    }),
  ];
}

async function stormOfOpens(context: Context): Promise<Row[]> {
  context.say(`sensor: ${opens} opens`);
  const bareSeconds = await python(openStorm);
  const type = callType('openat') ?? 0;
  const { sensor, ask } = await openCounting({ openWindowMs: 0, tellExisting: false });
  const before = await ask();
  const cpu = process.cpuUsage();
  const began = performance.now();
  const watchedSeconds = await python(openStorm);
  const wallMs = performance.now() - began;
  await pause(50);
  const readMicroseconds = cpuMicroseconds(cpu);
  const after = await ask();
  const counters = await sensor.counters();
  await sensor.stop();
  const delivered = (after.counts[type] ?? 0) - (before.counts[type] ?? 0);
  const records = after.records - before.records;
  const lost = counters.reduce((sum, one) => sum + one.lost, 0);
  const kernelMicroseconds = ((watchedSeconds - bareSeconds) * 1e6) / opens;
  return [
    figure({
      name: 'sensor, opens lost',
      value: lost + Math.max(0, opens - delivered),
      unit: '',
      target: 0,
      note: `${delivered} told in ${(wallMs / 1000).toFixed(2)} s`,
    }),
    figure({
      name: 'sensor, CPU to read a record',
      value: readMicroseconds / records,
      unit: 'us',
      target: 1.5,
      note: `${records} records, type looked at`,
    }),
    figure({
      name: 'sensor, CPU in the kernel for an open and its close',
      value: kernelMicroseconds,
      unit: 'us',
      note: `the storm itself: ${bareSeconds.toFixed(2)} s bare, ${watchedSeconds.toFixed(2)} s watched`,
    }),
  ];
}

async function stormOfStarts(context: Context): Promise<Row[]> {
  context.say(`sensor: ${starts} starts`);
  const { sensor, ask } = await openCounting({ tellExisting: false });
  const before = await ask();
  const cpu = process.cpuUsage();
  await python(startStorm);
  await pause(50);
  const microseconds = cpuMicroseconds(cpu);
  const after = await ask();
  const counters = await sensor.counters();
  await sensor.stop();
  const told = (type: number) => (after.counts[type] ?? 0) - (before.counts[type] ?? 0);
  const counter = counters.find(({ name }) => name === 'exec');
  const missing = Math.max(0, starts - told(recordType.exec)) + (counter?.lost ?? 0);
  return [
    figure({
      name: 'sensor, starts lost',
      value: missing,
      unit: '',
      target: 0,
      note:
        `${told(recordType.exec)} execs, ${told(recordType.fork)} forks, ` +
        `${told(recordType.exit)} exits told; the kernel counted ${counter?.seen} execs`,
    }),
    figure({
      name: 'sensor, CPU to read all of a start',
      value: microseconds / starts,
      unit: 'us',
      note: `${Math.round((after.records - before.records) / starts)} records each`,
    }),
  ];
}

async function rest(context: Context): Promise<Row[]> {
  context.say('sensor: rest');
  const { sensor, ask } = await openCounting({});
  await pause(1000);
  const before = await ask();
  const cpu = process.cpuUsage();
  await pause(restMs);
  const microseconds = cpuMicroseconds(cpu);
  const after = await ask();
  await sensor.stop();
  return [
    figure({
      name: 'sensor, share of a core at rest',
      value: (microseconds / (restMs * 1000)) * 100,
      unit: '%',
      target: 1,
      note: `${after.records - before.records} records of the machine's own in ${restMs / 1000} s`,
    }),
  ];
}

export const sensor: Case = {
  name: 'sensor',
  async measure(context) {
    const { isSupported, items } = sensorSupport();
    if (!isSupported) {
      const reason = items.find(({ problem }) => problem !== null)?.problem ?? 'not supported';
      return [{ name: 'sensor', skipped: reason }];
    }
    const rows: Row[] = [];
    for (const part of [startUp, stormOfOpens, stormOfStarts, rest]) {
      rows.push(...(await part(context)));
    }
    return rows;
  },
};
