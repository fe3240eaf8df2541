// The door to the kernel's own interfaces: C libraries, and what is bound of them.

export {
  type BpfMap,
  type BpfObject,
  bpfLibraryProblem,
  openBpfObject,
  possibleProcessors,
} from './bpf.ts';
export { slimTypes, typesOfObject } from './btf.ts';
export { attachDeadlineTimer, createDeadlineTimer, type DeadlineTimer } from './deadline-timer.ts';
export { attachExecGuard, type ExecAttempt, type ExecGuard, openExecGuard } from './fanotify.ts';
export {
  closeDescriptor,
  errorName,
  type Ffi,
  type Library,
  lastErrorNumber,
  loadFfi,
  loadLibrary,
} from './ffi.ts';
export {
  bootClockOffsetNs,
  createMemoryFile,
  type Mapping,
  type MemoryFile,
  mapMemory,
  mapPiecewise,
  pageBytes,
  releaseFreedMemory,
  unmapMemory,
} from './memory.ts';
export { bindProcessCalls, goFirst, type ProcessCalls } from './process-calls.ts';
export {
  openProcessEvents,
  type ProcessEvent,
  type ProcessEvents,
  type ProcessNews,
} from './process-events.ts';
export {
  type Bell,
  closeBell,
  createBell,
  createWaiter,
  ringBell,
  type Waiter,
} from './waiting.ts';
