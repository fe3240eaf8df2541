// A timer of the kernel (timerfd_create(2)) that one thread sets and another waits for: as long as it
// is stopped in time nobody is woken.
import { read } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { errorName, lastErrorNumber, loadLibrary } from './ffi.ts';

export interface DeadlineTimer {
  /** Threads of this process may `attachDeadlineTimer` to it. */
  readonly descriptor: number;
  /** Fires once, after so many milliseconds; 0 stops it. Earlier settings are forgotten. */
  set(delayMs: number): void;
  /** Resolves when it fires. */
  fired(): Promise<void>;
}

const monotonicClock = 1;
const closeOnExec = 0o2000000;
const settingBytes = 32;

type SetTime = (descriptor: number, flags: number, setting: Uint8Array, old: null) => number;

/** A new timer that is not set. Throws SeaworthyError `unsupported`. */
export function createDeadlineTimer(): DeadlineTimer {
  const create = loadLibrary('libc.so.6').func('int timerfd_create(int clock, int flags)');
  const descriptor: number = create(monotonicClock, closeOnExec);
  if (descriptor >= 0) return attachDeadlineTimer(descriptor);
  const name = errorName(lastErrorNumber());
  throw new SeaworthyError('unsupported', `the kernel refuses a timer (${name})`);
}

/** The timer of another thread of this process. */
export function attachDeadlineTimer(descriptor: number): DeadlineTimer {
  const setTime: SetTime = loadLibrary('libc.so.6').func(
    'int timerfd_settime(int descriptor, int flags, const void *setting, void *old)',
  );
  const setting = Buffer.alloc(settingBytes);
  return {
    descriptor,
    set: (delayMs) => {
      setting.writeBigInt64LE(BigInt(Math.trunc(delayMs / 1000)), 16);
      setting.writeBigInt64LE(BigInt(Math.trunc((delayMs % 1000) * 1e6)), 24);
      setTime(descriptor, 0, setting, null);
    },
    fired: () =>
      new Promise((resolve, reject) => {
        read(descriptor, Buffer.alloc(8), 0, 8, null, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
  };
}
