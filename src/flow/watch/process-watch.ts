// Watching without the sensor: programs that start and end, as the kernel's process connector tells them,
// through the same state, rules and timeline as those of the sensor, in the owner's own thread.
import { realPace } from '../../base/retry.ts';
import { bootClockOffsetNs } from '../../host/kernel/index.ts';
import { openWitness } from '../../host/sensor/index.ts';
import type { FromThread, ThreadFigures, ToThread } from './messages.ts';
import type { ThreadRequest, WatchThread } from './sensor-thread.ts';

/**
 * Starts it. Throws `SeaworthyError` `denied` without CAP_NET_ADMIN on the host, `unsupported` without
 * the connector or koffi.
 */
export async function openProcessWatch(
  request: Pick<ThreadRequest, 'options' | 'onMessage'> & {
    readonly onDeath: (error: Error) => void;
  },
): Promise<WatchThread> {
  const { options, onMessage, onDeath } = request;
  const asks: ((figures: ThreadFigures) => void)[] = [];
  const post = (message: unknown): void => {
    const told = message as FromThread;
    if (told.kind === 'figures') asks.shift()?.(told.figures);
    else onMessage(told);
  };
  // Rules and state are not needed where there is a sensor.
  const { createWatchConsumer } = await import('./consumer.ts');
  const consumer = createWatchConsumer({ options, post });
  const witness = openWitness({
    consumer,
    onDeath,
    clockOffsetNs: bootClockOffsetNs,
    nowNs: () => BigInt(realPace.now()) * 1_000_000n,
  });
  const tell = (message: ToThread): void => consumer.message?.(message);
  return {
    named: (identity, cgroupsPath) => tell({ kind: 'named', identity, cgroupsPath }),
    load: (files) => tell({ kind: 'rules', files }),
    figures: () => {
      const { promise, resolve } = Promise.withResolvers<ThreadFigures>();
      asks.push(resolve);
      tell({ kind: 'figures' });
      return promise;
    },
    stop: () => witness.stop(),
  };
}
