// Hearing of containers as `watch` does, told to `up`: by the sensor, by the kernel's process connector, or
// by engines alone. Where nothing can be heard `up` goes on without.
import { messageOf, SeaworthyError } from '../base/error.ts';
import type { Coverage, RuntimeListener, RuntimeSource } from './runtime-source.ts';
import { startWatch, type Watch, type WatchOptions } from './watch.ts';

export interface WatchSourceOptions extends Omit<WatchOptions, 'listener'> {
  readonly warn: (line: string) => void;
}

/** A source that has not begun. */
export function createWatchSource(options: WatchSourceOptions): RuntimeSource {
  let watch: Watch | null = null;
  let why = 'it has not begun';
  let { rules } = options;
  return {
    async start(listener) {
      try {
        const told = listenerOf(listener, options.warn);
        watch = await startWatch({ ...options, rules, listener: told });
      } catch (error) {
        if (!(error instanceof SeaworthyError) || error.code !== 'unsupported') throw error;
        why = messageOf(error);
      }
    },
    load(files) {
      rules = files;
      watch?.load(files);
    },
    grade: (imageId, letter) => watch?.grade(imageId, letter),
    coverage: () => (watch === null ? nothingHeard(why) : coverageOf(watch)),
    append: (record) => watch?.append(record),
    async stop(last) {
      if (watch === null) await last?.();
      else await watch.stop(last);
    },
  };
}

function listenerOf(listener: RuntimeListener, warn: (line: string) => void) {
  return {
    container: (update) => listener.onRun(update),
    detection: (heard, run) => listener.onDetection(heard, run),
    record: () => undefined,
    settled: () => listener.onSettled(),
    lost: ({ why, fromNs, toNs }) => listener.onRun({ kind: 'gap', reason: why, fromNs, toNs }),
    warn,
  } satisfies WatchOptions['listener'];
}

const asRoot = 'run it as root on Linux 5.11 or newer with BTF, with libbpf 1.0 installed';

function nothingHeard(why: string): readonly Coverage[] {
  return [{ what: 'sensor', state: 'off', why, howToSwitchOn: asRoot }];
}

function coverageOf({ coverage }: Watch): readonly Coverage[] {
  const { sensor, programs, naming, missing } = coverage;
  const told = missing.join('; ');
  const isWhole = sensor && missing.length === 0;
  return [
    {
      what: 'sensor',
      state: isWhole ? 'on' : programs ? 'limited' : 'off',
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
