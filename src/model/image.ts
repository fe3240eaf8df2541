// Targets, images and layers as the report tells them.

/** `sha256:<64 hex>` (or another registered algorithm of the OCI image spec, section Digests). */
export type Digest = string;

export interface Layer {
  /** Digest of the blob as stored or transferred; null when the source does not tell. */
  readonly digest: Digest | null;
  /** Digest of the uncompressed tar (OCI image config `rootfs.diff_ids`). */
  readonly diffId: Digest;
  /** The history line (`created_by`) of this layer, or null. */
  readonly createdBy: string | null;
  /** Bytes of the blob as stored. */
  readonly size: number;
}

export const targetKinds = [
  'docker-archive',
  'oci-archive',
  'oci',
  'docker',
  'registry',
  'container',
  'rootfs',
  'dir',
  'sbom',
  'pkg',
] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What a container of this image would run as: used by controls and the report. */
export interface ImageConfig {
  readonly user: string | null;
  readonly exposedPorts: readonly string[];
  readonly environmentNames: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: string | null;
  readonly hasHealthcheck: boolean;
  /** Paths that the image declares as volumes. */
  readonly volumes?: readonly string[];
}
