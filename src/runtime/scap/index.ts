// Captures of system calls in the format of sysdig and Falco (.scap): read and written.
export type { CaptureProblem } from './block.ts';
export { type CaptureCounts, CaptureReader } from './capture.ts';
export { CaptureWriter, type WrittenMachine, type WrittenProcess } from './writer.ts';
