// Gives memory back in quiet moments. V8 lets a heap that a storm has filled stay as it is until it is
// full again, which on a machine at rest is never.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface IdleMemory {
  /**
   * A quiet moment; once after a start, then at most once in half a minute, and only where much is to be
   * had, it takes a while.
   *
   * @returns whether it collected
   */
  rest(): boolean;
}

/** What a start leaves behind is large, and it is over by then. */
const firstNs = 4_000_000_000n;
/** Between two collections. */
const pauseNs = 30_000_000_000n;
/** Grown by less is not worth one. */
const worthBytes = 8 * 1024 * 1024;

/**
 * `quick`: 10 to 80 ms. `thorough`: three times as long, and empty pages go back to the kernel, of which
 * V8 otherwise keeps as many as its young generation ever had.
 */
export type Thoroughness = 'quick' | 'thorough';

interface CollectOptions {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'regular' | 'last-resort';
}
type Collect = (options: CollectOptions) => void;

/**
 * Of the calling thread.
 *
 * @param nowNs measures intervals
 */
export function createIdleMemory(
  nowNs: () => bigint,
  thoroughness: Thoroughness = 'thorough',
): IdleMemory {
  let keptBytes = -worthBytes;
  let nextNs = nowNs() + firstNs;
  return {
    rest: () => {
      const now = nowNs();
      if (now < nextNs) return false;
      nextNs = now + pauseNs;
      if (getHeapStatistics().total_heap_size < keptBytes + worthBytes) return false;
      collectMemory(thoroughness);
      keptBytes = getHeapStatistics().total_heap_size;
      return true;
    },
  };
}

let collect: Collect | null = null;

/** Collects the heap of the calling thread now. */
export function collectMemory(thoroughness: Thoroughness = 'thorough'): void {
  collect ??= collector();
  const flavor = thoroughness === 'quick' ? 'regular' : 'last-resort';
  collect({ type: 'major', execution: 'sync', flavor });
}

/** Node has no call for it; V8 gives it to contexts that are made when it was asked to. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
