// Which images the engines hold, kept up to date: listed at the start, with each event, and now and then.
import { messageOf } from '../base/error.ts';
import { backoffMs, type Pace } from '../base/retry.ts';
import type { DockerEngine, EngineImage } from '../host/docker/index.ts';
import { connectTo } from './engines.ts';

export interface ImageWatchOptions {
  /** Of the engine. */
  readonly address: string;
  /** All images that it holds now; called again after each change. */
  readonly onImages: (images: readonly EngineImage[]) => void;
  readonly signal: AbortSignal;
  readonly pace: Pace;
  readonly warn: (line: string) => void;
}

/** Builds tell nobody before Docker 23: a list is taken so often anyway. */
const listEveryMs = 30_000;
const longestTries = 4;

/** Watches until the signal is aborted; an engine that goes away is waited for. */
export async function watchImages(options: ImageWatchOptions): Promise<void> {
  const { address, signal, pace, warn } = options;
  for (let failures = 0; !signal.aborted; ) {
    let engine: DockerEngine | null = null;
    const lost = new AbortController();
    const either = AbortSignal.any([signal, lost.signal]);
    try {
      engine = await connectTo(address);
      await list(engine, options);
      failures = 0;
      const own = engine;
      void repeat(() => list(own, options), either, pace);
      for await (const event of engine.events({ types: ['image'], signal })) {
        if (event.kind === 'event') await list(engine, options);
      }
    } catch (error) {
      if (failures === 0 && !signal.aborted) {
        warn(`the images of ${address} are not followed (${messageOf(error)}); trying again`);
      }
    } finally {
      lost.abort();
      engine?.close();
    }
    if (signal.aborted) return;
    failures = Math.min(failures + 1, longestTries);
    await pace.sleep(backoffMs(failures, pace), signal).catch(() => undefined);
  }
}

async function list(engine: DockerEngine, { onImages }: ImageWatchOptions): Promise<void> {
  onImages(await engine.images());
}

async function repeat(work: () => Promise<void>, signal: AbortSignal, pace: Pace): Promise<void> {
  while (!signal.aborted) {
    await pace.sleep(listEveryMs, signal).catch(() => undefined);
    // An engine that is away is noticed by its events.
    if (!signal.aborted) await work().catch(() => undefined);
  }
}
