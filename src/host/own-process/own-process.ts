// Starts this program again: one of its entries as a child that is spoken with, or the whole of it as a
// user would. The executable starts itself, and tells the child which entry it is.
import {
  type ChildProcess,
  type ForkOptions,
  fork,
  type SpawnOptions,
  spawn,
} from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { entryFlag, isEmbedded, launcher } from '../program/index.ts';

/** Without it Node tells users of modules that it calls experimental. */
const quiet = '--disable-warning=ExperimentalWarning';

export interface EntryOptions extends Omit<ForkOptions, 'execPath' | 'execArgv' | 'env'> {
  /** Flags of Node, such as `--max-old-space-size=96`; only what NODE_OPTIONS may hold. */
  readonly nodeFlags?: readonly string[];
}

/**
 * A child process with that entry (`entryOf` of host/program) and a channel.
 * @param words what it finds as `process.argv.slice(2)`
 */
export function forkEntry(
  entry: URL,
  words: readonly string[],
  { nodeFlags = [], ...options }: EntryOptions,
): ChildProcess {
  if (!isEmbedded) {
    return fork(fileURLToPath(entry), words, { ...options, execArgv: [quiet, ...nodeFlags] });
  }
  // The executable takes no flags of Node from its command line: whoever can add a word to it must not
  // be able to run other code.
  const { NODE_OPTIONS: given = '' } = process.env;
  return fork(entryFlag + entry.pathname.slice(1), words, {
    ...options,
    execPath: process.execPath,
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: [given, ...nodeFlags].join(' ').trim() },
  });
}

/** The whole program with other words, such as `scan IMAGE`. */
export function spawnProgram(words: readonly string[], options: SpawnOptions): ChildProcess {
  if (isEmbedded) return spawn(process.execPath, words, options);
  const start = [quiet, '--', fileURLToPath(launcher())];
  return spawn(process.execPath, [...start, ...words], options);
}
