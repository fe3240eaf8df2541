// Names that orchestrators write into annotations and labels: Kubernetes through containerd's CRI,
// CRI-O and cri-dockerd; Podman; nerdctl.
import { asNumber, field, parseJson, stringField, stringsOf } from '../../base/json.ts';
import type { ContainerEngine, ContainerIdentity } from '../../model/container.ts';
import { nanosecondsOf } from './moment.ts';
import { stringMapOf } from './oci-config.ts';

export interface AnnotationFacts {
  readonly engine: ContainerEngine | null;
  readonly name: string | null;
  readonly imageReference: string | null;
  readonly imageId: string | null;
  readonly imageDigest: string | null;
  /** Labels that only the annotations carry. */
  readonly labels: ReadonlyMap<string, string>;
  readonly pod: ContainerIdentity['pod'];
  readonly privileged: boolean | null;
  readonly networkMode: string | null;
  readonly ports: readonly string[];
  readonly createdAtNs: bigint | null;
}

/** One annotation that holds JSON (CRI-O's labels): etcd ends all of a pod's at 256 KiB. */
const annotationCharacters = 1024 * 1024;

/** What the annotations of a bundle, or the labels of an engine, tell by convention. */
export function parseAnnotations(map: ReadonlyMap<string, string>): AnnotationFacts {
  const get = (...keys: readonly string[]): string | null => {
    for (const key of keys) {
      const value = map.get(key);
      if (value !== undefined && value !== '') return value;
    }
    return null;
  };
  const crio = get('io.kubernetes.cri-o.ContainerType') !== null;
  const image = get('io.kubernetes.cri-o.Image', 'io.kubernetes.cri-o.ImageRef');
  const reference = get(
    'io.kubernetes.cri.image-name',
    'io.kubernetes.cri-o.UserRequestedImage',
    'io.kubernetes.cri-o.ImageName',
    'io.kubernetes.cri-o.SomeNameOfTheImage',
  );
  const privileged = get(
    'io.podman.annotations.privileged',
    'io.kubernetes.cri-o.PrivilegedRuntime',
  );
  return {
    engine: engineOf(map, crio),
    name: nameOf(get),
    imageReference: reference,
    imageId: digestOf(image, /^(?:sha256:)?([0-9a-f]{64})$/),
    imageDigest:
      digestOf(get('io.kubernetes.cri-o.ImageRef'), /@sha256:([0-9a-f]{64})$/) ??
      digestOf(reference, /@sha256:([0-9a-f]{64})$/),
    labels: labelsOf(get('io.kubernetes.cri-o.Labels')),
    pod: podOf(get),
    privileged: privileged === null ? null : privileged.toLowerCase() === 'true',
    networkMode: networkModeOf(get),
    ports: nerdctlPorts(get('nerdctl/ports')),
    createdAtNs: nanosecondsOf(get('io.kubernetes.cri-o.Created')),
  };
}

type Get = (...keys: readonly string[]) => string | null;

function engineOf(map: ReadonlyMap<string, string>, crio: boolean): ContainerEngine | null {
  // Podman writes some of CRI-O's annotations too, so it is asked first.
  if (map.get('io.container.manager') === 'libpod') return 'podman';
  if (map.get('io.container.manager') === 'cri-o' || crio) return 'cri-o';
  if (map.has('io.kubernetes.cri.container-type') || map.has('nerdctl/namespace')) {
    return 'containerd';
  }
  return null;
}

function nameOf(get: Get): string | null {
  const type = get('io.kubernetes.cri.container-type', 'io.kubernetes.cri-o.ContainerType');
  // The container that holds a pod's namespaces: kubelet and cAdvisor call it POD.
  if (type === 'sandbox') return 'POD';
  return get('io.kubernetes.cri.container-name', 'io.kubernetes.container.name', 'nerdctl/name');
}

function podOf(get: Get): ContainerIdentity['pod'] {
  const name = get(
    'io.kubernetes.cri.sandbox-name',
    'io.kubernetes.pod.name',
    'io.kubernetes.cri-o.KubeName',
  );
  const namespace = get(
    'io.kubernetes.cri.sandbox-namespace',
    'io.kubernetes.pod.namespace',
    'io.kubernetes.cri-o.Namespace',
  );
  const uid = get('io.kubernetes.cri.sandbox-uid', 'io.kubernetes.pod.uid');
  return name === null && namespace === null && uid === null ? null : { name, namespace, uid };
}

function digestOf(text: string | null, form: RegExp): string | null {
  const hexadecimal = text === null ? undefined : form.exec(text)?.[1];
  return hexadecimal === undefined ? null : `sha256:${hexadecimal}`;
}

function labelsOf(json: string | null): ReadonlyMap<string, string> {
  return stringMapOf(jsonOf(json));
}

function jsonOf(text: string | null): unknown {
  if (text === null) return null;
  const parsed = parseJson(text, { maximumLength: annotationCharacters });
  return parsed.ok ? parsed.value : null;
}

function networkModeOf(get: Get): string | null {
  const networks = stringsOf(jsonOf(get('nerdctl/networks')));
  if (networks.length > 0) return networks.join(',');
  return get('io.kubernetes.cri-o.HostNetwork') === 'true' ? 'host' : null;
}

function nerdctlPorts(json: string | null): readonly string[] {
  const ports = jsonOf(json);
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port: unknown) => {
    const outside = asNumber(field(port, 'HostPort'));
    const inside = asNumber(field(port, 'ContainerPort'));
    if (outside === null || inside === null) return [];
    const protocol = stringField(port, 'Protocol') ?? 'tcp';
    return [`${stringField(port, 'HostIP') ?? '0.0.0.0'}:${outside}->${inside}/${protocol}`];
  });
}
