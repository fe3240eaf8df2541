// Threads begin with a file; the executable has none to give, so there they begin with its start script,
// which finds the entry as their last argument.
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { embeddedFile, isEmbedded, startScript } from './embedded.ts';

/** A thread with that entry (`entryOf`). It sees no `argv` of the caller. */
export function startThread(
  entry: URL,
  options: Omit<WorkerOptions, 'argv' | 'eval'> = {},
): Worker {
  if (!isEmbedded) return new Worker(entry, options);
  const script = embeddedFile(startScript)?.toString('utf8') ?? '';
  return new Worker(script, { ...options, eval: true, argv: [entry.href] });
}
