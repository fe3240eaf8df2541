// All patterns of many events. Adding one = a row in the file of its kind, and a case in the test.
import type { Pattern } from './pattern.ts';
import { filePatterns } from './pattern-files.ts';
import { networkPatterns } from './pattern-network.ts';
import { processPatterns } from './pattern-process.ts';

export const patterns: readonly Pattern[] = [
  ...networkPatterns,
  ...filePatterns,
  ...processPatterns,
];
