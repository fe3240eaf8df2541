// One run of an image, as it is known before its first instruction and remembered after its death.
import type { MountFacts } from './event.ts';

/** Who a container belongs to, from labels, namespaces and Compose projects; null: not told. */
export interface Workload {
  readonly user: string | null;
  readonly team: string | null;
  readonly application: string | null;
  readonly environment: string | null;
}

export type ContainerEngine = 'docker' | 'containerd' | 'podman' | 'cri-o' | 'unknown';

/** What a container may use at most; null: as much as there is. */
export interface ContainerLimits {
  readonly memoryBytes: number | null;
  /** Processors' time, 0.5 is half of one. */
  readonly cpus: number | null;
  readonly processes: number | null;
}

/** What an engine and its OCI bundle say of a container when it is made. */
export interface ContainerIdentity {
  /** The engine's whole id: 64 hexadecimal digits, or the name that `ctr run` was given. */
  readonly id: string;
  readonly engine: ContainerEngine;
  /** Without Docker's leading slash. */
  readonly name: string | null;
  readonly image: {
    /** As the user wrote it: `shop/api:1.2`. */
    readonly reference: string | null;
    /** Digest of the image's configuration: `sha256:...`. */
    readonly id: string | null;
    /** Digest of the manifest in a registry, where the engine knows it. */
    readonly digest: string | null;
  };
  readonly labels: ReadonlyMap<string, string>;
  readonly mounts: readonly MountFacts[];
  /** `CAP_...` names of the bounding set. */
  readonly capabilities: readonly string[] | null;
  readonly privileged: boolean | null;
  readonly network: {
    /** `host`, `none`, `bridge`, `container:<id>`, or a network's name. */
    readonly mode: string | null;
    readonly addresses: readonly string[];
    /** `0.0.0.0:8080->80/tcp` as published on the host. */
    readonly ports: readonly string[];
  };
  /** `user[:group]` as numbers or names; empty is root. */
  readonly user: string | null;
  readonly command: readonly string[] | null;
  readonly pidMode: 'private' | 'host' | 'shared' | null;
  readonly pod: {
    readonly name: string | null;
    readonly namespace: string | null;
    readonly uid: string | null;
  } | null;
  /** As its engine asked for; absent: nobody told. */
  readonly limits?: ContainerLimits;
  /** The engine's time of creation, nanoseconds since 1970. */
  readonly createdAtNs: bigint | null;
}

/** How well a run was named. `late`: the deadline passed and it ran meanwhile. */
export type Naming = 'before-start' | 'late' | 'after-start' | 'never';

/** One run of a container, alive (`endedAtNs` null) or dead. Times are nanoseconds since 1970. */
export interface ContainerRun {
  readonly identity: ContainerIdentity;
  readonly node: string;
  readonly workload: Workload;
  readonly naming: Naming;
  readonly startedAtNs: bigint | null;
  readonly endedAtNs: bigint | null;
  /** Null while it runs, and where nobody saw it end. */
  readonly exitCode: number | null;
  readonly grade: string | null;
}
