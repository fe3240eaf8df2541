// Which files of a node the controls ask for, known once its components are.
import type { KubernetesFacts, NodePaths } from './facts.ts';
import { controlPlanePaths, etcdData } from './section-1-files.ts';
import { workerPaths } from './section-4-worker.ts';

/** Paths whose owner and mode are asked for. */
export function wantedFiles(facts: KubernetesFacts, paths: NodePaths): readonly string[] {
  const node = { layout: '', files: new Map(), below: new Map(), paths };
  const all = [...controlPlanePaths(node), ...workerPaths(facts, node), etcdData(facts, node)];
  return [...new Set(all)].filter((path) => path.startsWith('/'));
}

/** Folders whose files are asked for. */
export function wantedFolders(paths: NodePaths): readonly string[] {
  return [paths.pki, ...paths.networks].filter((path) => path.startsWith('/'));
}
