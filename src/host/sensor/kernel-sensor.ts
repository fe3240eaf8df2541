// The sensor's object in the kernel: loaded, set up, attached; its rings mapped. One for a process.
import { SeaworthyError } from '../../base/error.ts';
import {
  type BpfMap,
  type BpfObject,
  createMemoryFile,
  type Mapping,
  type MemoryFile,
  mapMemory,
  mapPiecewise,
  openBpfObject,
  pageBytes,
} from '../kernel/index.ts';
import { partFile, partFolder } from '../program/index.ts';
import { numberedCalls } from './calls.ts';
import { type CounterReader, readCounters } from './counters.ts';
import { type DatagramReader, readDatagrams } from './datagrams.ts';
import { containerHierarchy, hostMountNamespace } from './host-facts.ts';
import { kernelTypesFor } from './kernel-types.ts';
import { callBytes, configBytes, configFlag, recordType } from './layout.ts';
import type { SensorOptions } from './options.ts';
import { programCoverage } from './programs.ts';
import { type Remains, remainsOf } from './remains.ts';
import { openRing, type Ring } from './ring.ts';
import { RingWindow } from './ring-window.ts';

export interface AttachedProgram {
  readonly program: string;
  /** Null: attached. Otherwise the kernel's error. */
  readonly problem: string | null;
}

export interface KernelSensor {
  /** In the order in which they are to be read: births and deaths first. */
  readonly rings: readonly Ring[];
  /** Of the rings, for `poll(2)`: readable when there are records. */
  readonly descriptors: readonly number[];
  readonly programs: readonly AttachedProgram[];
  readonly counters: CounterReader;
  readonly datagrams: DatagramReader;
  /** What is left of it when nobody closes it. */
  readonly remains: Remains;
  /** Nothing new is told; what lies in the rings can still be read. */
  detach(): void;
  /** Frees everything. The rings must not be touched any more. */
  close(): void;
}

const objectFile = 'seaworthy.bpf.o';

/** Whether the compiled object is part of this build. */
export function hasSensorObject(): boolean {
  return partFolder('native').stamp(objectFile) !== 0;
}

/**
 * Loads and attaches. From the return on everything is told.
 *
 * @throws SeaworthyError `denied` without the rights, `unsupported` without koffi, libbpf or BTF
 */
export function openKernelSensor(options: SensorOptions): KernelSensor {
  const bytes = partFile('native', objectFile);
  const needed = new Set(programCoverage.filter((one) => one.isNeeded).map((one) => one.program));
  const types = typesFor(bytes);
  try {
    if (types !== null)
      return openWith({ bytes, types: types.path, options, isWanted: () => true });
  } catch (error) {
    if (!isRefusal(error)) throw error;
  } finally {
    types?.close();
  }
  try {
    return openWith({ bytes, types: null, options, isWanted: () => true });
  } catch (error) {
    // A structure or function that this kernel lacks refuses the whole object: the rest without it.
    if (!isRefusal(error)) throw error;
    return openWith({ bytes, types: null, options, isWanted: (program) => needed.has(program) });
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof SeaworthyError && error.code === 'unsupported';
}

/** Null: libbpf must be given all types of the kernel, or says what is missing. */
function typesFor(object: Uint8Array): MemoryFile | null {
  try {
    const types = kernelTypesFor(object);
    return types === null ? null : createMemoryFile(types);
  } catch (error) {
    // No files in memory.
    if (error instanceof Error) return null;
    throw error;
  }
}

interface Opening {
  readonly bytes: Uint8Array;
  /** A file of types; null: the kernel's own. */
  readonly types: string | null;
  readonly options: SensorOptions;
  readonly isWanted: (program: string) => boolean;
}

function openWith({ bytes, types, options, isWanted }: Opening): KernelSensor {
  const object = openBpfObject(bytes, types);
  const mappings: Mapping[] = [];
  const close = () => {
    for (const mapping of mappings.splice(0)) mapping.unmap();
    object.close();
  };
  try {
    object.setMaxEntries('lifecycle', options.lifecycleBytes);
    object.setMaxEntries('events', options.eventBytes);
    object.setMaxEntries('network', options.networkBytes);
    for (const program of object.programs) if (!isWanted(program)) object.leaveOut(program);
    object.load();
    configure(object, options, false);
    const maps = ['lifecycle', 'network', 'events'].map((name) => object.map(name));
    const rings = maps.map((map) => mapRing(map, mappings));
    const descriptors = maps.map(({ descriptor }) => descriptor);
    const programs = attachAll(object, isWanted);
    const counters = readCounters(object.map('counters'));
    if (hasLengths(programs)) configure(object, options, true);
    const datagrams = readDatagrams(object.map('datagrams'), () =>
      counters.seen(recordType.datagrams),
    );
    const detach = (): void => object.detach();
    const remains = remainsOf(mappings);
    return { rings, descriptors, programs, counters, datagrams, remains, detach, close };
  } catch (error) {
    close();
    throw error;
  }
}

function attachAll(object: BpfObject, isWanted: (program: string) => boolean): AttachedProgram[] {
  return programCoverage.map(({ program, isNeeded, tracepoint }) => {
    const problem = isWanted(program) ? object.attach(program) : 'refused by this kernel';
    if (problem !== null && isNeeded) {
      throw new SeaworthyError('denied', `the tracepoint ${tracepoint} refuses us: ${problem}`, {
        advice: 'run as root, or with CAP_BPF and CAP_PERFMON',
      });
    }
    return { program, problem };
  });
}

/** Whether both ways through a connected socket are counted by tracepoints of their own. */
function hasLengths(programs: readonly AttachedProgram[]): boolean {
  return ['on_sent', 'on_received'].every((name) =>
    programs.some(({ program, problem }) => program === name && problem === null),
  );
}

function mapRing(map: BpfMap, mappings: Mapping[]): Ring {
  const page = pageBytes();
  const size = map.maxEntries;
  const { descriptor } = map;
  const ours = mapMemory({ descriptor, offset: 0, bytes: page, writable: true });
  mappings.push(ours);
  const theirs = mapMemory({ descriptor, offset: page, bytes: page, writable: false });
  mappings.push(theirs);
  const data = mapPiecewise({ descriptor, offset: 2 * page, bytes: size });
  mappings.push(data);
  return openRing({
    consumer: new BigUint64Array(ours.buffer, 0, 1),
    producer: new BigUint64Array(theirs.buffer, 0, 1),
    data: new Uint8Array(data.buffer),
    size,
    window: new RingWindow(size, data),
  });
}

const nanosecondsPerMs = 1_000_000n;

function configure(object: BpfObject, options: SensorOptions, lengths: boolean): void {
  const hierarchy = containerHierarchy();
  const config = new DataView(new ArrayBuffer(configBytes));
  const flags =
    (options.dropHostCalls ? configFlag.dropHost : 0) |
    (hierarchy.isV1 ? configFlag.cgroupV1 : 0) |
    (lengths ? configFlag.lengths : 0);
  config.setUint32(0, process.pid, true);
  config.setUint32(4, flags, true);
  config.setUint32(8, hostMountNamespace(), true);
  config.setInt32(12, hierarchy.id, true);
  config.setBigUint64(16, BigInt(options.openWindowMs) * nanosecondsPerMs, true);
  config.setBigUint64(24, BigInt(options.failedOpenWindowMs) * nanosecondsPerMs, true);
  config.setBigUint64(32, BigInt(options.transferWindowMs) * nanosecondsPerMs, true);
  config.setUint32(40, options.transfersPerFlow, true);
  object.map('settings').update(number(0), new Uint8Array(config.buffer));
  writeCalls(object.map('calls'), options.calls);
  const one = Uint8Array.of(1);
  for (const name of options.watchedTopNames) object.map('watched').update(topName(name), one);
  for (const name of options.keptPrograms) object.map('kept').update(topName(name), one);
}

function writeCalls(map: BpfMap, wanted: readonly string[] | null): void {
  const chosen = wanted === null ? null : new Set(wanted);
  const processor = process.arch === 'arm64' ? 'arm64' : 'x64';
  for (const [index, row] of numberedCalls(processor)) {
    if (chosen !== null && !chosen.has(row.name)) continue;
    const value = new DataView(new ArrayBuffer(callBytes));
    value.setUint16(0, row.type, true);
    value.setUint8(2, row.texts);
    value.setUint8(3, row.descriptors);
    value.setUint32(4, row.flags, true);
    map.update(number(index), new Uint8Array(value.buffer));
  }
}

function number(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

/** 15 bytes of a name, zeros behind. */
function topName(name: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(new TextEncoder().encode(name).subarray(0, 15));
  return bytes;
}
