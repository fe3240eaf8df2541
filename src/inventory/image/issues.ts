// What inspectors found in the layers, with its fate: an upper layer may delete or replace the file, but
// its bytes stay in the image.
import type { LayerIssue, LayerRecord } from './layer-record.ts';
import type { Hidden, SquashedView } from './squash.ts';

export interface PlacedIssue extends LayerIssue {
  /** Index of the layer that holds the file. */
  readonly layer: number;
  /** Null: a container sees this very file. */
  readonly hidden: Hidden | null;
  /** purl of the OS package that owns the file, else null; the first call builds an index. */
  owner(): string | null;
}

export interface IssueOptions {
  /** Bottom first. */
  readonly records: readonly LayerRecord[];
  readonly view: SquashedView;
  readonly ownerOf: (path: string, layer: number) => string | null;
}

/** The issues of all layers, bottom first. */
export function placeIssues({ records, view, ownerOf }: IssueOptions): PlacedIssue[] {
  return records.flatMap((record, layer) =>
    record.issues.map((issue) => ({
      ...issue,
      layer,
      hidden: view.hiddenBy(issue.path, layer),
      owner: () => ownerOf(issue.path, layer),
    })),
  );
}
