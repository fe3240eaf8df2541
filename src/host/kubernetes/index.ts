// The door to Kubernetes clusters: how to reach one, what it lists, and dumps of one.
export { type AccessOptions, type ClusterAccess, clusterAccess, hasCluster } from './access.ts';
export {
  type ApiOptions,
  connectCluster,
  type KubernetesApi,
  type ListAnswer,
  listEverything,
} from './api.ts';
export { type ReadDump, readDump } from './dump.ts';
export { type KubeconfigAnswer, readKubeconfig } from './kubeconfig.ts';
export {
  type NamespaceAnswer,
  type NamespaceWatch,
  watchNamespaces,
} from './namespaces.ts';
export type { OwnRights } from './own-rights.ts';
export { type Resource, resources } from './resources.ts';
