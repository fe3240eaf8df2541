// Names what inventories are made with, without loading it.
import type { Scanner } from '../inspect/scanner.ts';
import { catalogerRevisions, distributionsRevision, inspectorRevisions } from './revisions.ts';

/**
 * The `revision` of what `openReading` with these scanners looks for, and of what tells distributions:
 * an inventory says until when its system is supported.
 */
export function revisionOf(scanners: readonly Scanner[]): string {
  const asked: ReadonlySet<string> = new Set(scanners);
  const inspectors = inspectorRevisions.filter(([scanner]) => asked.has(scanner));
  const names = [...catalogerRevisions, ...inspectors.map(([, revision]) => revision)];
  return [...names, distributionsRevision].join(' ');
}
