// The one owner of koffi: loads it and C libraries only when somebody asks, and says in one sentence
// what is missing. Everything below `host/` that calls C does it through here.
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { isEmbedded, loadEmbeddedAddon } from '../program/index.ts';

/** A loaded C library: `func('int close(int fd)')` gives a callable. */
export type Library = Koffi.LibraryHandle;
/** koffi itself: `view`, `address`, `decode`, `errno`, `struct` ... */
export type Ffi = typeof Koffi;

let ffi: Ffi | undefined;
const libraries = new Map<string, Library>();

/**
 * The foreign function interface, loaded at the first call. It is a native addon: it stays outside the
 * bundle and may be absent; the executable holds it.
 *
 * @throws SeaworthyError `unsupported` when the package or its build for this platform is missing
 */
export function loadFfi(): Ffi {
  if (ffi !== undefined) return ffi;
  if (isEmbedded) {
    // What the package has around its addon are names that are deprecated.
    ffi = loadEmbeddedAddon('koffi.node') as Ffi;
    return ffi;
  }
  try {
    ffi = createRequire(import.meta.url)('koffi') as Ffi;
    return ffi;
  } catch (error) {
    throw new SeaworthyError(
      'unsupported',
      `the package koffi cannot be loaded: ${messageOf(error)}`,
      {
        cause: error,
        advice: 'install koffi for this platform (npm install koffi)',
      },
    );
  }
}

/**
 * A shared library by the name of its file (`libc.so.6`, `libbpf.so.1`), once in a process.
 *
 * @throws SeaworthyError `unsupported` when koffi or the library is missing
 */
export function loadLibrary(name: string): Library {
  const known = libraries.get(name);
  if (known !== undefined) return known;
  const loader = loadFfi();
  try {
    const library = loader.load(name);
    libraries.set(name, library);
    return library;
  } catch (error) {
    const advice = libraryAdvice[name];
    throw new SeaworthyError('unsupported', `${name} cannot be loaded: ${messageOf(error)}`, {
      cause: error,
      ...(advice === undefined ? {} : { advice }),
    });
  }
}

const libraryAdvice: Readonly<Record<string, string>> = {
  'libbpf.so.1': 'install libbpf 1.0 or later (Debian and Ubuntu: apt-get install libbpf1)',
  'libc.so.6': 'the sensor needs glibc',
};

type CloseCall = (descriptor: number) => number;
let closeCall: CloseCall | undefined;

/**
 * Closes a descriptor that a C library has opened: threads of Node keep a list of those that they opened
 * themselves, and warn of all others that are closed their way.
 */
export function closeDescriptor(descriptor: number): void {
  const close: CloseCall = closeCall ?? loadLibrary('libc.so.6').func('int close(int descriptor)');
  closeCall = close;
  close(descriptor);
}

/** `errno` of the last call, as a number. Read it before anything else is called. */
export function lastErrorNumber(): number {
  return loadFfi().errno();
}

/** `EPERM`, `ENOENT` ... of a number, positive or negative; `errno N` for one that has no name. */
export function errorName(number: number): string {
  const wanted = Math.abs(number);
  for (const [name, value] of Object.entries(loadFfi().os.errno)) {
    if (value === wanted) return name;
  }
  return `errno ${wanted}`;
}
