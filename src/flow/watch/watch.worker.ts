// The sensor's thread of `watch`.
import { runSensorThread } from '../../host/sensor/index.ts';
import { createWatchConsumer } from './consumer.ts';

await runSensorThread(createWatchConsumer);
