// Waits in one thread for what the kernel or another thread has to say: poll(2), and a bell (eventfd(2))
// that any thread of this process may ring by writing to it.
import { closeSync, readSync, writeSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { errorName, lastErrorNumber, loadLibrary } from './ffi.ts';

const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const pollIn = 0x01;
const pollBytes = 8;

export interface Bell {
  /** Readable when it was rung. Whoever it is given to closes it. */
  readonly descriptor: number;
}

/** A new bell. Throws SeaworthyError `unsupported`. */
export function createBell(): Bell {
  const create = loadLibrary('libc.so.6').func('int eventfd(unsigned int value, int flags)');
  const descriptor: number = create(0, closeOnExec | nonBlocking);
  if (descriptor >= 0) return { descriptor };
  const name = errorName(lastErrorNumber());
  throw new SeaworthyError('unsupported', `the kernel refuses an eventfd (${name})`);
}

const one = new Uint8Array(BigUint64Array.of(1n).buffer);

/** Rings it; from any thread, and without loading any C library. */
export function ringBell({ descriptor }: Bell): void {
  writeSync(descriptor, one);
}

/** It must not be rung any more. */
export function closeBell({ descriptor }: Bell): void {
  closeSync(descriptor);
}

export interface Waiter {
  /** Until the bell rings; @returns whether it did */
  pause(timeoutMs: number): boolean;
  /** Until the bell rings or one of the others is readable; @returns whether the bell did */
  wait(timeoutMs: number): boolean;
}

/** Waits for a bell, and for descriptors of others, level-triggered. */
export function createWaiter(bell: Bell, others: readonly number[]): Waiter {
  const poll: (list: Uint8Array, count: number, timeoutMs: number) => number = loadLibrary(
    'libc.so.6',
  ).func('int poll(_Inout_ void *descriptors, unsigned long count, int timeout)');
  const descriptors = [bell.descriptor, ...others];
  const list = Buffer.alloc(descriptors.length * pollBytes);
  descriptors.forEach((descriptor, index) => {
    list.writeInt32LE(descriptor, index * pollBytes);
    list.writeInt16LE(pollIn, index * pollBytes + 4);
  });
  const rung = Buffer.alloc(8);
  const until = (count: number, timeoutMs: number): boolean => {
    if (poll(list, count, timeoutMs) <= 0 || list.readInt16LE(6) === 0) return false;
    readSync(bell.descriptor, rung);
    return true;
  };
  return {
    pause: (timeoutMs) => until(1, timeoutMs),
    wait: (timeoutMs) => until(descriptors.length, timeoutMs),
  };
}
