// What an engine's JSON means to us: the fields we rely on, checked, and the rest left as it came.
import {
  asArray,
  asNumber,
  asRecord,
  type DocumentRecord,
  entriesOf,
  field,
  stringField,
  stringsOf,
} from '../../base/json.ts';

export interface EngineVersion {
  /** `20.10.24`, or Podman's `4.3.1`. */
  readonly version: string;
  readonly os: string;
  readonly architecture: string;
  readonly kernel: string | null;
  /** Names and versions of the parts: Engine, containerd, runc ... */
  readonly components: ReadonlyMap<string, string>;
}

export interface EngineImage {
  /** `sha256:...` of the image config (containerd store: of the index or manifest). */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  /** ISO 8601, or null. */
  readonly createdAt: string | null;
  /** Bytes unpacked. */
  readonly size: number;
}

export interface ImageInspection extends EngineImage {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  readonly diffIds: readonly string[];
  /** The whole answer: read it with `field`. */
  readonly raw: DocumentRecord;
}

export interface EngineContainer {
  readonly id: string;
  /** Without the leading slash. */
  readonly names: readonly string[];
  /** As the user wrote it. */
  readonly image: string;
  readonly imageId: string;
  /** `running`, `exited`, `created`, `paused` ... */
  readonly state: string;
  readonly createdAt: string | null;
  readonly labels: ReadonlyMap<string, string>;
}

export interface ContainerInspection {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly state: string;
  readonly running: boolean;
  /** On the engine's host; null when it does not run. */
  readonly pid: number | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly storageDriver: string | null;
  /** Where the engine's host has the root file system mounted, as the driver tells it. */
  readonly mergedDir: string | null;
  /** The whole answer: read it with `field`. */
  readonly raw: DocumentRecord;
}

export function versionOf(value: unknown): EngineVersion {
  const components = asArray(field(value, 'Components')).flatMap((part) => {
    const name = stringField(part, 'Name');
    return name === null ? [] : [[name, stringField(part, 'Version') ?? ''] as const];
  });
  return {
    version: stringField(value, 'Version') ?? '',
    os: stringField(value, 'Os') ?? '',
    architecture: stringField(value, 'Arch') ?? '',
    kernel: stringField(value, 'KernelVersion'),
    components: new Map(components),
  };
}

export function imageOf(value: unknown): EngineImage {
  return {
    id: stringField(value, 'Id') ?? '',
    // Older engines list an untagged image with a name of no name.
    repoTags: stringsOf(field(value, 'RepoTags')).filter((tag) => tag !== '<none>:<none>'),
    repoDigests: stringsOf(field(value, 'RepoDigests')).filter((one) => !one.startsWith('<none>@')),
    createdAt: timeOf(field(value, 'Created')),
    size: asNumber(field(value, 'Size')) ?? 0,
  };
}

export function imageInspectionOf(value: unknown): ImageInspection {
  const variant = stringField(value, 'Variant');
  return {
    ...imageOf(value),
    os: stringField(value, 'Os') ?? '',
    architecture: stringField(value, 'Architecture') ?? '',
    variant: variant === '' ? null : variant,
    diffIds: stringsOf(field(field(value, 'RootFS'), 'Layers')),
    raw: asRecord(value) ?? {},
  };
}

export function containerOf(value: unknown): EngineContainer {
  return {
    id: stringField(value, 'Id') ?? '',
    names: stringsOf(field(value, 'Names')).map(bareName),
    image: stringField(value, 'Image') ?? '',
    imageId: stringField(value, 'ImageID') ?? '',
    state: stringField(value, 'State') ?? '',
    createdAt: timeOf(field(value, 'Created')),
    labels: labelsOf(field(value, 'Labels')),
  };
}

export function containerInspectionOf(value: unknown): ContainerInspection {
  const state = field(value, 'State');
  const config = field(value, 'Config');
  const driver = field(value, 'GraphDriver');
  const pid = asNumber(field(state, 'Pid')) ?? 0;
  return {
    id: stringField(value, 'Id') ?? '',
    name: bareName(stringField(value, 'Name') ?? ''),
    image: stringField(config, 'Image') ?? '',
    imageId: stringField(value, 'Image') ?? '',
    state: stringField(state, 'Status') ?? '',
    running: field(state, 'Running') === true,
    pid: pid > 0 ? pid : null,
    createdAt: timeOf(field(value, 'Created')),
    startedAt: timeOf(field(state, 'StartedAt')),
    finishedAt: timeOf(field(state, 'FinishedAt')),
    exitCode: asNumber(field(state, 'ExitCode')),
    labels: labelsOf(field(config, 'Labels')),
    storageDriver: stringField(driver, 'Name'),
    mergedDir: stringField(field(driver, 'Data'), 'MergedDir'),
    raw: asRecord(value) ?? {},
  };
}

/** Seconds since 1970 or RFC 3339 as ISO 8601; engines write year 1 for "never". */
function timeOf(value: unknown): string | null {
  const time = typeof value === 'number' ? new Date(value * 1000) : new Date(String(value));
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1971) return null;
  return typeof value === 'string' ? value : time.toISOString();
}

function labelsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    entriesOf(value).filter(
      (pair): pair is readonly [string, string] => typeof pair[1] === 'string',
    ),
  );
}

function bareName(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}
