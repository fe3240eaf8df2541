// The configuration of one container, whoever wrote it: `docker inspect`, a Compose service, or the
// body of a create request. Each setting knows its place, also where nothing stands there.
import type { Edit } from '../patch.ts';
import type { Path } from '../path.ts';

/** A setting and its place from the root of the document; value null: not set. */
export interface Setting<T> {
  readonly value: T;
  readonly path: Path;
}

export interface Mount {
  readonly kind: 'bind' | 'volume' | 'tmpfs' | 'other';
  /** Folder of the host for binds (as written), name for volumes. */
  readonly source: string | null;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation: string | null;
  readonly path: Path;
}

export interface PublishedPort {
  /** Null: the engine's default, all addresses. */
  readonly hostIp: string | null;
  /** Null: the engine chooses one above 32767. */
  readonly hostPort: number | null;
  readonly containerPort: number;
  readonly path: Path;
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly path: Path;
}

export interface HostDevice {
  /** Path on the host, `/dev/fuse`; a rule such as `c 10:200 rwm` for device cgroup rules. */
  readonly source: string;
  readonly path: Path;
}

export type ContainerForm = 'inspect' | 'compose' | 'create';

export interface ContainerConfig {
  readonly form: ContainerForm;
  /** Name of the container or service; empty where it has none. */
  readonly name: string;
  /** From the root of the document to the container. */
  readonly path: Path;
  /** As written; null: built, or not named. */
  readonly image: Setting<string | null>;
  readonly isRunning: boolean;
  /** `web-7f-x/default` for containers that a kubelet made, else null. */
  readonly pod: string | null;
  readonly user: Setting<string | null>;
  readonly privileged: Setting<boolean>;
  readonly addedCapabilities: Setting<readonly string[]>;
  readonly droppedCapabilities: Setting<readonly string[]>;
  /** `no-new-privileges:true`, `seccomp=unconfined` ... */
  readonly securityOptions: Setting<readonly string[]>;
  /** The profile in force as the engine tells it; null: not known before the start. */
  readonly appArmor: string | null;
  readonly network: Setting<string | null>;
  readonly pid: Setting<string | null>;
  readonly ipc: Setting<string | null>;
  readonly uts: Setting<string | null>;
  readonly users: Setting<string | null>;
  readonly cgroupParent: Setting<string | null>;
  readonly mounts: readonly Mount[];
  readonly ports: readonly PublishedPort[];
  readonly publishesAll: Setting<boolean>;
  readonly devices: readonly HostDevice[];
  /** Bytes; null: none. */
  readonly memory: Setting<number | null>;
  /** Whether any share or quota of the processors is set. */
  readonly processors: Setting<boolean>;
  /** Null or not positive: none. */
  readonly processes: Setting<number | null>;
  readonly readOnlyRoot: Setting<boolean>;
  readonly restart: Setting<{ readonly name: string; readonly retries: number } | null>;
  readonly hasLimits: Setting<boolean>;
  /** Null: the image decides and is not known. */
  readonly hasHealthcheck: Setting<boolean | null>;
  readonly environment: readonly Variable[];
  /** Paths whose value is not known before the start: `${TAG}` without a value. */
  readonly unresolved: readonly Setting<string>[];
}

/** Security options without their prefix: `optionOf(config, 'seccomp')` gives `unconfined`. */
export function optionOf(config: ContainerConfig, name: string): string | null {
  for (const option of config.securityOptions.value) {
    const found = /^([a-z-]+)[=:](.*)$/s.exec(option);
    if (found?.[1] === name) return found[2] ?? '';
    if (option === name) return '';
  }
  return null;
}

/** Edits that set a member of a Compose service; none for other forms, which are not files. */
export function setService(config: ContainerConfig, key: string, value: unknown): Edit[] {
  if (config.form !== 'compose') return [];
  return [{ kind: 'set', path: [...config.path, key], value }];
}

/** Edits that remove a place of a Compose service; none for other forms. */
export function removeAt(config: ContainerConfig, path: Path): Edit[] {
  return config.form === 'compose' ? [{ kind: 'remove', path }] : [];
}
