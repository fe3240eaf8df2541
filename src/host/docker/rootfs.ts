// The root file system of a container where it is mounted on this very machine.
import { accessSync, constants } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { ContainerInspection } from './answer.ts';

/**
 * The folder in which the storage driver (overlay2, btrfs-less Podman ...) has the container's merged
 * view mounted, when it is there and may be read; else null: use `exportContainer`. Only of use for
 * engines that are `local`; a stopped container has nothing mounted.
 */
export function containerRootfsPath(inspection: ContainerInspection): string | null {
  const path = inspection.mergedDir;
  if (path === null || !isAbsolute(path)) return null;
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return path;
  } catch {
    // Not mounted, in another machine (Docker Desktop), or another user's.
    return null;
  }
}
