// The inspectors that the walk over layers and folders asks about every file.
import type { Inspector } from '../model/inspection.ts';
import { misconfigurationInspector } from './misconfiguration/index.ts';
import type { Scanner } from './scanner.ts';
import { secretInspector } from './secret/index.ts';

/** The inspectors for what is looked for. */
export function inspectorsFor(asked: readonly Scanner[]): readonly Inspector[] {
  return [
    ...(asked.includes('secret') ? [secretInspector] : []),
    ...(asked.includes('misconfig') ? [misconfigurationInspector] : []),
  ];
}
