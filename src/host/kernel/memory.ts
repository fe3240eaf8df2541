// Memory that is shared with the kernel, as ArrayBuffers without a copy, and the boot clock.
import { closeSync, writeSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { errorName, lastErrorNumber, loadFfi, loadLibrary } from './ffi.ts';

const protectRead = 1;
const protectWrite = 2;
const mapShared = 1;
const bootClock = 7;
const realClock = 0;

export interface Mapping {
  readonly buffer: ArrayBuffer;
  /** The buffer must not be touched any more: its memory is gone. */
  unmap(): void;
}

interface MapRequest {
  readonly descriptor: number;
  /** A multiple of the page size. */
  readonly offset: number;
  readonly bytes: number;
  readonly writable: boolean;
}

interface MemoryCalls {
  /** An address as koffi gives it: a number where it fits into one. */
  readonly mmap: (...words: readonly (number | bigint | null)[]) => bigint | number;
  readonly munmap: (address: bigint, bytes: number) => number;
  readonly pageSize: () => number;
  readonly memfdCreate: (name: string, flags: number) => number;
  readonly clockGettime: (clock: number, time: BigInt64Array) => number;
}

let calls: MemoryCalls | undefined;

function memoryCalls(): MemoryCalls {
  if (calls !== undefined) return calls;
  const libc = loadLibrary('libc.so.6');
  calls = {
    mmap: libc.func('intptr_t mmap(void *a, size_t n, int prot, int flags, int fd, int64_t at)'),
    munmap: libc.func('int munmap(intptr_t address, size_t bytes)'),
    pageSize: libc.func('int getpagesize()'),
    memfdCreate: libc.func('int memfd_create(const char *name, unsigned int flags)'),
    clockGettime: libc.func('int clock_gettime(int clock, _Out_ int64_t *time)'),
  };
  return calls;
}

/** Bytes of a page: 4096 on x86-64, up to 65536 on arm64. */
export function pageBytes(): number {
  return memoryCalls().pageSize();
}

/**
 * Maps a descriptor's memory, shared.
 *
 * @throws SeaworthyError `denied` with the name of the kernel's error
 */
export function mapMemory({ descriptor, offset, bytes, writable }: MapRequest): Mapping {
  const { mmap, munmap } = memoryCalls();
  const protection = writable ? protectRead | protectWrite : protectRead;
  const address = BigInt(mmap(null, bytes, protection, mapShared, descriptor, offset));
  if (address === -1n) {
    throw new SeaworthyError('denied', `mmap failed: ${errorName(lastErrorNumber())}`);
  }
  const buffer = loadFfi().view(address, bytes);
  return { buffer, unmap: () => void munmap(address, bytes) };
}

export interface MemoryFile {
  /** For this process. */
  readonly path: string;
  close(): void;
}

const closeOnExec = 1;

/** A file that lies nowhere but in memory. Throws SeaworthyError `unsupported`. */
export function createMemoryFile(bytes: Uint8Array): MemoryFile {
  const descriptor = memoryCalls().memfdCreate('seaworthy', closeOnExec);
  if (descriptor < 0) {
    const name = errorName(lastErrorNumber());
    throw new SeaworthyError('unsupported', `the kernel refuses a file in memory (${name})`);
  }
  writeSync(descriptor, bytes);
  return { path: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) };
}

/** What C code of this process has freed goes back to the kernel (malloc_trim(3)). */
export function releaseFreedMemory(): void {
  loadLibrary('libc.so.6').func('int malloc_trim(size_t kept)')(0);
}

function readClock(clock: number): bigint {
  const time = new BigInt64Array(2);
  memoryCalls().clockGettime(clock, time);
  return (time[0] ?? 0n) * 1_000_000_000n + (time[1] ?? 0n);
}

/** What is to be added to the boot clock to get nanoseconds since 1970, as of now. */
export function bootClockOffsetNs(): bigint {
  const before = readClock(bootClock);
  const real = readClock(realClock);
  const after = readClock(bootClock);
  return real - (before + after) / 2n;
}
