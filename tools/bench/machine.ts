// What the figures were taken on, and whether it had anything else to do.

import { execFileSync } from 'node:child_process';
import { arch, cpus, freemem, loadavg, platform, release, totalmem } from 'node:os';
import { root } from './context.ts';

export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly freeGiB: number;
  readonly node: string;
  readonly revision: string;
  /** Of the last minute, at the start of the bench. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    system: `${platform()} ${release()} ${arch()}`,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: gibibytes(totalmem()),
    freeGiB: gibibytes(freemem()),
    node: process.versions.node,
    revision: revision(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** A machine with other work on a good part of its cores gives figures that mean little. */
export function isBusy({ load, cores }: Machine): boolean {
  return load > cores / 4;
}

/** One line for the table and the page. */
export function machineLine(machine: Machine): string {
  const { system, processor, cores, memoryGiB, node, revision: at } = machine;
  return `${cores} x ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}, revision ${at}`;
}

function gibibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 30);
}

function revision(): string {
  try {
    const words = ['-C', root, 'rev-parse', '--short', 'HEAD'];
    return execFileSync('git', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
