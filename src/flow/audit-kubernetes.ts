// The walk "node and cluster -> facts" for the audit of Kubernetes: whatever of both was given.
import {
  type ClusterFacts,
  type KindFacts,
  type KubernetesControl,
  type KubernetesFacts,
  kubernetesControls,
  minorOf,
  workloadsOf,
} from '../audit/kubernetes/index.ts';
import { field, stringField } from '../base/json.ts';
import {
  type KubernetesApi,
  listEverything,
  type OwnRights,
  type ReadDump,
} from '../host/kubernetes/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { Unknown } from '../model/unknown.ts';
import { adviseNodes } from './audit-kubernetes-advice.ts';
import { collectComponents, type NodeSources, nodeFiles } from './audit-kubernetes-node.ts';

export interface KubernetesSources {
  /** Null: files of this machine are not asked. */
  readonly node: NodeSources | null;
  /** An API to ask, or a dump; null: no cluster. */
  readonly cluster: KubernetesApi | ReadDump | null;
  /** Namespaces that are judged; null: all. */
  readonly namespaces: readonly string[] | null;
  /** Of Kubernetes 1.x, as the user gave it; null: it is found out. */
  readonly minor: number | null;
  readonly now: Date;
  /** What is known of packages of distributions; null: nothing is asked. */
  readonly advisories: AdvisorySource | null;
}

export interface CollectedKubernetes {
  readonly facts: KubernetesFacts;
  readonly unknowns: readonly Unknown[];
  readonly leftOut: readonly string[];
}

/** Reads the node and asks the cluster. Errors: those of the first question to the API. */
export async function collectKubernetes(sources: KubernetesSources): Promise<CollectedKubernetes> {
  const { node, namespaces } = sources;
  const asked = await ask(sources.cluster);
  const kinds = asked === null ? null : within(asked.kinds, namespaces);
  const pods = asked?.kinds.get('Pod');
  const { components, notes, images } = collectComponents(
    node,
    pods?.kind === 'known' ? pods.objects : [],
  );
  const version = asked?.version ?? null;
  const minor = sources.minor ?? minorOf(version) ?? minorOfImages(images) ?? minorOfNodes(asked);
  const cluster: ClusterFacts | null =
    kinds === null
      ? null
      : {
          version,
          kinds,
          workloads: workloadsOf(kinds, minor),
          adviseNode: adviseNodes(sources.advisories),
          ownRights: await ownRights(sources),
        };
  const today = sources.now.toISOString().slice(0, 10);
  const facts: KubernetesFacts = { minor, today, components, node: null, cluster };
  const leftOut = [
    ...(node === null
      ? ['owners and modes of files (CIS 1.1 and 4.1): run it on a node, as root']
      : []),
    ...(components.size === 0 ? ['settings of components (CIS 1.2 to 4.3): run it on a node'] : []),
    ...(cluster === null ? ['objects of the cluster (CIS 5): give --kubeconfig or --dump'] : []),
    ...(namespaces === null ? [] : [`namespaces other than ${namespaces.join(', ')}`]),
    ...notes,
  ];
  const unknowns = [...(asked?.unknowns ?? []), ...unknownKinds(kinds)];
  const whole = node === null ? facts : { ...facts, node: nodeFiles(facts, node) };
  return { facts: whole, unknowns, leftOut };
}

/** The controls of a benchmark that what was collected can answer at all. */
export function askable(
  benchmark: keyof typeof kubernetesControls,
  { node, components, cluster }: KubernetesFacts,
): readonly KubernetesControl[] {
  return kubernetesControls[benchmark].filter(({ need }) => {
    if (need === 'files') return node !== null;
    if (need === 'components') return components.size > 0 || node !== null;
    return need === 'nothing' || cluster !== null;
  });
}

interface Asked {
  readonly kinds: ReadonlyMap<string, KindFacts>;
  readonly version: string | null;
  readonly unknowns: readonly Unknown[];
}

async function ask(cluster: KubernetesSources['cluster']): Promise<Asked | null> {
  if (cluster === null) return null;
  if ('kinds' in cluster) {
    const unknowns = cluster.unknowns.map((one) => ({ ...one, layer: null }));
    return { kinds: cluster.kinds, version: cluster.version, unknowns };
  }
  // The version first: it tells a refused credential from rights that are missing.
  const version = await cluster.version();
  return { kinds: await listEverything(cluster), version, unknowns: [] };
}

/** Rights differ by namespace; these two tell an account that is bound everywhere from one that is not. */
const askedNamespaces = ['default', 'kube-system'];
/** Each costs a question; more namespaces say little more of one account. */
const namespacesMost = 20;

async function ownRights({ cluster, namespaces }: KubernetesSources): Promise<OwnRights | null> {
  if (cluster === null || 'kinds' in cluster) return null;
  return cluster.ownRights((namespaces ?? askedNamespaces).slice(0, namespacesMost));
}

function unknownKinds(kinds: ReadonlyMap<string, KindFacts> | null): readonly Unknown[] {
  return [...(kinds ?? [])].flatMap(([path, facts]) =>
    facts.kind === 'unknown' ? [{ path, layer: null, reason: facts.reason }] : [],
  );
}

/** Objects of these namespaces, and those of none. */
function within(
  kinds: ReadonlyMap<string, KindFacts>,
  namespaces: readonly string[] | null,
): ReadonlyMap<string, KindFacts> {
  if (namespaces === null) return kinds;
  const chosen = new Set(namespaces);
  return new Map(
    [...kinds].map(([kind, facts]): [string, KindFacts] => {
      if (facts.kind === 'unknown') return [kind, facts];
      const objects = facts.objects.filter((one) => isWithin(one, kind, chosen));
      return [kind, { kind: 'known', objects }];
    }),
  );
}

function isWithin(object: unknown, kind: string, chosen: ReadonlySet<string>): boolean {
  const metadata = field(object, 'metadata');
  const name = stringField(metadata, kind === 'Namespace' ? 'name' : 'namespace');
  return name === null || chosen.has(name);
}

/** `registry.k8s.io/kube-apiserver:v1.30.2`. */
function minorOfImages(images: readonly string[]): number | null {
  for (const image of images) {
    const tag = /\/kube-[\w-]+:(v1\.\d{1,3}[^@]*)/.exec(image)?.[1];
    const minor = minorOf(tag ?? null);
    if (minor !== null) return minor;
  }
  return null;
}

/** The newest kubelet: an API server is never older. */
function minorOfNodes(asked: Asked | null): number | null {
  const nodes = asked?.kinds.get('Node');
  if (nodes?.kind !== 'known') return null;
  const minors = nodes.objects.slice(0, 10_000).flatMap((one) => {
    const version = stringField(field(field(one, 'status'), 'nodeInfo'), 'kubeletVersion');
    return minorOf(version) ?? [];
  });
  return minors.length === 0 ? null : Math.max(...minors);
}
