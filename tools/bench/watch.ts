// Figures of `watch` with everything joined: storms, containers by the hundred, rest, latency.
// node tools/bench/watch.ts [containers]; needs root, the sensor and a Docker engine.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startWatch, type TellingDetection } from '../../src/flow/watch.ts';
import { builtinRules } from '../../src/host/rules/index.ts';
import { openRecord } from '../../src/store/record/index.ts';
import { openNamingLab } from '../../test/naming-lab.ts';

const run = promisify(execFile);
const opens = Number(process.env['BENCH_OPENS'] ?? 1_000_000);
const starts = Number(process.env['BENCH_STARTS'] ?? 20_000);
const probes = 200;
const restMs = 10_000;
const containers = Number(process.argv[2] ?? 200);

const probe = join(tmpdir(), 'seaworthy-bench-probe');
const probeRule = `
- rule: Bench probe
  desc: the file of the bench is written
  condition: evt.type in (open, openat) and evt.is_open_write = true and fd.name = ${probe}
  output: probe %fd.name
  priority: NOTICE
`;
const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
const sightings: (TellingDetection & { readonly printedMs: number })[] = [];
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-watch-bench-'));
let lost = 0;

function say(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(52)} ${value}\n`);
}

/** Runs Python and waits for its end; its CPU seconds. */
async function python(source: string): Promise<number> {
  const tail = '\nimport os\nt = os.times()\nprint(t[0] + t[1] + t[2] + t[3])';
  const child = spawn('/usr/bin/python3', ['-c', source + tail], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
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

const began = performance.now();
const watch = await startWatch({
  folder,
  node: hostname(),
  clock: { wallNs: nowNs, monotonicNs: () => process.hrtime.bigint() },
  rules: [
    ...builtinRules(),
    { name: 'probe', text: probeRule },
    ...process.argv.slice(3).map((name) => ({ name, text: readFileSync(name, 'utf8') })),
  ],
  users: new Map([[0, 'root']]),
  groups: new Map(),
  listener: {
    container: () => undefined,
    detection: (sighted) =>
      sightings.push({ ...sighted, printedMs: performance.timeOrigin + performance.now() }),
    record: () => undefined,
    lost: (loss) => (lost += loss.count ?? 1),
    warn: (line) => process.stderr.write(`${line}\n`),
  },
});
say(
  'load average',
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' '),
);
for (const sentence of watch.coverage.missing) say('missing', sentence);
say('start to watching (sources loaded)', `${(performance.now() - began).toFixed(0)} ms`);

async function figures(): Promise<{
  events: number;
  records: number;
  quiet: number;
  cpuMs: number;
}> {
  const told = await watch.figures();
  if (told === null) throw new Error('no sensor');
  return told;
}

async function storm(name: string, source: string, count: number): Promise<void> {
  await pause(500);
  const before = await figures();
  const lostBefore = lost;
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const seconds = await python(source);
  await pause(700);
  const after = await figures();
  const { user, system } = process.cpuUsage(cpu);
  const records = after.records - before.records;
  say(
    name,
    `${records} records (${after.quiet - before.quiet} quiet) in ${((performance.now() - beganMs) / 1000).toFixed(1)} s, ` +
      `lost ${lost - lostBefore}; thread ${(((after.cpuMs - before.cpuMs) * 1000) / count).toFixed(2)} us, ` +
      `process ${((user + system) / count).toFixed(2)} us, storm itself ${((seconds * 1e6) / count).toFixed(2)} us each`,
  );
}

const lab = openNamingLab('watch-bench');
try {
  await pause(2000);
  await storm('1,000,000 opens of one program file', openStorm('/usr/bin/env'), opens);
  await storm('1,000,000 opens below /etc (each is told)', openStorm('/etc/hostname'), opens);
  await storm('20,000 starts', startStorm, starts);

  const atRest = await figures();
  const cpu = process.cpuUsage();
  await pause(restMs);
  const { user, system } = process.cpuUsage(cpu);
  const told = (await figures()).records - atRest.records;
  say(
    'rest, share of a core',
    `${((user + system) / 10 / restMs).toFixed(2)} % at ${(told * 1000) / restMs} records a second`,
  );
  say('resident', `${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);

  const seen = sightings.length;
  for (let index = 0; index < probes; index += 1) {
    await run('/bin/cp', ['/dev/null', probe]);
    await pause(5);
  }
  await pause(500);
  const delays = sightings
    .slice(seen)
    .filter(({ facts }) => facts.rule === 'Bench probe')
    .map(({ timeNs, printedMs }) => printedMs - Number(timeNs / 1000n) / 1000)
    .toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (delays[Math.floor(delays.length * share)] ?? NaN).toFixed(1);
  say(
    'call to detection at its printer',
    `${delays.length}: median ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );

  const beganMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const waiting = Array.from({ length: containers }, (_, index) => index);
  const starting = async (): Promise<void> => {
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const name = `${lab.prefix}-${index}`;
      await lab.docker(
        'run',
        '--rm',
        '--name',
        name,
        '--network',
        'none',
        lab.reference,
        '/bin/true',
      );
    }
  };
  await Promise.all([starting(), starting(), starting()]);
  await pause(2000);
  const used = process.cpuUsage(cpuBefore);
  const record = openRecord(folder);
  const runs = record
    .runs({ limit: containers * 2 })
    .filter(({ run: { identity } }) => identity.name?.startsWith(lab.prefix) === true);
  const named = runs.filter(({ run: { naming } }) => naming === 'before-start').length;
  const ended = runs.filter((one) => one.run.exitCode === 0).length;
  const lives = runs
    .map(({ run: one }) => Number((one.endedAtNs ?? 0n) - (one.startedAtNs ?? 0n)) / 1e6)
    .toSorted((a, b) => a - b);
  record.close();
  say(
    `${containers} containers in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`,
    `${runs.length} recorded, ${named} named before start, ${ended} with exit code, lost ${lost}; ` +
      `median life ${lives[Math.floor(lives.length / 2)]?.toFixed(1)} ms; ` +
      `${((used.user + used.system) / 1000 / containers).toFixed(1)} ms of CPU each`,
  );
} finally {
  lab.close();
  await watch.stop();
  rmSync(probe, { force: true });
  rmSync(folder, { recursive: true, force: true });
}
