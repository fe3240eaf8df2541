// Hearing of containers with the sensor: what `watch` sees and records, told to `up`.
import { messageOf } from '../base/error.ts';
import { sensorSupport } from '../host/sensor/index.ts';
import type { Coverage, RuntimeListener, RuntimeSource } from './runtime-source.ts';
import { startWatch, type Watch, type WatchOptions } from './watch.ts';

export interface WatchSourceOptions extends Omit<WatchOptions, 'listener'> {
  readonly warn: (line: string) => void;
  /** Takes over where the sensor cannot be had. */
  readonly fallback: RuntimeSource;
}

/** A source that has not begun. */
export function createWatchSource(options: WatchSourceOptions): RuntimeSource {
  const { fallback } = options;
  let watch: Watch | null = null;
  let why = '';
  return {
    async start(listener) {
      const problem = sensorSupport().items.find((item) => item.problem !== null)?.problem ?? null;
      if (!sensorSupport().isSupported) {
        why = problem ?? 'this kernel or this user does not allow it';
        return fallback.start(listener);
      }
      try {
        watch = await startWatch({ ...options, listener: listenerOf(listener, options.warn) });
      } catch (error) {
        why = messageOf(error);
        options.warn(`the sensor is not used: ${why}`);
        await fallback.start(listener);
      }
    },
    grade: (imageId, letter) => (watch === null ? fallback.grade(imageId, letter) : undefined),
    coverage() {
      if (watch !== null) return coverageOf(watch);
      const rows = fallback.coverage();
      return rows.map((row) => (row.what === 'sensor' && why !== '' ? { ...row, why } : row));
    },
    append: (record) => (watch ?? fallback).append(record),
    stop: (last) => watch?.stop(last) ?? fallback.stop(last),
  };
}

function listenerOf(listener: RuntimeListener, warn: (line: string) => void) {
  return {
    container: (update) => listener.onRun(update),
    detection: (heard, run) => listener.onDetection(heard, run),
    record: () => undefined,
    lost: ({ why, fromNs, toNs }) => listener.onRun({ kind: 'gap', reason: why, fromNs, toNs }),
    warn,
  } satisfies WatchOptions['listener'];
}

function coverageOf({ coverage }: Watch): readonly Coverage[] {
  const { sensor, naming, missing } = coverage;
  const told = missing.join('; ');
  const asRoot = 'run it as root on Linux 5.8 or newer with BTF';
  return [
    {
      what: 'sensor',
      state: sensor ? (missing.length === 0 ? 'on' : 'limited') : 'off',
      why: told === '' ? 'processes, files and connections of every container are seen' : told,
      howToSwitchOn: sensor ? null : asRoot,
    },
    {
      what: 'naming',
      state: naming ? 'on' : 'limited',
      why: naming
        ? 'every container is named before its first instruction'
        : 'containers are named after their start',
      howToSwitchOn: naming ? null : 'run it as root, or with CAP_SYS_ADMIN',
    },
    ...(coverage.record
      ? []
      : [
          {
            what: 'record',
            state: 'limited' as const,
            why: 'another process records in this data folder: what it records is shown',
            howToSwitchOn: null,
          },
        ]),
  ];
}
