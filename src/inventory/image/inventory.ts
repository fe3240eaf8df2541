// The last step of the scan walk: an opened image becomes its inventory.
import type { Distribution } from '../../model/distribution.ts';
import type { Layer } from '../../model/image.ts';
import type { Package } from '../../model/package.ts';
import type { Unknown } from '../../model/unknown.ts';
import { detectDistribution } from '../distro/index.ts';
import { type Aliases, findAliases } from './aliases.ts';
import { assemble } from './assemble.ts';
import { type PlacedIssue, placeIssues } from './issues.ts';
import type { LayerRecord } from './layer-record.ts';
import { SquashedView } from './squash.ts';
import type { Wanted } from './wanted.ts';

export interface Contents {
  /** Bottom first. */
  readonly records: readonly LayerRecord[];
  /** Parallel to `records`; null for folders. */
  readonly layers: readonly (Layer | null)[];
  reread(layer: number, aliases: Aliases): Promise<LayerRecord>;
}

export interface InventoryOptions {
  readonly wanted: Wanted;
  /** Project folders are believed by their lock files, everything else by what is installed. */
  readonly believesInstalled: boolean;
}

export interface ContentInventory {
  readonly packages: readonly Package[];
  readonly unknowns: readonly Unknown[];
  readonly distribution: Distribution | null;
  /** What inspectors found in any layer, hidden by an upper one or not. */
  readonly issues: readonly PlacedIssue[];
}

/** Squashes the layers, reads what only odd links lead to, and names every package. */
export async function inventoryOf(
  contents: Contents,
  options: InventoryOptions,
): Promise<ContentInventory> {
  const view = new SquashedView(contents.records);
  const records = await withAliased(contents, view, options.wanted);
  const { distribution, unknowns } = detectDistribution(
    visibleTexts(records, view, options.wanted),
  );
  const found = assemble({ ...options, records, layers: contents.layers, view, distribution });
  return {
    packages: found.packages,
    unknowns: [...found.unknowns, ...unknowns.map((unknown) => ({ ...unknown, layer: null }))],
    distribution,
    issues: placeIssues({ records, view, ownerOf: found.ownerOf }),
  };
}

async function withAliased(
  contents: Contents,
  view: SquashedView,
  wanted: Wanted,
): Promise<LayerRecord[]> {
  const records = [...contents.records];
  for (const [layer, aliases] of findAliases(view, contents.records, wanted)) {
    const record = records[layer];
    if (record === undefined) continue;
    const extra = await contents.reread(layer, aliases);
    const realFiles = new Map([...aliases.files].map(([real, name]) => [name, real]));
    const files = extra.files.map((file) => ({
      ...file,
      realPath: realFiles.get(file.path) ?? realFolderOf(aliases, file.path),
    }));
    records[layer] = {
      ...record,
      files: [...record.files, ...files],
      ownership: [...record.ownership, ...extra.ownership],
      licences: [...record.licences, ...extra.licences],
      captures: new Map([...record.captures, ...extra.captures]),
      unknowns: [...record.unknowns, ...extra.unknowns],
    };
  }
  return records;
}

function realFolderOf(aliases: Aliases, path: string): string {
  for (const { from, to } of aliases.folders) {
    if (path.startsWith(to)) return from + path.slice(to.length);
  }
  return path;
}

/** The kept texts under the names by which a container reaches them. */
function visibleTexts(
  records: readonly LayerRecord[],
  view: SquashedView,
  wanted: Wanted,
): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [layer, record] of records.entries()) {
    for (const [path, text] of record.captures) {
      if (view.isVisible(path, layer)) texts.set(path, text);
    }
  }
  for (const path of wanted.literals) {
    if (texts.has(path)) continue;
    const real = view.resolve(path);
    if (real === null || real === path) continue;
    // A second-pass text was captured under its wanted name, which the link itself covers.
    const text =
      texts.get(real) ?? records.findLast((one) => one.captures.has(path))?.captures.get(path);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}
