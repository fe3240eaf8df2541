// The sensor's thread of `watch`. What rules and state need is loaded when the kernel tells already:
// its rings hold what happens meanwhile.
import { runSensorThread } from '../../host/sensor/index.ts';

await runSensorThread(async (context) => {
  const { createWatchConsumer } = await import('./consumer.ts');
  return createWatchConsumer(context);
});
