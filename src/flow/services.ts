// What every flow needs of the outside, put together once by the command line or the server.
import type { DockerEngine } from '../host/docker/index.ts';
import type { RegistryOptions } from '../host/registry/index.ts';
import type { EvidenceStore } from '../store/index.ts';
import type { Reading } from './reading.ts';

/** Progress of one long step; `total` is null where nobody knows it. */
export interface ProgressEvent {
  readonly step: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'files' | 'layers' | 'images' | 'records';
}

export interface Services {
  readonly store: EvidenceStore;
  /** Names all that reading looks for, by name and revision: inventories are stored under it. */
  readonly revision: string;
  /** What reads layers and folders; loaded when the first is read: what is known needs none of it. */
  reading(): Promise<Reading>;
  /** The local engine, or null when there is none that answers. */
  engine(): Promise<DockerEngine | null>;
  readonly registry: RegistryOptions;
  readonly now: () => Date;
  readonly progress: (event: ProgressEvent) => void;
  /** One line for a person: stderr, log. */
  readonly warn: (line: string) => void;
}

export interface InventoryRequest {
  /** `os/architecture[/variant]`, or null for this machine's. */
  readonly platform: string | null;
  /** Hash plain local layers too. */
  readonly verifyDigests: boolean;
  /** Never ask a registry. */
  readonly offline: boolean;
  /** Search this machine's own root (`rootfs:/`) for secrets too. */
  readonly searchesMachine?: boolean;
}
