// `config.json` of an OCI bundle (runtime specification 1.x): what the runtime was told to make.
import {
  asArray,
  asNumber,
  entriesOf,
  field,
  keysOf,
  stringField,
  stringsOf,
} from '../../base/json.ts';
import type { ContainerLimits } from '../../model/container.ts';
import type { MountFacts } from '../../model/event.ts';
import { ociLimits } from './limits.ts';

export interface OciFacts {
  readonly command: readonly string[];
  /** `uid:gid` as numbers, or Windows's user name. */
  readonly user: string | null;
  /** The bounding set. */
  readonly capabilities: readonly string[];
  /** What is bound from the host, the engine's own small files (`/etc/hosts` ...) left out. */
  readonly mounts: readonly MountFacts[];
  readonly pidMode: 'private' | 'host' | 'shared';
  /** `host`, `shared` (another container's or a prepared one), or null: one of its own. */
  readonly network: 'host' | 'shared' | null;
  readonly privileged: boolean;
  readonly limits: ContainerLimits;
  readonly annotations: ReadonlyMap<string, string>;
  readonly cgroupsPath: string | null;
  /** The root file system's folder, as written: may be relative to the bundle. */
  readonly rootPath: string | null;
  /** The folder in which Docker keeps this container's files, as its mounts tell. */
  readonly engineFolder: string | null;
}

/** Mounts of one container beyond this are not kept; Kubernetes pods have dozens. */
const mountsKept = 4096;
/** Annotations of one container beyond this are not kept; etcd ends a pod's at 256 KiB. */
const annotationsKept = 4096;

/** What an OCI configuration says; anything strange in it counts as absent. */
export function parseOciConfig(value: unknown): OciFacts {
  const process = field(value, 'process');
  const linux = field(value, 'linux');
  const mounts = asArray(field(value, 'mounts')).slice(0, mountsKept);
  const capabilities = stringsOf(field(field(process, 'capabilities'), 'bounding'));
  return {
    command: stringsOf(field(process, 'args')),
    user: userOf(field(process, 'user')),
    capabilities,
    mounts: mounts.filter((mount) => isFromHost(mount) && !isOfEngine(mount)).map(mountOf),
    pidMode: pidModeOf(linux),
    network: networkOf(linux),
    privileged: isPrivileged(linux, capabilities),
    limits: ociLimits(linux),
    annotations: stringMapOf(field(value, 'annotations'), annotationsKept),
    cgroupsPath: stringField(linux, 'cgroupsPath'),
    rootPath: stringField(field(value, 'root'), 'path'),
    engineFolder: engineFolderOf(mounts),
  };
}

/** The string members of an object as a map, the first `kept` of them. */
export function stringMapOf(value: unknown, kept: number = annotationsKept): Map<string, string> {
  const map = new Map<string, string>();
  for (const [key, member] of entriesOf(value)) {
    if (map.size >= kept) break;
    if (typeof member === 'string') map.set(key, member);
  }
  return map;
}

function userOf(user: unknown): string | null {
  const uid = asNumber(field(user, 'uid'));
  if (uid === null) return stringField(user, 'username');
  const gid = asNumber(field(user, 'gid'));
  return gid === null ? String(uid) : `${uid}:${gid}`;
}

function optionsOf(mount: unknown): readonly string[] {
  return stringsOf(field(mount, 'options'));
}

function isFromHost(mount: unknown): boolean {
  const options = optionsOf(mount);
  const bound = options.includes('bind') || options.includes('rbind');
  return (bound || stringField(mount, 'type') === 'bind') && stringField(mount, 'source') !== null;
}

/** Files that engines put into every container. */
const engineFiles = new Set([
  '/etc/hosts',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/dev/shm',
  '/run/.containerenv',
  '/run/secrets',
]);
const engineFolders =
  /\/(?:(?:[a-z0-9]{1,16}-)?containers|sandboxes|pods)\/[0-9a-f-]{36,64}\/|\/(?:libpod|crio)\//;

function isOfEngine(mount: unknown): boolean {
  const destination = stringField(mount, 'destination') ?? '';
  return engineFiles.has(destination) && engineFolders.test(stringField(mount, 'source') ?? '');
}

const propagations = new Set([
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'unbindable',
  'runbindable',
]);

function mountOf(mount: unknown): MountFacts {
  const options = optionsOf(mount);
  return {
    source: stringField(mount, 'source') ?? '',
    destination: stringField(mount, 'destination') ?? '',
    mode: options.includes('ro') ? 'ro' : '',
    writable: !options.includes('ro'),
    propagation: options.find((option) => propagations.has(option)) ?? '',
  };
}

interface Namespace {
  readonly path: string | null;
}

/** Null: the configuration asks for none of this type, so the host's is kept. */
function namespaceOf(linux: unknown, type: string): Namespace | null {
  const namespaces = asArray(field(linux, 'namespaces'));
  const found = namespaces.find((one) => stringField(one, 'type') === type);
  if (found === undefined) return null;
  const path = stringField(found, 'path');
  return { path: path === '' ? null : path };
}

function pidModeOf(linux: unknown): OciFacts['pidMode'] {
  const namespace = namespaceOf(linux, 'pid');
  if (namespace === null || namespace.path === '/proc/1/ns/pid') return 'host';
  return namespace.path === null ? 'private' : 'shared';
}

function networkOf(linux: unknown): OciFacts['network'] {
  const namespace = namespaceOf(linux, 'network');
  if (namespace === null || namespace.path === '/proc/1/ns/net') return 'host';
  // Prepared beforehand by CNI or netavark (a bind mount), or another container's (a process).
  return namespace.path?.startsWith('/proc/') === true ? 'shared' : null;
}

/** What `--privileged` comes to: every device, nothing masked, and the capabilities of root. */
function isPrivileged(linux: unknown, capabilities: readonly string[]): boolean {
  const open =
    asArray(field(linux, 'maskedPaths')).length === 0 &&
    asArray(field(linux, 'readonlyPaths')).length === 0;
  const rules = asArray(field(field(linux, 'resources'), 'devices'));
  const last = rules.at(-1);
  const devices =
    field(last, 'allow') === true &&
    [null, '', 'a'].includes(stringField(last, 'type')) &&
    (stringField(last, 'access') ?? '').includes('w') &&
    !keysOf(last).some((key) => key === 'major' && (asNumber(field(last, key)) ?? -1) >= 0);
  return (
    open &&
    devices &&
    ['CAP_SYS_ADMIN', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO'].every((one) => capabilities.includes(one))
  );
}

/** Docker binds its own `/etc/hostname` out of `<data root>/containers/<id>/`. */
function engineFolderOf(mounts: readonly unknown[]): string | null {
  for (const mount of mounts) {
    const destination = stringField(mount, 'destination') ?? '';
    if (destination !== '/etc/hostname' && destination !== '/etc/hosts') continue;
    const match = /^(\/.{0,3000}\/containers\/[0-9a-f]{64})\/(?:hostname|hosts)$/.exec(
      stringField(mount, 'source') ?? '',
    );
    if (match?.[1] !== undefined) return match[1];
  }
  return null;
}
