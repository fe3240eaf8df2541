// The sensor's thread ends for whatever reason: its owner hears why and since when, and what it left in
// the kernel goes with the opening of the next one.
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../test/naming-lab.ts';
import { hasSensor, sensorReason } from '../../../test/sensor-watch.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import { openSensor, type Sensor, type SensorDeath } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-sensor-death-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A thread whose consumer does what it is told. */
const entry = join(folder, 'dying.ts');
const door = fileURLToPath(new URL('./index.ts', import.meta.url));
writeFileSync(
  entry,
  `import { runSensorThread } from ${JSON.stringify(door)};
await runSensorThread(() => ({
  batch() {},
  message(what) {
    if (what === 'throw') throw new Error('thrown in the thread');
    if (what === 'exit') process.exit(7);
    if (what === 'hang') for (;;);
  },
}));`,
);

/** Descriptors of BPF in this process. */
function bpfDescriptors(): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith('anon_inode:bpf');
    } catch {
      return false;
    }
  }).length;
}

/** Its minutes are seconds. */
const hasty: Pace = {
  ...realPace,
  sleep: (delayMs, signal) => realPace.sleep(delayMs / 10, signal),
};

// Needs root, libbpf and BTF; what is missing stands in the title.
describe.skipIf(!hasSensor)(`the death of the sensor's thread${sensorReason}`, () => {
  test.each([
    { what: 'throw', why: /thrown in the thread/ },
    { what: 'exit', why: /its thread ended with code 7/ },
    { what: 'hang', why: /stood still for 60 s/ },
  ])(
    '$what: it is told, and nothing of it stays',
    async ({ what, why }) => {
      const deaths: SensorDeath[] = [];
      const consumer = { entry: pathToFileURL(entry), options: null };
      const options = { tellExisting: false };
      const open = (died: SensorDeath | null): Promise<Sensor> =>
        openSensor({
          options,
          consumer,
          handlers: { onDeath: (death) => void deaths.push(death) },
          remains: died?.remains ?? null,
          ...(what === 'hang' && died === null ? { pace: hasty } : {}),
        });
      const begunMs = Date.now();
      const sensor = await open(null);
      const alive = bpfDescriptors();
      expect(alive).toBeGreaterThan(10);
      sensor.post(what);
      await until(() => deaths.length === 1);
      const [death] = deaths;
      expect(death?.error.message).toMatch(why);
      expect(death?.lastLookMs).toBeGreaterThanOrEqual(begunMs);
      expect(death?.lastLookMs).toBeLessThanOrEqual(Date.now());
      expect(bpfDescriptors()).toBe(alive);
      const next = await open(death ?? null);
      expect(bpfDescriptors()).toBe(alive);
      await next.stop();
      expect(bpfDescriptors()).toBe(0);
      expect(deaths).toHaveLength(1);
    },
    120_000,
  );
});
