// Runs something under the real sensor and gives every record of that time.
import {
  decodeRecord,
  openSensor,
  type ProcessKey,
  type RawCall,
  type RawExec,
  type RawLoss,
  type RawRecord,
  type SensorOptions,
  sensorSupport,
  type TypeCounter,
} from '../src/host/sensor/index.ts';

const missing = sensorSupport().items.find(({ problem }) => problem !== null)?.problem ?? null;

/** False only where a part is missing and nobody demands it; in CI a missing part fails. */
export const hasSensor = missing === null || process.env['SEAWORTHY_CI'] === '1';
/** For titles of tests that are skipped. */
export const sensorReason = missing === null ? '' : ` (${missing})`;

/** The interpreter itself: what stands first in PATH may be a script that opens files of its own. */
export const python = '/usr/bin/python3';

export interface Watched {
  /** Of the test's own processes: a machine does other things too. */
  readonly own: readonly RawRecord[];
  readonly records: readonly RawRecord[];
  readonly losses: readonly RawLoss[];
  readonly counters: ReadonlyMap<string, TypeCounter>;
}

/** Everything told while `act` ran: each read, of the host too, unless `options` say otherwise. */
export async function watched(
  act: () => unknown,
  options: Partial<SensorOptions> = {},
): Promise<Watched> {
  const records: RawRecord[] = [];
  const losses: RawLoss[] = [];
  const sensor = await openSensor({
    options: { openWindowMs: 0, failedOpenWindowMs: 0, tellExisting: false, ...options },
    handlers: {
      onBatch: (cursor) => {
        while (cursor.next()) {
          const record = decodeRecord(cursor.record, cursor.clockOffsetNs);
          if (record !== null) records.push(record);
        }
      },
      onLosses: (told) => losses.push(...told),
    },
  });
  let counters: readonly TypeCounter[] = [];
  try {
    await act();
    counters = await sensor.counters();
  } finally {
    await sensor.stop();
  }
  return {
    own: ofChildren(records),
    records,
    losses,
    counters: new Map(counters.map((one) => [one.name, one])),
  };
}

/**
 * Records of processes that this one has made, and those made by them. By number and start: numbers
 * are used again within one run of all tests, and the next owner is somebody else.
 */
function ofChildren(records: readonly RawRecord[]): RawRecord[] {
  const keys = new Set<string>();
  for (const one of records) {
    if (one.kind !== 'fork') continue;
    const isOwn = one.parent.pid === process.pid || keys.has(keyOf(one.parent));
    if (isOwn) keys.add(keyOf(one));
  }
  return records.filter((one) => one.pid !== process.pid && keys.has(keyOf(one)));
}

function keyOf({ pid, startTicks }: ProcessKey): string {
  return `${pid}/${startTicks}`;
}

export function execs(records: readonly RawRecord[]): RawExec[] {
  return records.filter((one) => one.kind === 'exec');
}

export function callsOf(records: readonly RawRecord[], ...names: string[]): RawCall[] {
  return records.filter((one) => one.kind === 'call').filter((one) => names.includes(one.name));
}
