// The record: containers alive and dead, what they did, and who was exposed; one SQLite file.

export { recordFile } from './open.ts';
export { forgottenWhy, openRecord } from './reader.ts';
export type {
  DetectionQuery,
  EventQuery,
  ExposedRun,
  ImageToIndex,
  Peer,
  RecordClock,
  RecordReader,
  RecordWriter,
  RetentionPolicy,
  RunCounts,
  RunPeer,
  RunPlace,
  RunQuery,
  RunsOfPackages,
  StoredDetection,
  StoredEvent,
  StoredEvents,
  StoredPackage,
  StoredRun,
  UnindexedImage,
  UsedFile,
  WriterStatus,
} from './record-store.ts';
export { openRecorder, type RecorderOptions } from './recorder.ts';
export { usualRetention } from './retention.ts';
