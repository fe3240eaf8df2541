// The door to the kernel's own interfaces: C libraries, and what is bound of them.
export { errorName, type Ffi, type Library, lastErrorNumber, loadFfi, loadLibrary } from './ffi.ts';
export { attachExecGuard, type ExecAttempt, type ExecGuard, openExecGuard } from './fanotify.ts';
