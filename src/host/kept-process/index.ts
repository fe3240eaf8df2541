// The door to processes of our own that answer for the kernel: kept alive, replaced when they stand still.
export {
  type Absence,
  KeptProcess,
  type KeptProcessOptions,
  type Verdict,
} from './kept-process.ts';
