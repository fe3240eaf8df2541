// What every case of the bench is given: our program, the peer, images, a place for scratch files.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LabImage, labEntry } from '../../test/lab/images.ts';
import { stage } from '../build/pack.ts';
import type { Row } from './figure.ts';
import type { Peer } from './peer.ts';
import type { Command } from './process.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Context {
  readonly peer: Peer;
  /** Where images and the peer are kept between runs. */
  readonly cache: string;
  /** Runs of each kind in a comparison; absolute figures take more. */
  readonly rounds: number;
  /** The sizes of the targets: ten million runs, ten minutes. */
  readonly full: boolean;
  /** Tells a person what is being done. */
  readonly say: (line: string) => void;
}

export interface Case {
  readonly name: string;
  measure(context: Context): Promise<readonly Row[]>;
}

let launcher = join(root, 'bin/seaworthy');

/**
 * Puts the package together as it is published, for everything that is measured: the launcher of a checkout
 * looks for sources that are newer than the bundle first (8 ms).
 */
export async function install(cache: string): Promise<void> {
  const folder = join(cache, 'installed');
  await stage(folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  launcher = join(folder, 'bin/seaworthy');
}

/** The file that a user starts. */
export function launcherFile(): string {
  return launcher;
}

/** Our program as a user starts it. */
export function seaworthy(words: readonly string[], options: Partial<Command> = {}): Command {
  return { command: launcher, words: [...words, '--no-progress'], ...options };
}

/** Runs `work` with an empty folder that is gone afterwards. */
export async function withFolder<Result>(
  context: Context,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const scratch = join(context.cache, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, 'run-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An image of the laboratory, made now if need be. */
export async function imageOf(context: Context, name: string): Promise<LabImage> {
  context.say(`preparing the image ${name}`);
  return labEntry(name).prepare(context.cache);
}
