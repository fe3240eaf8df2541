// What the audit of a Docker engine is told: collected beforehand, so that controls are pure.
import type { ContainerConfig } from '../../policy/index.ts';

/** A file, folder or socket of the host. */
export interface FileFact {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket' | 'other';
  readonly owner: string;
  readonly group: string;
  /** Permission bits, 0o644. */
  readonly mode: number;
}

export interface DaemonProcess {
  /** Arguments of the running dockerd; null: not found, or not readable. */
  readonly arguments: readonly string[] | null;
  /** Where its settings are, and what stands there; value null: there is no such file. */
  readonly file: string;
  readonly settings: unknown;
  /** Why the file could not be read, or null. */
  readonly problem: string | null;
}

export interface ContainerFact {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly config: ContainerConfig;
  /** Programs of its processes; null: it does not run, or they could not be listed. */
  readonly programs: readonly string[] | null;
}

export interface ImageFact {
  readonly id: string;
  /** Its first tag or digest, else its id. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly user: string;
  readonly hasHealthcheck: boolean;
  /** `NAME=value`: read, never told. */
  readonly environment: readonly string[];
  /** Instructions, oldest first. */
  readonly history: readonly string[];
}

export interface SwarmFact {
  /** `GET /swarm`; null on workers. */
  readonly swarm: unknown;
  readonly services: readonly unknown[];
}

/** A program that was brought into a running container from outside, its first one included. */
export interface ExecFact {
  readonly containerId: string;
  /** RFC 3339; null: it runs now. */
  readonly at: string | null;
  /** Its command line, cut. */
  readonly command: string;
  /** Name or number; null: not known. */
  readonly user: string | null;
  /** What was asked for; null: not known. */
  readonly isPrivileged: boolean | null;
  /** Effective ones, as bits; null: not known. */
  readonly capabilities: bigint | null;
  readonly source: 'record' | 'engine';
}

export interface ExecFacts {
  readonly programs: readonly ExecFact[];
  /** Containers that the record knows, since when, and whether it saw all. */
  readonly seen: ReadonlyMap<string, { readonly since: string; readonly isWhole: boolean }>;
  /** Why the record could not be asked; null: it was. */
  readonly problem: string | null;
}

export interface DockerFacts {
  readonly address: string;
  /** Why files of the host are not known (a remote engine); null: they are. */
  readonly hostProblem: string | null;
  readonly info: unknown;
  readonly version: string;
  readonly daemon: DaemonProcess;
  /** By path; null: it is not there. Paths that could not be asked are absent. */
  readonly files: ReadonlyMap<string, FileFact | null>;
  /** Files found below folders: registry certificates. */
  readonly registryCertificates: readonly FileFact[];
  /** Lines of audit rules and where they were read; null: there is no audit system. */
  readonly auditRules: { readonly source: string; readonly lines: readonly string[] } | null;
  /** Points where something is mounted; null: not known. */
  readonly mountPoints: readonly string[] | null;
  /** Members of the group docker; null: there is none. */
  readonly dockerGroup: readonly string[] | null;
  /** Local addresses that something listens on, `0.0.0.0:2377`; null: not known. */
  readonly listeners: readonly string[] | null;
  readonly containers: readonly ContainerFact[];
  readonly execs: ExecFacts;
  readonly images: readonly ImageFact[];
  /** `GET /networks`. */
  readonly networks: readonly unknown[];
  readonly swarm: SwarmFact;
  /** Value of DOCKER_CONTENT_TRUST for whoever audits; null: not set. */
  readonly contentTrust: string | null;
}
