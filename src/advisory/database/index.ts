// The advisory database: one SQLite file, read by any number of processes, replaced in one step.
export type { Arrangement, Judged, LadderOrder } from './arrangement.ts';
export {
  discard,
  fileChunks,
  fileStart,
  filesBelow,
  lookAt,
  openFile,
  publish,
  temporaryBeside,
  writeChunks,
} from './disk.ts';
export { readFault, writeFault } from './fault.ts';
export { checkContent, checkFile } from './open.ts';
export { type AdvisoryDatabase, openDatabase } from './reader.ts';
export { ageHours, type DatabaseStatus, databaseStatus, type PresentDatabase } from './status.ts';
export { DatabaseWriter } from './writer.ts';
