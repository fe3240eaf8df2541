// libbpf: an object of programs and maps is opened, sized, loaded, attached. Nothing is pinned: with
// the process that holds the descriptors everything is gone from the kernel.
import { SeaworthyError } from '../../base/error.ts';
import { errorName, type Library, lastErrorNumber, loadFfi, loadLibrary } from './ffi.ts';

/** As koffi gives it: a number where it fits into one. */
type Pointer = bigint | number;

interface BpfCalls {
  readonly setPrint: (callback: Pointer | null) => unknown;
  readonly open: (bytes: Uint8Array, size: number, options: OpenOptions | null) => Pointer;
  readonly load: (object: Pointer) => number;
  readonly close: (object: Pointer) => void;
  readonly nextProgram: (object: Pointer, program: Pointer | null) => Pointer;
  readonly programName: (program: Pointer) => string;
  readonly setAutoload: (program: Pointer, isLoaded: boolean) => number;
  readonly attach: (program: Pointer) => Pointer;
  readonly destroyLink: (link: Pointer) => number;
  readonly findMap: (object: Pointer, name: string) => Pointer;
  readonly mapDescriptor: (map: Pointer) => number;
  readonly setMaxEntries: (map: Pointer, entries: number) => number;
  readonly maxEntries: (map: Pointer) => number;
  readonly update: (fd: number, key: Uint8Array, value: Uint8Array, flags: number) => number;
  readonly lookUp: (fd: number, key: Uint8Array, value: Uint8Array) => number;
  readonly nextKey: (fd: number, key: Uint8Array | null, next: Uint8Array) => number;
  readonly remove: (fd: number, key: Uint8Array) => number;
  readonly processors: () => number;
}

/** `struct bpf_object_open_opts` of libbpf 1.0, as far as it is used. */
interface OpenOptions {
  readonly size: number;
  readonly object_name: null;
  readonly relaxed_maps: boolean;
  readonly pin_root_path: null;
  readonly unused: number;
  readonly kconfig: null;
  /** A file of types (BTF) that is used instead of the kernel's own. */
  readonly btf_custom_path: string;
}
const openOptionsBytes = 56;

let calls: BpfCalls | undefined;

function bind(library: Library): BpfCalls {
  loadFfi().struct('bpf_object_open_opts', {
    size: 'size_t',
    object_name: 'const char *',
    relaxed_maps: 'bool',
    pin_root_path: 'const char *',
    unused: 'uint32_t',
    kconfig: 'const char *',
    btf_custom_path: 'const char *',
  });
  return {
    setPrint: library.func('void *libbpf_set_print(void *callback)'),
    open: library.func(
      'intptr_t bpf_object__open_mem(const void *b, size_t n, const bpf_object_open_opts *o)',
    ),
    load: library.func('int bpf_object__load(intptr_t object)'),
    close: library.func('void bpf_object__close(intptr_t object)'),
    nextProgram: library.func('intptr_t bpf_object__next_program(intptr_t object, intptr_t last)'),
    programName: library.func('const char *bpf_program__name(intptr_t program)'),
    setAutoload: library.func('int bpf_program__set_autoload(intptr_t program, bool isLoaded)'),
    attach: library.func('intptr_t bpf_program__attach(intptr_t program)'),
    destroyLink: library.func('int bpf_link__destroy(intptr_t link)'),
    findMap: library.func('intptr_t bpf_object__find_map_by_name(intptr_t o, const char *name)'),
    mapDescriptor: library.func('int bpf_map__fd(intptr_t map)'),
    setMaxEntries: library.func('int bpf_map__set_max_entries(intptr_t map, uint32_t entries)'),
    maxEntries: library.func('uint32_t bpf_map__max_entries(intptr_t map)'),
    update: library.func('int bpf_map_update_elem(int fd, void *key, void *value, uint64_t f)'),
    lookUp: library.func('int bpf_map_lookup_elem(int fd, void *key, _Out_ void *value)'),
    nextKey: library.func('int bpf_map_get_next_key(int fd, void *key, _Out_ void *next)'),
    remove: library.func('int bpf_map_delete_elem(int fd, void *key)'),
    processors: library.func('int libbpf_num_possible_cpus()'),
  };
}

/** libbpf's functions; its own messages are off. Throws SeaworthyError `unsupported`. */
function bpfCalls(): BpfCalls {
  if (calls !== undefined) return calls;
  calls = bind(loadLibrary('libbpf.so.1'));
  calls.setPrint(null);
  return calls;
}

/** Processors that may ever be: a value of a per-CPU map has so many parts. */
export function possibleProcessors(): number {
  return bpfCalls().processors();
}

export interface BpfMap {
  readonly descriptor: number;
  readonly maxEntries: number;
  update(key: Uint8Array, value: Uint8Array): void;
  /** Fills `value`; false when there is no such key. */
  lookUp(key: Uint8Array, value: Uint8Array): boolean;
  /** Fills `next` with the key behind one, or with the first for null; false at the end. */
  next(key: Uint8Array | null, next: Uint8Array): boolean;
  remove(key: Uint8Array): void;
}

export interface BpfObject {
  readonly programs: readonly string[];
  /** Leaves a program out of the load. Before `load`. */
  leaveOut(program: string): void;
  /** Before `load`. */
  setMaxEntries(map: string, entries: number): void;
  /** Throws SeaworthyError `denied` or `unsupported` with the kernel's error. */
  load(): void;
  /** Null when it is attached; otherwise the name of the error. */
  attach(program: string): string | null;
  map(name: string): BpfMap;
  /** Nothing is told any more; what was told can still be read. */
  detach(): void;
  /** Detaches and frees everything. */
  close(): void;
}

/**
 * Opens a compiled object.
 *
 * @param types a file of the kernel's types to use for it; null: all of the kernel's own
 * @throws SeaworthyError `unsupported` when libbpf refuses it
 */
export function openBpfObject(bytes: Uint8Array, types: string | null = null): BpfObject {
  const bpf = bpfCalls();
  const object = bpf.open(bytes, bytes.length, types === null ? null : withTypes(types));
  if (BigInt(object) === 0n) throw failure('opened', lastErrorNumber());
  const programs = programsOf(bpf, object);
  const links: Pointer[] = [];
  const detach = () => {
    for (const link of links.splice(0)) bpf.destroyLink(link);
  };
  const program = (name: string): Pointer => {
    const found = programs.get(name);
    if (found === undefined) throw new SeaworthyError('unsupported', `no BPF program ${name}`);
    return found;
  };
  return {
    programs: [...programs.keys()],
    leaveOut: (name) => void bpf.setAutoload(program(name), false),
    setMaxEntries: (name, entries) => {
      const result = bpf.setMaxEntries(bpf.findMap(object, name), entries);
      if (result < 0) throw failure(`given ${entries} entries for ${name}`, result);
    },
    load: () => {
      const result = bpf.load(object);
      if (result < 0) throw failure('loaded', result);
    },
    attach: (name) => {
      const link = bpf.attach(program(name));
      if (BigInt(link) === 0n) return errorName(lastErrorNumber());
      links.push(link);
      return null;
    },
    map: (name) => openMap(bpf, bpf.findMap(object, name), name),
    detach,
    close: () => {
      detach();
      bpf.close(object);
    },
  };
}

function withTypes(path: string): OpenOptions {
  return {
    size: openOptionsBytes,
    object_name: null,
    relaxed_maps: false,
    pin_root_path: null,
    unused: 0,
    kconfig: null,
    btf_custom_path: path,
  };
}

function programsOf(bpf: BpfCalls, object: Pointer): ReadonlyMap<string, Pointer> {
  const programs = new Map<string, Pointer>();
  for (let at = bpf.nextProgram(object, 0n); BigInt(at) !== 0n; at = bpf.nextProgram(object, at)) {
    programs.set(bpf.programName(at), at);
  }
  return programs;
}

function openMap(bpf: BpfCalls, pointer: Pointer, name: string): BpfMap {
  if (BigInt(pointer) === 0n) throw new SeaworthyError('unsupported', `no BPF map ${name}`);
  const descriptor = bpf.mapDescriptor(pointer);
  return {
    descriptor,
    maxEntries: bpf.maxEntries(pointer),
    update: (key, value) => {
      const result = bpf.update(descriptor, key, value, 0);
      if (result < 0) throw failure(`written (map ${name})`, result);
    },
    lookUp: (key, value) => bpf.lookUp(descriptor, key, value) === 0,
    next: (key, next) => bpf.nextKey(descriptor, key, next) === 0,
    remove: (key) => void bpf.remove(descriptor, key),
  };
}

function failure(what: string, result: number): SeaworthyError {
  const name = errorName(result);
  const isDenied = name === 'EPERM' || name === 'EACCES';
  return new SeaworthyError(
    isDenied ? 'denied' : 'unsupported',
    `the sensor's programs cannot be ${what}: ${name}`,
    { advice: isDenied ? 'run as root, or with CAP_BPF and CAP_PERFMON' : 'see docs/sensor.md' },
  );
}

/** Whether koffi and libbpf can be loaded; otherwise why not, in one sentence. */
export function bpfLibraryProblem(): string | null {
  try {
    loadFfi();
    bpfCalls();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
