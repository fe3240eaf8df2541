// The door to the kernel sensor: open it, take its records, know what it cannot see.
export { type BatchCopy, BatchCursor } from './batch.ts';
export { callName, calls, callType } from './calls.ts';
export type {
  ConsumerContext,
  ConsumerThread,
  CreateConsumer,
  SensorConsumer,
} from './consumer.ts';
export { type TypeCounter, typeName } from './counters.ts';
export { decodeOrigin, decodeRecord } from './decode.ts';
export type { AttachedProgram } from './kernel-sensor.ts';
export { recordType } from './layout.ts';
export { defaultSensorOptions, type SensorOptions } from './options.ts';
export { type ProgramCoverage, programCoverage } from './programs.ts';
export type * from './record.ts';
export type { Remains } from './remains.ts';
export {
  openSensor,
  type Sensor,
  type SensorDeath,
  type SensorHandlers,
  type SensorRequest,
} from './sensor.ts';
export { type SensorSupport, type SupportItem, sensorLimits, sensorSupport } from './support.ts';
export { runSensorThread } from './thread.ts';
export { threadCpuMs } from './thread-time.ts';
export { RecordView } from './view.ts';
export { openWitness, type Witness, type WitnessRequest } from './witness.ts';
