// Gives memory back in quiet moments. V8 lets a heap that a storm has filled stay as it is until it is
// full again, which on a machine at rest is never.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface IdleMemory {
  /**
   * A quiet moment; at most once in half a minute, and only where much is to be had, it takes a while.
   *
   * @returns whether it looked
   */
  rest(): boolean;
}

/** Between two collections: one takes 50 to 100 ms of a grown heap. */
const pauseNs = 30_000_000_000n;
/** Grown by less is not worth one. */
const worthBytes = 16 * 1024 * 1024;

type Collect = (options: { readonly type: 'major'; readonly execution: 'sync' }) => void;

/**
 * Of the calling thread.
 *
 * @param nowNs measures intervals
 */
export function createIdleMemory(nowNs: () => bigint): IdleMemory {
  let collect: Collect | null = null;
  let keptBytes = getHeapStatistics().total_heap_size;
  let nextNs = nowNs() + pauseNs;
  return {
    rest: () => {
      const now = nowNs();
      if (now < nextNs) return false;
      nextNs = now + pauseNs;
      if (getHeapStatistics().total_heap_size < keptBytes + worthBytes) return true;
      collect ??= collector();
      collect({ type: 'major', execution: 'sync' });
      keptBytes = getHeapStatistics().total_heap_size;
      return true;
    },
  };
}

/** Node has no call for it; V8 gives it to contexts that are made when it was asked to. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
