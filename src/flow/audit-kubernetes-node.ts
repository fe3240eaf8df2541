// The walk "node -> facts": processes, static manifests, settings files by the flags that name them, and
// owners and modes of what the benchmark asks for.
import {
  type Component,
  type ComponentName,
  type ConfigFile,
  configBytes,
  dropInOrder,
  embeddedInK3s,
  type FoundComponent,
  filesNamed,
  findComponents,
  type KubernetesFacts,
  type Layout,
  layoutOf,
  type NodeFacts,
  outsidePath,
  type ProcessWords,
  readConfig,
  readDropIn,
  wantedFiles,
  wantedFolders,
} from '../audit/kubernetes/index.ts';
import { type Machine, readProcesses } from '../host/machine/index.ts';

/** Programs whose words are looked at. */
const programs = /^(?:kube-\w+(?:-\w+)*|kubelet|kubelite|etcd|hyperkube|k3s(?:-server|-agent)?)$/;
const manifestsMost = 200;
const environmentBytes = 256 * 1024;

export interface NodeSources {
  readonly machine: Machine;
  readonly layout: Layout;
  readonly processes: readonly ProcessWords[];
}

/** What of Kubernetes is on this machine; null: nothing. */
export function findNode(machine: Machine): NodeSources | null {
  const processes = (readProcesses(machine) ?? [])
    .filter(({ program }) => programs.test(program))
    .map(({ pid, words, userId }) => ({
      pid,
      words,
      isRoot: userId === 0,
      environment: environmentOf(machine, pid),
    }));
  const isThere = (path: string): boolean => machine.file(path)?.kind !== undefined;
  const layout = layoutOf(isThere) ?? (processes.length > 0 ? layoutOf(() => true) : null);
  return layout === null ? null : { machine, layout, processes };
}

/** Variables of etcd: its settings may stand there. Others are not kept: they may hold credentials. */
function environmentOf(machine: Machine, pid: number): ReadonlyMap<string, string> {
  const text = machine.text(`/proc/${pid}/environ`, environmentBytes) ?? '';
  return new Map(
    text.split('\0').flatMap((one) => {
      const cut = one.indexOf('=');
      return one.startsWith('ETCD_') && cut > 0 ? [[one.slice(0, cut), one.slice(cut + 1)]] : [];
    }),
  );
}

export interface CollectedComponents {
  readonly components: ReadonlyMap<ComponentName, Component>;
  readonly notes: readonly string[];
  /** Images of the control plane, which tell the version. */
  readonly images: readonly string[];
}

/** Components of the node, and those that the cluster tells of. */
export function collectComponents(
  node: NodeSources | null,
  pods: readonly unknown[],
): CollectedComponents {
  const found = findComponents({
    processes: node?.processes ?? [],
    manifests: node === null ? [] : manifestsOf(node),
    pods,
    embedded: node === null ? new Map() : embeddedOf(node),
  });
  const components = new Map<ComponentName, Component>();
  for (const [name, one] of found.components) components.set(name, withFiles(one, node));
  const images = [...found.components.values()].flatMap(({ image }) => image ?? []);
  return { components, notes: found.notes, images };
}

function manifestsOf({ machine, layout, processes }: NodeSources) {
  const kubelet = processes.find(({ words }) => words[0]?.endsWith('kubelet') === true);
  const named = kubelet?.words.find((word) => word.startsWith('--pod-manifest-path='));
  const folder = named?.slice('--pod-manifest-path='.length) ?? layout.paths.manifests;
  if (folder === '') return [];
  return machine
    .entries(folder, manifestsMost)
    .filter((name) => /\.(?:ya?ml|json|manifest)$/.test(name))
    .map((name) => `${folder}/${name}`)
    .flatMap((path) => {
      const { value, problem } = readConfig(path, machine.text(path, configBytes));
      return problem === null ? [{ path, value }] : [];
    });
}

function embeddedOf({ machine, layout, processes }: NodeSources) {
  const found = new Map<ComponentName, { source: string; words: readonly string[] }>();
  if (layout.embeds === 'k3s') {
    const folder = '/etc/rancher/k3s';
    const parts = machine
      .entries(`${folder}/config.yaml.d`)
      .map((name) => `${folder}/config.yaml.d/${name}`);
    const settings = [`${folder}/config.yaml`, ...parts].flatMap((path) => {
      const text = machine.text(path, configBytes);
      return text === null ? [] : [readConfig(path, text).value];
    });
    const program = processes.find(({ words }) => /(?:^|\/)k3s/.test(words[0] ?? ''));
    const hasStore = machine.file('/var/lib/rancher/k3s/server/db/etcd/config')?.kind === 'file';
    return embeddedInK3s(k3sWords(program?.words ?? null), settings, hasStore);
  }
  if (layout.embeds === 'microk8s') {
    const folder = '/var/snap/microk8s/current';
    for (const name of [
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'etcd',
      'kubelet',
      'kube-proxy',
    ] as const) {
      const text = machine.text(`${folder}/args/${name}`, configBytes);
      if (text === null) continue;
      const words = text
        .split('\n')
        .map((line) => line.trim().replaceAll(/\$\{?SNAP_DATA\}?/g, folder))
        .filter((line) => line.startsWith('-'));
      found.set(name, { source: `${folder}/args/${name}`, words: [name, ...words] });
    }
  }
  return found;
}

/** `k3s server`; newer ones call themselves `k3s-server`. */
function k3sWords(words: readonly string[] | null): readonly string[] | null {
  const program = words?.[0]?.split('/').at(-1) ?? '';
  if (words === null || !program.startsWith('k3s-')) return words;
  return ['k3s', program.slice('k3s-'.length), ...words.slice(1)];
}

/** Reads what the words of a component name. */
function withFiles(found: FoundComponent, node: NodeSources | null): Component {
  const { name, source, words, environment, isRoot } = found;
  const files = filesNamed(name, words, environment);
  const base = { name, source, words, environment, isRoot };
  if (node === null) {
    const problem = 'it lies on the node: run the audit there';
    const unread = (path: string): ConfigFile => ({ path, value: null, problem });
    return {
      ...base,
      configs: files.config === null ? [] : [unread(files.config)],
      documents: new Map(files.documents.map(({ flag, path }) => [flag, unread(path)])),
    };
  }
  const read = (path: string): ConfigFile => readConfig(path, textOf(found, node, path));
  const configs = files.config === null ? [] : [read(files.config)];
  const dropIns = files.dropIns === null ? [] : dropInsOf(node.machine, files.dropIns);
  return {
    ...base,
    configs: [...configs, ...dropIns],
    documents: new Map(files.documents.map(({ flag, path }) => [flag, read(path)])),
  };
}

function dropInsOf(machine: Machine, folder: string): readonly ConfigFile[] {
  const paths = machine.filesBelow(folder).map(({ path }) => path);
  return dropInOrder(paths).map((path) => readDropIn(path, machine.text(path, configBytes)));
}

/** A file as the component sees it: in the root of its process, through its mounts, else on the node. */
function textOf(found: FoundComponent, { machine }: NodeSources, path: string): string | null {
  const { pid } = found;
  const inProcess = pid === null ? null : machine.text(`/proc/${pid}/root${path}`, configBytes);
  const outside = inProcess ?? machine.text(outsidePath(found, path), configBytes);
  if (outside !== null || found.name !== 'kube-proxy') return outside;
  // kubeadm gives kube-proxy its file as a ConfigMap, which the kubelet unpacks for the Pod.
  const pods = '/var/lib/kubelet/pods';
  for (const id of machine.entries(pods)) {
    const file = `${pods}/${id}/volumes/kubernetes.io~configmap/kube-proxy/${path.split('/').at(-1) ?? ''}`;
    const text = machine.text(file, configBytes);
    if (text !== null) return text;
  }
  return null;
}

/** Owners and modes of what the controls ask for. */
export function nodeFiles(facts: KubernetesFacts, { machine, layout }: NodeSources): NodeFacts {
  const files = new Map<string, NonNullable<ReturnType<Machine['file']>> | null>();
  for (const path of wantedFiles(facts, layout.paths)) {
    const file = machine.file(path);
    if (file !== undefined) files.set(path, file);
  }
  const folders = wantedFolders(layout.paths).map(
    (folder) => [folder, machine.filesBelow(folder)] as const,
  );
  return { layout: layout.id, files, below: new Map(folders), paths: layout.paths };
}
