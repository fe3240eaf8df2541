// Flags of `seaworthy containers`.
import { InvalidArgumentError } from 'commander';
import type { CommonOptions } from '../options.ts';

export interface ContainersOptions extends CommonOptions {
  readonly format: 'table' | 'json';
  readonly image?: string;
  readonly name?: string;
  readonly remote?: string;
  readonly alive?: boolean;
  /** Nanoseconds since 1970. */
  readonly since?: bigint;
  readonly limit: number;
}

/** A number of things to list. */
export function countOf(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Write a number.');
  return Number(text);
}
