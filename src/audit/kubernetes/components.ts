// Which components run here and with which words: processes first, then static manifests, then what
// the cluster tells of its control plane, then what a distribution embeds.
import { asArray, asRecord, field, stringField, stringsOf } from '../../base/json.ts';
import { type ComponentName, componentNames } from './facts.ts';
import { labelsOf, nameOf, namespaceOf } from './objects.ts';

export interface ProcessWords {
  readonly pid: number;
  readonly words: readonly string[];
  readonly isRoot: boolean;
  readonly environment: ReadonlyMap<string, string>;
}

export interface FoundComponent {
  readonly name: ComponentName;
  readonly source: string;
  readonly pid: number | null;
  readonly words: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly isRoot: boolean | null;
  /** Folders and files of the node that the container sees under another name, longest first. */
  readonly mounts: readonly { readonly inside: string; readonly outside: string }[];
  /** Image of its container, which tells its version; null: not known. */
  readonly image: string | null;
}

export interface FoundComponents {
  readonly components: ReadonlyMap<ComponentName, FoundComponent>;
  /** What a person should know: several processes of one component. */
  readonly notes: readonly string[];
}

export interface ComponentSources {
  readonly processes: readonly ProcessWords[];
  /** Static manifests of the node, parsed. */
  readonly manifests: readonly { readonly path: string; readonly value: unknown }[];
  /** Pods of the cluster: those of the control plane show their command. */
  readonly pods: readonly unknown[];
  /** Words by component that a distribution keeps in its own settings. */
  readonly embedded: ReadonlyMap<
    ComponentName,
    { readonly source: string; readonly words: readonly string[] }
  >;
}

/** The components of a node or cluster, each from the best source. */
export function findComponents(sources: ComponentSources): FoundComponents {
  const components = new Map<ComponentName, FoundComponent>();
  const notes: string[] = [];
  for (const name of componentNames) {
    const running = sources.processes.filter(({ words }) => isProgram(words, name));
    const manifest = fromManifests(sources.manifests, name);
    const [first] = running;
    if (running.length > 1) {
      notes.push(
        `${running.length} processes of ${name} run here; process ${first?.pid ?? 0} is judged (--root /proc/PID/root chooses another)`,
      );
    }
    const found =
      first === undefined
        ? (manifest ?? fromEmbedded(sources, name) ?? fromPods(sources.pods, name))
        : fromProcess(first, name, manifest);
    if (found !== null) components.set(name, found);
  }
  return { components, notes };
}

/** The program of a command line: `/usr/bin/kubelet`, `/hyperkube kubelet`. */
function isProgram(words: readonly string[], name: ComponentName): boolean {
  const [program = '', second = ''] = words.map((word) => word.split('/').at(-1) ?? '');
  return program === name || (program === 'hyperkube' && second === name);
}

function fromProcess(
  { pid, words, isRoot, environment }: ProcessWords,
  name: ComponentName,
  manifest: FoundComponent | null,
): FoundComponent {
  const source = `process ${pid}`;
  const mounts = manifest?.mounts ?? [];
  return { name, source, pid, words, environment, isRoot, mounts, image: manifest?.image ?? null };
}

function fromManifests(
  manifests: ComponentSources['manifests'],
  name: ComponentName,
): FoundComponent | null {
  for (const { path, value } of manifests) {
    const found = fromPod(value, name, path);
    if (found !== null) return found;
  }
  return null;
}

/** Pods of the control plane; those of kube-proxy are made by a DaemonSet. */
function fromPods(pods: readonly unknown[], name: ComponentName): FoundComponent | null {
  if (name === 'kubelet') return null;
  for (const pod of pods) {
    if (namespaceOf(pod) !== 'kube-system') continue;
    const labels = labelsOf(pod);
    const label = stringField(labels, 'component') ?? stringField(labels, 'k8s-app');
    if (label !== name) continue;
    const found = fromPod(pod, name, `Pod kube-system/${nameOf(pod)}`);
    if (found !== null) return found;
  }
  return null;
}

function fromPod(pod: unknown, name: ComponentName, source: string): FoundComponent | null {
  const spec = field(pod, 'spec');
  const container = asArray(field(spec, 'containers'))
    .slice(0, 100)
    .find((one) => isProgram(wordsOf(one), name));
  if (container === undefined) return null;
  const environment = new Map(
    asArray(field(container, 'env'))
      .slice(0, 1000)
      .map((one) => [stringField(one, 'name') ?? '', stringField(one, 'value') ?? ''] as const),
  );
  return {
    name,
    source,
    pid: null,
    words: wordsOf(container),
    environment,
    isRoot: null,
    mounts: mountsOf(spec, container),
    image: stringField(container, 'image'),
  };
}

/** Command and arguments; a shell in front of them (`/bin/sh -c "exec kube-proxy ..."`) is no component. */
function wordsOf(container: unknown): readonly string[] {
  return [...stringsOf(field(container, 'command')), ...stringsOf(field(container, 'args'))];
}

function mountsOf(spec: unknown, container: unknown): FoundComponent['mounts'] {
  const paths = new Map(
    asArray(field(spec, 'volumes'))
      .slice(0, 1000)
      .flatMap((volume) => {
        const path = stringField(field(volume, 'hostPath'), 'path');
        return path === null ? [] : [[stringField(volume, 'name') ?? '', path] as const];
      }),
  );
  return asArray(field(container, 'volumeMounts'))
    .slice(0, 1000)
    .flatMap((mount) => {
      const inside = stringField(mount, 'mountPath');
      const outside = paths.get(stringField(mount, 'name') ?? '');
      return inside === null || outside === undefined ? [] : [{ inside, outside }];
    })
    .toSorted((a, b) => b.inside.length - a.inside.length);
}

function fromEmbedded(
  { embedded, processes }: ComponentSources,
  name: ComponentName,
): FoundComponent | null {
  const one = embedded.get(name);
  if (one === undefined) return null;
  const host = processes.find(({ words }) =>
    /^(?:k3s|kubelite)/.test(words[0]?.split('/').at(-1) ?? ''),
  );
  return {
    name,
    ...one,
    pid: null,
    environment: new Map(),
    isRoot: host?.isRoot ?? null,
    mounts: [],
    image: null,
  };
}

/** Where a path of the component lies on the node, by its mounts. */
export function outsidePath({ mounts }: FoundComponent, path: string): string {
  const mount = mounts.find(
    ({ inside }) => path === inside || path.startsWith(`${inside.replace(/\/$/, '')}/`),
  );
  return mount === undefined ? path : mount.outside + path.slice(mount.inside.length);
}

/** What k3s gives to its components unless told otherwise (k3s, hardening guide and its own log). */
const k3sWords: Readonly<Record<string, readonly string[]>> = {
  'kube-apiserver': [
    '--anonymous-auth=false',
    '--authorization-mode=Node,RBAC',
    '--client-ca-file=/var/lib/rancher/k3s/server/tls/client-ca.crt',
    '--enable-admission-plugins=NodeRestriction',
    '--kubelet-certificate-authority=/var/lib/rancher/k3s/server/tls/server-ca.crt',
    '--kubelet-client-certificate=/var/lib/rancher/k3s/server/tls/client-kube-apiserver.crt',
    '--kubelet-client-key=/var/lib/rancher/k3s/server/tls/client-kube-apiserver.key',
    '--profiling=false',
    '--service-account-key-file=/var/lib/rancher/k3s/server/tls/service.key',
    '--tls-cert-file=/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt',
    '--tls-private-key-file=/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.key',
  ],
  'kube-controller-manager': [
    '--bind-address=127.0.0.1',
    '--profiling=false',
    '--root-ca-file=/var/lib/rancher/k3s/server/tls/server-ca.crt',
    '--service-account-private-key-file=/var/lib/rancher/k3s/server/tls/service.current.key',
    '--use-service-account-credentials=true',
  ],
  'kube-scheduler': ['--bind-address=127.0.0.1', '--profiling=false'],
  kubelet: [
    '--anonymous-auth=false',
    '--authorization-mode=Webhook',
    '--client-ca-file=/var/lib/rancher/k3s/agent/client-ca.crt',
    '--config-dir=/var/lib/rancher/k3s/agent/etc/kubelet.conf.d',
    '--kubeconfig=/var/lib/rancher/k3s/agent/kubelet.kubeconfig',
    '--read-only-port=0',
    '--tls-cert-file=/var/lib/rancher/k3s/agent/serving-kubelet.crt',
    '--tls-private-key-file=/var/lib/rancher/k3s/agent/serving-kubelet.key',
  ],
  'kube-proxy': ['--kubeconfig=/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig'],
};

/**
 * The components inside of k3s: its defaults, then `NAME-arg` of its settings files in their order,
 * then of its command line. `hasStore`: it keeps an etcd, else its own database.
 */
export function embeddedInK3s(
  words: readonly string[] | null,
  settings: readonly unknown[],
  hasStore: boolean,
): ComponentSources['embedded'] {
  const isServer = words === null ? hasStore : words[1] === 'server';
  const found = new Map<ComponentName, { source: string; words: readonly string[] }>();
  for (const name of componentNames) {
    if (!isServer && name !== 'kubelet' && name !== 'kube-proxy') continue;
    if (name === 'etcd') {
      if (!hasStore) continue;
      const file = '--config-file=/var/lib/rancher/k3s/server/db/etcd/config';
      found.set(name, { source: 'k3s', words: [name, file] });
      continue;
    }
    const own = Object.hasOwn(k3sWords, name) ? (k3sWords[name] ?? []) : [];
    const given = [
      ...settingsArguments(settings, `${name}-arg`),
      ...flagArguments(words ?? [], `--${name}-arg`),
    ];
    const store = name === 'kube-apiserver' && !hasStore ? ['--etcd-servers=unix://kine.sock'] : [];
    const dashed = given.map((one) => (one.startsWith('--') ? one : `--${one}`));
    found.set(name, { source: 'k3s', words: [name, ...own, ...store, ...dashed] });
  }
  return found;
}

/** A later file replaces a list; `key+` adds to it (k3s, configuration file). */
function settingsArguments(settings: readonly unknown[], key: string): readonly string[] {
  let values: readonly string[] = [];
  for (const file of settings) {
    if (asRecord(file) === null) continue;
    if (field(file, key) !== undefined) values = stringsOf(field(file, key));
    values = [...values, ...stringsOf(field(file, `${key}+`))];
  }
  return values.slice(0, 1000);
}

function flagArguments(words: readonly string[], flag: string): readonly string[] {
  return words.flatMap((word, at) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    return word === flag ? [words[at + 1] ?? ''] : [];
  });
}
