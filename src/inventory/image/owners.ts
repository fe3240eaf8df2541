// Whose a file of an image is: of an OS package by its file list, of a language package by its folder.
import type { Distribution } from '../../model/distribution.ts';
import type { Layer } from '../../model/image.ts';
import type { Package } from '../../model/package.ts';
import { hasHash, pathHash } from '../ecosystem/path-set.ts';
import { assemble } from './assemble.ts';
import type { LayerRecord } from './layer-record.ts';
import { SquashedView } from './squash.ts';

export interface OwnedImage {
  /** Bottom first. */
  readonly records: readonly LayerRecord[];
  readonly layers: readonly Layer[];
  readonly distribution: Distribution | null;
  readonly packages: readonly Package[];
}

/**
 * Tells the purl of the package that a path (absolute, links resolved) belongs to; null for nobody's,
 * and for a file that an upper layer wrote over the package's own.
 */
export function fileOwners(image: OwnedImage): (path: string) => string | null {
  const { records, layers, distribution, packages } = image;
  const view = new SquashedView(records);
  const { ownerOf } = assemble({
    records,
    layers,
    view,
    distribution,
    believesInstalled: true,
  });
  const language = languageFolders(packages);
  return (path) => {
    const inside = path.replace(/^\/+/, '');
    const hash = pathHash(inside);
    const layer = records.findLastIndex(({ entries }) => hasHash(entries, hash));
    const owner = layer === -1 ? null : ownerOf(inside, layer);
    return owner ?? language(inside);
  };
}

/** The package whose file it is, or whose folder is the nearest above it. */
function languageFolders(packages: readonly Package[]): (path: string) => string | null {
  const places = new Map<string, string>();
  for (const { purl, name, locations, ownedBy } of packages) {
    if (ownedBy !== null) continue;
    for (const { path } of locations) {
      places.set(path, purl);
      const folder = folderOf(path, name);
      if (folder !== null && !places.has(folder)) places.set(folder, purl);
    }
  }
  return (path) => {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const purl = places.get(at);
      if (purl !== undefined) return purl;
    }
    return null;
  };
}

/** Where the files of a package lie, from where its description lies. */
function folderOf(path: string, name: string): string | null {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (path.endsWith('/package.json')) return parent;
  // Python: `site-packages/foo-1.0.dist-info/METADATA` describes `site-packages/foo`.
  if (!/\.(?:dist|egg)-info\/[^/]+$/.test(path)) return null;
  const packagesFolder = parent.slice(0, Math.max(0, parent.lastIndexOf('/')));
  return `${packagesFolder}/${name.toLowerCase().replaceAll('-', '_')}`;
}
