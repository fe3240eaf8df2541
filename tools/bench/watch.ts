// Figures of `watch` with everything joined, as a user runs it: start, rest, storms with the official
// rules, latency, a full machine, containers by the hundred. As a case of `npm run bench`, or alone:
// node tools/bench/watch.ts [containers]. Needs root and the sensor; a Docker engine for containers.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sensorSupport } from '../../src/host/sensor/index.ts';
import { namingLabMissing } from '../../test/naming-lab.ts';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import type { Case } from './context.ts';
import { figure, median, type Row, spread } from './figure.ts';
import { delayOf, measureNaming } from './naming.ts';
import { shortContainers } from './watch-containers.ts';
import { startWatchProcess, type WatchProcess } from './watch-process.ts';

const run = promisify(execFile);
const opens = 1_000_000;
const starts = 20_000;
const probes = 200;
const settleMs = 3000;
const restMs = 10_000;
/** What a start leaves is collected some seconds later. */
const startedMs = 10_000;
/** The same of a storm: at most twice a minute. */
const givenBackMs = 35_000;
const crowd = 10_000;
const probeRuleName = 'Bench probe';

interface Bench {
  /** Scratch and data folder. */
  readonly folder: string;
  readonly rounds: number;
  readonly containers: number;
  readonly say: (line: string) => void;
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

const openStorm = (path: string): string => `import os
o, c = os.open, os.close
for _ in range(${opens}): c(o("${path}", 0))`;

const startStorm = `import os
for i in range(${starts}):
    os.posix_spawn("/usr/bin/true", ["true"], {})
    if i % 32 == 31:
        for _ in range(32): os.wait()
while True:
    try: os.wait()
    except ChildProcessError: break`;

async function startUp({ folder, rounds }: Bench): Promise<Row[]> {
  const times: number[] = [];
  const cpu: number[] = [];
  // The first start fills the cache of compiled code.
  for (let round = -1; round < rounds; round++) {
    const watch = await startWatchProcess(['--data', folder]);
    await watch.stop();
    if (round < 0) continue;
    times.push(watch.startMs);
    cpu.push(watch.startCpuMs);
  }
  const note = `${spread(times)}; CPU of all processes ${median(cpu).toFixed(0)} ms`;
  return [
    figure({
      name: 'watch, start to watching',
      value: median(times),
      unit: 'ms',
      target: 400,
      note,
    }),
  ];
}

const namingRounds = 20;

async function naming({ say }: Bench): Promise<Row[]> {
  const name = 'watch, a container starts later, median';
  if (namingLabMissing !== '') return [{ name, skipped: `needs ${namingLabMissing}` }];
  say(`watch: ${namingRounds} containers with and without their names`);
  const cost = await measureNaming(namingRounds);
  const held = median(cost.sums).toFixed(2);
  const note =
    `${namingRounds} containers with, ${namingRounds} without, by the kernel's trace; ` +
    `held ${held} ms by our clock`;
  return [figure({ name, value: delayOf(cost), unit: 'ms', target: 2, note })];
}

async function rest(watch: WatchProcess): Promise<Row[]> {
  await pause(startedMs);
  const before = watch.cpuMs();
  const sensor = watch.cpuMs('sensor');
  await pause(restMs);
  const share = (ms: number): number => (ms / restMs) * 100;
  const thread = share(watch.cpuMs('sensor') - sensor).toFixed(2);
  const value = share(watch.cpuMs() - before);
  const note = `of these the sensor's thread ${thread} %; the machine's other work is in it`;
  return [
    figure({ name: 'watch, share of a core at rest', value, unit: '%', target: 1, note }),
    resident(watch, 'at rest'),
  ];
}

function resident(watch: WatchProcess, when: string): Row {
  const [own, naming] = watch.residentMB();
  const share = watch.shareMB().toFixed(0);
  const note = `the naming process ${naming.toFixed(0)} MB more; both together ${share} MB (PSS)`;
  return figure({ name: `watch, resident ${when}`, value: own, unit: 'MB', target: 120, note });
}

async function storm(
  watch: WatchProcess,
  { name, source, count, target }: { name: string; source: string; count: number; target?: number },
): Promise<Row[]> {
  const lost = watch.lost();
  const before = watch.cpuMs();
  const sensor = watch.cpuMs('sensor');
  const began = performance.now();
  const seconds = await python(source);
  const wall = (performance.now() - began) / 1000;
  await pause(settleMs / 2);
  const all = ((watch.cpuMs() - before) * 1000) / count;
  const thread = ((watch.cpuMs('sensor') - sensor) * 1000) / count;
  const note =
    `${count} in ${wall.toFixed(1)} s; whole program ${all.toFixed(2)} us, ` +
    `storm itself ${((seconds * 1e6) / count).toFixed(2)} us each`;
  return [
    figure({ name: `watch, ${name}: lost`, value: watch.lost() - lost, unit: '', target: 0 }),
    figure({
      name: `watch, ${name}: CPU of the sensor's thread for each`,
      value: thread,
      unit: 'us',
      note,
      ...(target === undefined ? {} : { target }),
    }),
  ];
}

async function latency(watch: WatchProcess, probe: string): Promise<Row[]> {
  const from = watch.lines.length;
  // Who reads the detections starts no programs meanwhile: that would keep it from reading.
  const script = `i=0; while [ $i -lt ${probes} ]; do cp /dev/null "$1"; sleep 0.01; i=$((i + 1)); done`;
  await run('/bin/sh', ['-c', script, 'probes', probe]);
  await pause(settleMs / 2);
  const delays = watch.lines
    .slice(from)
    .filter(({ line }) => line.rule === probeRuleName)
    .map(({ readMs, line }) => readMs - milliseconds(line.time ?? ''))
    .toSorted((a, b) => a - b);
  const value = delays[Math.floor(delays.length * 0.99)] ?? Number.NaN;
  const note = `median ${median(delays).toFixed(1)} ms of ${delays.length}; read by another process`;
  return [
    figure({
      name: 'watch, from the call to its printed detection, p99',
      value,
      unit: 'ms',
      target: 30,
      note,
    }),
    figure({
      name: 'watch, detections not printed',
      value: probes - delays.length,
      unit: '',
      target: 0,
    }),
  ];
}

/** RFC 3339 with nanoseconds, as milliseconds since 1970 with fractions. */
function milliseconds(time: string): number {
  const [whole = '', fraction = '0'] = time.replace('Z', '').split('.');
  return Date.parse(`${whole}Z`) + Number(`0.${fraction}`) * 1000;
}

/** Starts among ten thousand processes, and sees one more. */
async function fullMachine({ folder, say }: Bench): Promise<Row[]> {
  say(`watch: ${crowd} processes alive`);
  const source = `import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
children = []
for _ in range(${crowd}):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pause()
    children.append(pid)
print("alive", flush=True)
try: signal.pause()
finally:
    for pid in children: os.kill(pid, 9)`;
  const child = spawn('/usr/bin/python3', ['-c', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null)
      return [{ name: 'watch, full machine', skipped: 'no room for it' }];
    const alive = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
    const watch = await startWatchProcess(['--data', folder]);
    try {
      // What lives already is read in turns, beside the rings.
      let cpuMs = watch.cpuMs();
      for (let second = 0, last = 0; second < 60 && cpuMs - last > 100; second++) {
        await pause(1000);
        last = cpuMs;
        cpuMs = watch.cpuMs();
      }
      const note = `${alive} processes; ${(cpuMs - watch.startCpuMs).toFixed(0)} ms of CPU to know them`;
      return [
        figure({ name: 'watch, start on a full machine', value: watch.startMs, unit: 'ms', note }),
        figure({ name: 'watch, lost on a full machine', value: watch.lost(), unit: '', target: 0 }),
        resident(watch, 'on a full machine'),
      ];
    } finally {
      await watch.stop();
    }
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
}

async function official(bench: Bench): Promise<Row[]> {
  const rules = sharedData('falco-rules');
  if (rules === null) return [{ name: 'watch, official rules', skipped: noSharedData }];
  bench.say(`watch: ${opens} opens with the official rules`);
  const watch = await startWatchProcess(['--data', bench.folder, '--rules', rules]);
  try {
    await pause(settleMs);
    return [
      ...(await storm(watch, {
        name: 'opens told each, official rules',
        source: openStorm('/etc/hostname'),
        count: opens,
        target: 1.5,
      })),
      ...(await storm(watch, {
        name: 'opens of one program, official rules',
        source: openStorm('/usr/bin/env'),
        count: opens,
        target: 1.5,
      })),
    ];
  } finally {
    await watch.stop();
  }
}

async function ownRules(bench: Bench): Promise<Row[]> {
  const probe = join(bench.folder, 'probe');
  const rules = join(bench.folder, 'probe.yaml');
  writeFileSync(
    rules,
    `- rule: ${probeRuleName}
  desc: the file of the bench is written
  condition: evt.type in (open, openat) and evt.is_open_write = true and fd.name = ${probe}
  output: probe %fd.name
  priority: NOTICE
`,
  );
  const own = new URL('../../rules', import.meta.url).pathname;
  const watch = await startWatchProcess(['--data', bench.folder, '--rules', own, '--rules', rules]);
  try {
    bench.say('watch: rest');
    const rows = [...(await rest(watch))];
    bench.say('watch: latency');
    rows.push(...(await latency(watch, probe)));
    bench.say(`watch: ${starts} starts`);
    rows.push(...(await storm(watch, { name: 'starts', source: startStorm, count: starts })));
    if (namingLabMissing !== '') {
      rows.push({ name: 'watch, short containers', skipped: `needs ${namingLabMissing}` });
    } else {
      bench.say(`watch: ${bench.containers} containers`);
      rows.push(...(await shortContainers(watch, { data: bench.folder, count: bench.containers })));
    }
    await pause(givenBackMs);
    rows.push(resident(watch, 'after storms'));
    return rows;
  } finally {
    await watch.stop();
  }
}

async function measure(options: Omit<Bench, 'folder'>): Promise<readonly Row[]> {
  const { isSupported, items } = sensorSupport();
  if (!isSupported) {
    const reason = items.find(({ problem }) => problem !== null)?.problem ?? 'not supported';
    return [{ name: 'watch', skipped: reason }];
  }
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-watch-bench-'));
  const bench: Bench = { ...options, folder };
  try {
    const rows: Row[] = [];
    for (const part of [startUp, ownRules, naming, official, fullMachine])
      rows.push(...(await part(bench)));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const watch: Case = {
  name: 'watch',
  measure: ({ rounds, say }) => measure({ rounds, say, containers: 1000 }),
};

function tell(line: string): void {
  console.error(`${line} (load ${loadavg()[0]?.toFixed(1)})`);
}

if (import.meta.main) {
  const containers = Number(process.argv[2] ?? 200);
  for (const row of await measure({ rounds: 3, say: tell, containers })) {
    console.log(JSON.stringify(row));
  }
}
