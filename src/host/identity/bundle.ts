// One identity out of everything that is known of a container without Docker: bundle, annotations,
// the engine's database, the monitor's command line. The nearer a source is to the user, the more it
// is believed.
import type { ContainerEngine, ContainerIdentity } from '../../model/container.ts';
import { parseAnnotations } from './annotations.ts';
import type { ContainerdFacts } from './containerd.ts';
import type { OciFacts } from './oci-config.ts';
import type { PodmanFacts } from './podman.ts';

export interface BundleSources {
  readonly id: string;
  readonly engine: ContainerEngine;
  readonly oci: OciFacts | null;
  readonly podman?: PodmanFacts | null;
  /** With the image's id, where containerd still has its manifest. */
  readonly containerd?: (ContainerdFacts & { readonly imageId?: string | null }) | null;
  /** Of conmon's command line. */
  readonly name?: string | null;
}

/** The identity as far as the sources tell it. */
export function bundleIdentity(sources: BundleSources): ContainerIdentity {
  const { id, oci, podman = null, containerd = null } = sources;
  const annotations = oci?.annotations ?? new Map<string, string>();
  const labels = labelsOf(annotations, containerd, podman);
  const told = parseAnnotations(annotations);
  const labelled = parseAnnotations(labels);
  const engine = told.engine ?? (sources.engine === 'unknown' ? labelled.engine : null);
  return {
    id,
    engine: engine ?? sources.engine,
    name:
      told.name ?? podman?.name ?? labelled.name ?? sources.name ?? (isReadable(id) ? id : null),
    image: {
      reference: podman?.imageReference ?? containerd?.imageReference ?? told.imageReference,
      id: podman?.imageId ?? told.imageId ?? containerd?.imageId ?? null,
      digest: containerd?.imageDigest ?? told.imageDigest,
    },
    labels,
    mounts: oci?.mounts ?? [],
    capabilities: oci?.capabilities ?? null,
    privileged: podman?.privileged ?? told.privileged ?? oci?.privileged ?? null,
    network: {
      mode: podman?.networkMode ?? told.networkMode ?? labelled.networkMode ?? oci?.network ?? null,
      addresses: [],
      ports: podman?.ports.length ? podman.ports : [...told.ports, ...labelled.ports],
    },
    user: podman?.user || (oci?.user ?? null),
    command: oci === null || oci.command.length === 0 ? null : oci.command,
    pidMode: oci?.pidMode ?? null,
    pod: told.pod ?? labelled.pod,
    ...(oci === null ? {} : { limits: oci.limits }),
    createdAtNs: podman?.createdAtNs ?? containerd?.createdAtNs ?? told.createdAtNs,
  };
}

/** Chosen by a user (`ctr run`): then it is the name as well. */
function isReadable(id: string): boolean {
  return !/^[0-9a-f]{64}$/.test(id);
}

function labelsOf(
  annotations: ReadonlyMap<string, string>,
  containerd: ContainerdFacts | null,
  podman: PodmanFacts | null,
): ReadonlyMap<string, string> {
  const told = parseAnnotations(annotations);
  const engines = [...(containerd?.labels ?? []), ...(podman?.labels ?? []), ...told.labels];
  // Without an engine's record the annotations are all that is left of labels (`runc run`).
  return new Map(engines.length > 0 ? engines : annotations);
}
