// Memory that is shared with the kernel, as ArrayBuffers without a copy, and the boot clock.
import { writeSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { closeDescriptor, errorName, lastErrorNumber, loadFfi, loadLibrary } from './ffi.ts';

const protectNone = 0;
const protectRead = 1;
const protectWrite = 2;
const mapShared = 1;
const mapPrivate = 2;
const mapFixed = 0x10;
const mapAnonymous = 0x20;
const mapNoReserve = 0x4000;
const bootClock = 7;
const realClock = 0;

export interface Mapping {
  readonly buffer: ArrayBuffer;
  readonly address: bigint;
  readonly bytes: number;
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
  readonly mmap: (...words: readonly (number | bigint)[]) => bigint | number;
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
    mmap: libc.func('intptr_t mmap(intptr_t a, size_t n, int prot, int flags, int fd, int64_t at)'),
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
  const address = mapped(mmap(0, bytes, protection, mapShared, descriptor, offset));
  const buffer = loadFfi().view(address, bytes);
  return { buffer, address, bytes, unmap: () => void munmap(address, bytes) };
}

/** Unmaps what a thread has mapped that is gone. */
export function unmapMemory(address: bigint, bytes: number): void {
  memoryCalls().munmap(address, bytes);
}

/** A mapping whose pieces come and go; touching one that is not shown ends the process. */
export interface PiecewiseMapping extends Mapping {
  /** Offsets and lengths are multiples of the page size, within the mapping. */
  show(offset: number, bytes: number): void;
  hide(offset: number, bytes: number): void;
}

/**
 * Addresses for a descriptor's memory, to read, of which nothing is shown yet.
 *
 * @throws SeaworthyError `denied` with the name of the kernel's error; `show` and `hide` too
 */
export function mapPiecewise(request: Omit<MapRequest, 'writable'>): PiecewiseMapping {
  const { descriptor, offset, bytes } = request;
  const { mmap, munmap } = memoryCalls();
  const nothing = mapPrivate | mapAnonymous | mapNoReserve;
  const base = mapped(mmap(0, bytes, protectNone, nothing, -1, 0));
  return {
    buffer: loadFfi().view(base, bytes),
    address: base,
    bytes,
    show: (at, length) => {
      const from = base + BigInt(at);
      const flags = mapShared | mapFixed;
      mapped(mmap(from, length, protectRead, flags, descriptor, offset + at));
    },
    hide: (at, length) => {
      mapped(mmap(base + BigInt(at), length, protectNone, nothing | mapFixed, -1, 0));
    },
    unmap: () => void munmap(base, bytes),
  };
}

function mapped(address: bigint | number): bigint {
  if (BigInt(address) !== -1n) return BigInt(address);
  throw new SeaworthyError('denied', `mmap failed: ${errorName(lastErrorNumber())}`);
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
  return { path: `/proc/self/fd/${descriptor}`, close: () => closeDescriptor(descriptor) };
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
