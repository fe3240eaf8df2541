// Where engines keep what they know of their containers, and where the programs lie that start them.
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of engines; each list is tried in its order. */
export interface EnginePlaces {
  /** Put before paths that an engine writes down; absent: nothing. */
  readonly root?: string;
  /** Docker's data roots: `containers/ID/config.v2.json` lies below. */
  readonly docker: readonly string[];
  /** containerd's state and root folders: bundles below the first, the database below the second. */
  readonly containerd: readonly { readonly state: string; readonly root: string }[];
  /** Roots of containers/storage (Podman, CRI-O). */
  readonly storage: readonly string[];
}

/** The usual places below `root` (`/`, or where the host's root is mounted into our container). */
export function usualPlaces(root: string = '/'): EnginePlaces {
  const at = (path: string): string => join(root, path);
  return {
    ...(root === '/' ? {} : { root }),
    docker: ['/var/lib/docker', '/var/snap/docker/common/var-lib-docker'].map(at),
    containerd: [
      { state: '/run/containerd', root: '/var/lib/containerd' },
      { state: '/run/k3s/containerd', root: '/var/lib/rancher/k3s/agent/containerd' },
      { state: '/run/k3s/containerd', root: '/var/lib/rancher/rke2/agent/containerd' },
      {
        state: '/var/snap/microk8s/common/run/containerd',
        root: '/var/snap/microk8s/common/var/lib/containerd',
      },
      { state: '/run/docker/containerd/daemon', root: '/var/lib/docker/containerd/daemon' },
      {
        state: '/var/run/docker/containerd/daemon',
        root: '/var/lib/docker/containerd/daemon',
      },
    ].map((one) => ({ state: at(one.state), root: at(one.root) })),
    storage: ['/var/lib/containers/storage'].map(at),
  };
}

/** Where containers/storage keeps containers: a folder for each storage driver. */
export function storageFolders(root: string): readonly string[] {
  return ['overlay', 'vfs', 'btrfs', 'zfs'].map((driver) => join(root, `${driver}-containers`));
}

const programs = [
  'runc',
  'crun',
  'youki',
  'runsc',
  'krun',
  'docker-runc',
  'kata-runtime',
  'conmon',
  'conmonrs',
  'containerd-shim',
  'containerd-shim-runc-v1',
  'containerd-shim-runc-v2',
  'containerd-shim-kata-v2',
  'containerd-shim-runsc-v1',
];

/** Where packages, distributions and Kubernetes flavours put them. */
const programFolders = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/libexec/podman',
  '/usr/libexec/crio',
  '/usr/lib/podman',
  '/usr/lib/cri-o-runc/sbin',
  '/usr/lib/docker',
  '/usr/libexec/docker',
  '/opt/bin',
  '/opt/containerd/bin',
  '/opt/kata/bin',
  '/home/kubernetes/bin',
  '/run/current-system/sw/bin',
  '/snap/docker/current/bin',
  '/snap/microk8s/current/bin',
  '/var/lib/rancher/k3s/data/current/bin',
  '/var/lib/rancher/rke2/bin',
];

export interface RuntimeProgram {
  readonly path: string;
  /** Device and inode: another one after an upgrade. */
  readonly inode: string;
}

export interface ProgramSearch {
  readonly root?: string;
  /** Further programs by their full path, as an engine's `Runtimes` names them. */
  readonly paths?: readonly string[];
}

/** The programs that are there now, each inode once. */
export function findRuntimePrograms(search: ProgramSearch = {}): readonly RuntimeProgram[] {
  const { root = '/', paths = [] } = search;
  const usual = programFolders.flatMap((folder) =>
    programs.map((program) => join(root, folder, program)),
  );
  const found = new Map<string, RuntimeProgram>();
  for (const path of [...usual, ...paths]) {
    const inode = inodeOf(path);
    if (inode !== null && !found.has(inode)) found.set(inode, { path, inode });
  }
  return [...found.values()];
}

/** Changes when a program may have come, gone or been replaced. */
export function stampOfFolders(search: ProgramSearch = {}): string {
  const { root = '/', paths = [] } = search;
  const folders = programFolders.map((folder) => join(root, folder));
  return [...folders, ...paths.map((path) => join(path, '..')), ...paths].map(timeOf).join(' ');
}

function timeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}

/** Device and inode of a program; null: it is none. */
export function inodeOf(path: string): string | null {
  try {
    const facts = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (facts === undefined) return null;
    const executable = (facts.mode & 0o111n) !== 0n;
    return facts.isFile() && executable ? `${facts.dev}:${facts.ino}` : null;
  } catch {
    return null;
  }
}
