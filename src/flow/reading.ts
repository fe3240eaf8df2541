// The reading half of a scan: all catalogers and inspectors, and who asks them about layers. Loaded
// only where something is read.
import { keepHeapSmall } from '../base/heap.ts';
import { inspectorsFor } from '../inspect/registry.ts';
import type { Scanner } from '../inspect/scanner.ts';
import { distributionGlobs } from '../inventory/distro/index.ts';
import { ecosystems } from '../inventory/ecosystem/registry.ts';
import { compileWanted, LayerAnalyst, type Wanted } from '../inventory/image/index.ts';
import type { EvidenceStore } from '../store/index.ts';

export interface Reading {
  readonly wanted: Wanted;
  readonly analyst: LayerAnalyst;
}

/**
 * Of a process that scans: its heap is kept small from here on.
 *
 * @param scanners what is looked for besides packages
 */
export function openReading(store: EvidenceStore, scanners: readonly Scanner[]): Reading {
  keepHeapSmall();
  const wanted = wantedBy(scanners);
  const { layers: cache, spoolFolder } = store;
  return { wanted, analyst: new LayerAnalyst({ wanted, cache, spoolFolder }) };
}

/** All catalogers, and the inspectors of these scanners. */
export function wantedBy(scanners: readonly Scanner[]): Wanted {
  return compileWanted(ecosystems, distributionGlobs, inspectorsFor(scanners));
}
