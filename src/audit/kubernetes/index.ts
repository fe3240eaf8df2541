// All controls of the audit of Kubernetes: CIS 1.12, sections 1 to 5, our own, and the guide of NSA and
// CISA as a second view.
import type { KubernetesControl } from './define.ts';
import { nsaControls } from './nsa.ts';
import { ownControls } from './own.ts';
import { apiServerControls } from './section-1-api-server.ts';
import { apiServerDataControls } from './section-1-api-server-data.ts';
import { controllerControls } from './section-1-controllers.ts';
import { controlPlaneFileControls } from './section-1-files.ts';
import { etcdControls } from './section-2-etcd.ts';
import { controlPlaneControls } from './section-3-control-plane.ts';
import { workerControls } from './section-4-worker.ts';
import { namespaceControls } from './section-5-namespaces.ts';
import { podControls } from './section-5-pods.ts';
import { rightsControls } from './section-5-rights.ts';

export {
  embeddedInK3s,
  type FoundComponent,
  findComponents,
  outsidePath,
  type ProcessWords,
} from './components.ts';
export { type KubernetesControl, type Need } from './define.ts';
export { minorOf } from './end-of-life.ts';
export type {
  ClusterFacts,
  Component,
  ComponentName,
  ConfigFile,
  KindFacts,
  KubernetesFacts,
  NodeFacts,
  NodePaths,
  Workload,
} from './facts.ts';
export { configBytes, dropInOrder, filesNamed, readConfig, readDropIn } from './kubelet-files.ts';
export { type Layout, layoutOf } from './layout.ts';
export { type NodeAdvice, type NodePart, noAdvice } from './node-versions.ts';
export { clusterRisks } from './risks.ts';
export { wantedFiles, wantedFolders } from './wanted.ts';
export { workloadsOf } from './workloads.ts';

/** `5.2.10` behind `5.2.9`. */
function byNumber(a: KubernetesControl, b: KubernetesControl): number {
  const [left, right] = [a, b].map(({ id }) => id.split('.').map(Number));
  for (let at = 0; at < 3; at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const cis: readonly KubernetesControl[] = [
  ...controlPlaneFileControls,
  ...apiServerControls,
  ...apiServerDataControls,
  ...controllerControls,
  ...etcdControls,
  ...controlPlaneControls,
  ...workerControls,
  ...rightsControls,
  ...namespaceControls,
  ...podControls,
].toSorted(byNumber);

/** The controls of each benchmark; `cis` has our own beside it. */
export const kubernetesControls = {
  cis: [...cis, ...ownControls],
  nsa: nsaControls([...cis, ...ownControls]),
} as const;
