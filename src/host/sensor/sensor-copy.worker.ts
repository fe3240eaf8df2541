// The sensor's thread when its owner takes the records: they are copied to it.
import { runSensorThread } from './thread.ts';

await runSensorThread(null);
