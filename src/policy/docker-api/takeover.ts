// What hands the whole host over: folders, disks, and volumes that are such folders in disguise.
import { field, keysOf, stringField } from '../../base/json.ts';
import { harmlessPaths, isWithin, plainPath } from '../host-places.ts';

/** Whoever reads these becomes root, or somebody else. */
const telling: readonly string[] = [
  '/boot',
  '/dev',
  '/etc/docker',
  '/etc/gshadow',
  '/etc/kubernetes',
  '/etc/shadow',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/proc',
  '/root',
  '/run/containerd',
  '/run/dbus',
  '/run/docker',
  '/run/seaworthy',
  '/run/systemd',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/rancher',
];

/** Whoever writes here runs programs as root. */
const running: readonly string[] = [
  '/bin',
  '/etc',
  '/lib',
  '/lib64',
  '/opt/cni',
  '/sbin',
  '/sys',
  '/usr',
  '/var/spool/cron',
];

/** Why a folder of the host hands it over; null: it does not. */
export function takeoverOf(path: string, readOnly: boolean): string | null {
  const plain = plainPath(path);
  if (plain === '/') return 'it mounts the whole file system of the host';
  if (plain === '/home') return 'it mounts the homes of all users';
  if (harmlessPaths.some((one) => isWithin(plain, one))) return null;
  const touches = (one: string): boolean => isWithin(plain, one) || isWithin(one, plain);
  const told = telling.find(touches);
  if (told !== undefined) return `it mounts ${plain} of the host, which reaches ${told}`;
  const ran = readOnly ? undefined : running.find(touches);
  return ran === undefined ? null : `it mounts ${plain} of the host writable`;
}

export type VolumeKind =
  | { readonly kind: 'ordinary' }
  /** A folder of the host. */
  | { readonly kind: 'bind'; readonly path: string }
  /** A disk or another file system of the kernel, mounted by root. */
  | { readonly kind: 'mount'; readonly what: string };

const ordinary: VolumeKind = { kind: 'ordinary' };
const remote: ReadonlySet<string> = new Set(['nfs', 'nfs4', 'cifs', 'smb3', 'tmpfs']);

/**
 * What the options of the driver `local` make of a volume: they go to mount(2) as they are, so that
 * `o=bind,device=/` is the root of the host, and an overlay of it as well.
 */
export function volumeKindOf(driver: string | null, options: unknown): VolumeKind {
  if (driver !== null && driver !== '' && driver !== 'local') return ordinary;
  const known = new Set(keysOf(options));
  if (!['type', 'o', 'device'].some((key) => known.has(key))) return ordinary;
  const type = stringField(options, 'type') ?? '';
  const device = stringField(options, 'device') ?? '';
  const words = (stringField(options, 'o') ?? '').split(',').map((word) => word.trim());
  // The flag decides in the kernel: with it the type counts for nothing.
  const isBind = words.some((word) => /^(?:r?bind|remount|move)$/.test(word));
  if (isBind || type === 'bind' || type === 'none' || type === '') {
    return { kind: 'bind', path: plainPath(device) };
  }
  if (remote.has(type)) return ordinary;
  return { kind: 'mount', what: device === '' ? type : `${type} of ${device}` };
}

/** What a mount of a create request or a service makes of its volume. */
export function mountedVolumeOf(mount: unknown): VolumeKind {
  if (stringField(mount, 'Type') !== 'volume') return ordinary;
  const driver = field(field(mount, 'VolumeOptions'), 'DriverConfig');
  return volumeKindOf(stringField(driver, 'Name'), field(driver, 'Options'));
}
