// The door of the image room: open an image from wherever it lies, and take its inventory.
export type { Aliases } from './aliases.ts';
export {
  type AnalystOptions,
  type AnalystSource,
  LayerAnalyst,
  type LayerCache,
} from './analyst.ts';
export { openArchiveFile, streamedArchive } from './archive-store.ts';
export type { BlobStore, LayerRequest, ReadLayer } from './blob-store.ts';
export { parseConfig } from './config.ts';
export { asLayout } from './directory-form.ts';
export { listDockerArchive } from './docker-archive.ts';
export { openFolder } from './folder-store.ts';
export {
  type ImageDescription,
  type ListedImage,
  listedImage,
  type OpenedImage,
  readImage,
} from './image.ts';
export { expectLayers } from './inflate.ts';
export { type ContentInventory, type Contents, inventoryOf } from './inventory.ts';
export type { PlacedIssue } from './issues.ts';
export type { LayerRecord } from './layer-record.ts';
export { listedLayer, listOciLayout } from './oci-layout.ts';
export { fileOwners } from './owners.ts';
export { pipedArchive } from './piped-archive.ts';
export { readFolder } from './rootfs.ts';
export { compileWanted, type Wanted } from './wanted.ts';
