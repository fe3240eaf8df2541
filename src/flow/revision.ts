// Names what inventories are made with, without loading it.
import type { Scanner } from '../inspect/scanner.ts';
import { catalogerRevisions, inspectorRevisions } from './revisions.ts';

/** The `revision` of what `openReading` with these scanners looks for. */
export function revisionOf(scanners: readonly Scanner[]): string {
  const asked: ReadonlySet<string> = new Set(scanners);
  const inspectors = inspectorRevisions.filter(([scanner]) => asked.has(scanner));
  return [...catalogerRevisions, ...inspectors.map(([, revision]) => revision)].join(' ');
}
