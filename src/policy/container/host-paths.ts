// Controls on what of the host lies inside a container: sockets of runtimes, telling folders, devices,
// mounts that spread.
import { shown } from '../control.ts';
import {
  harmlessPaths,
  isWithin,
  plainPath,
  runtimeSockets,
  sensitiveFolders,
} from '../host-places.ts';
import { clip } from '../scalar.ts';
import { type ContainerConfig, type Mount, removeAt } from './config.ts';
import type { ContainerControl, ContainerFault } from './control.ts';

/** What a mount shows of a folder that it names or that contains it. */
export interface SocketReach {
  readonly mount: Mount;
  /** As the host calls it, without links of `/var/run`. */
  readonly source: string;
  readonly socket: string;
}

/** Users of rootless engines have their sockets below /run/user. */
const userSocket = /^\/run\/user\/\d+\/(?:docker|podman\/podman|containerd\/containerd)\.sock$/;

/** All sockets of container runtimes that the mounts of a container reach, read-only ones included. */
export function socketsOf(config: ContainerConfig): SocketReach[] {
  return config.mounts.flatMap((mount) => {
    const source = hostPathOf(mount);
    if (source === null) return [];
    if (userSocket.test(source)) return [{ mount, source, socket: source }];
    const socket = runtimeSockets.find((one) => isWithin(one, source));
    return socket === undefined ? [] : [{ mount, source, socket }];
  });
}

function hostPathOf({ kind, source }: Mount): string | null {
  if (kind !== 'bind' || source === null || !source.startsWith('/')) return null;
  return plainPath(clip(source, 4096));
}

function socketFaults(config: ContainerConfig): readonly ContainerFault[] {
  return socketsOf(config).map(({ mount, source, socket }) => {
    const how = source === socket ? '' : ` by mounting ${shown(source)}`;
    return {
      path: mount.path,
      value: clip(mount.source ?? ''),
      message: `it reaches the socket ${socket} of the engine${how}`,
      edits: removeAt(config, mount.path),
    };
  });
}

function folderFaults(config: ContainerConfig): readonly ContainerFault[] {
  const reached = new Set(socketsOf(config).map(({ mount }) => mount));
  return config.mounts.flatMap((mount): ContainerFault[] => {
    const path = hostPathOf(mount);
    if (path === null || harmlessPaths.some((one) => isWithin(path, one))) return [];
    // A folder that is told as the way to a socket is still told here, a socket itself is not.
    if (reached.has(mount) && path.endsWith('.sock')) return [];
    const folder = sensitiveFolders.find((one) => isWithin(path, one) || isWithin(one, path));
    if (folder === undefined) return [];
    const what = isWithin(path, folder) ? `lies in ${folder}` : `contains ${folder}`;
    const mode = mount.readOnly ? 'read-only' : 'writable';
    return [
      {
        path: mount.path,
        value: clip(mount.source ?? ''),
        message: `it mounts ${shown(path)} of the host ${mode}, which ${what}`,
        edits: removeAt(config, mount.path),
        severity: severityOf(path, mount.readOnly),
      },
    ];
  });
}

function severityOf(path: string, readOnly: boolean): 'critical' | 'high' | 'medium' {
  if (path === '/' || (!readOnly && ['/etc', '/root', '/proc', '/boot'].includes(path))) {
    return 'critical';
  }
  return readOnly && (isWithin(path, '/var/log') || isWithin(path, '/sys')) ? 'medium' : 'high';
}

function propagationFaults(config: ContainerConfig): readonly ContainerFault[] {
  return config.mounts.flatMap(({ propagation, path }) =>
    propagation === 'shared' || propagation === 'rshared'
      ? [
          {
            path,
            value: propagation,
            message: `mounts made in it appear on the host (${propagation})`,
            edits: [],
          },
        ]
      : [],
  );
}

/** Disks, memory and the kernel's own ports: whoever opens them owns the host. */
const graveDevice =
  /^\/dev(?:$|\/(?:sd|hd|vd|xvd|nvme|dm-|md|mapper|mem$|kmem$|port$|kmsg$|disk|loop|root$))/;

function deviceFaults(config: ContainerConfig): readonly ContainerFault[] {
  return config.devices.map(({ source, path }) => ({
    path,
    value: clip(source),
    message: `it is given the device ${shown(source)} of the host`,
    edits: removeAt(config, path),
    severity: graveDevice.test(source) || /^a\b/.test(source) ? 'critical' : 'medium',
  }));
}

export const hostPathControls: readonly ContainerControl[] = [
  {
    id: 'runtime-socket-mount',
    cis: '5.32',
    title: 'No socket of a container engine is mounted',
    level: 'baseline',
    severity: 'critical',
    lesson: 'host-access',
    fix: 'Remove the mount; put a filtering proxy before the socket where something needs it',
    check: socketFaults,
  },
  {
    id: 'sensitive-host-path',
    cis: '5.6',
    title: 'No telling or powerful folder of the host is mounted',
    level: 'hardening',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Mount only the folder that is needed, or use a named volume',
    check: folderFaults,
  },
  {
    id: 'mount-propagation',
    cis: '5.20',
    title: 'Mounts do not spread to the host',
    level: 'hardening',
    severity: 'high',
    lesson: 'host-access',
    fix: 'Use the propagation rprivate or rslave',
    check: propagationFaults,
  },
  {
    id: 'host-device',
    cis: '5.18',
    title: 'No device of the host is handed over',
    level: 'hardening',
    severity: 'medium',
    lesson: 'host-access',
    fix: 'Remove the device, or hand it over read-only (:r)',
    check: deviceFaults,
  },
];
