// A thread that feeds runs of inputs. It writes down what it is about to do before it does it, so that
// the watchdog knows which input hangs or exhausts the memory.
import { parentPort } from 'node:worker_threads';
import { inputOf, judge } from './engine.ts';
import { targetNamed } from './registry.ts';
import type { Order, Outcome } from './watch.ts';

parentPort?.on('message', (order: Order) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  void perform(order).then((outcome) => parentPort?.postMessage(outcome));
});

async function perform({ target: name, from, count, seed, progress }: Order): Promise<Outcome> {
  const target = targetNamed(name);
  const failures: Outcome['failures'][number][] = [];
  let slowestMs = 0;
  for (let index = from; index < from + count; index += 1) {
    Atomics.store(progress, 0, index);
    const { failure, cpuMs } = await judge(target, inputOf(target, seed, index));
    slowestMs = Math.max(slowestMs, cpuMs);
    if (failure !== null) failures.push({ target: name, input: index, ...failure });
  }
  return { inputs: count, slowestMs, failures: failures.slice(0, 20) };
}
