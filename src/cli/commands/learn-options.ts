// What the flags of `learn` give.
import type { CommonOptions } from '../options.ts';

export interface LearnOptions extends CommonOptions {
  readonly format: 'text' | 'json';
  readonly answer?: boolean;
}
