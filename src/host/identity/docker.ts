// Docker's own documents of a container: `config.v2.json` with `hostconfig.json` on its disk, and the
// answer of `GET /containers/ID/json` (Podman's too), which says the same in other places.
import { asArray, asNumber, entriesOf, field, stringField, stringsOf } from '../../base/json.ts';
import type { ContainerEngine, ContainerIdentity } from '../../model/container.ts';
import type { MountFacts } from '../../model/event.ts';
import { parseAnnotations } from './annotations.ts';
import { boundingSet } from './capability.ts';
import { dockerLimits } from './limits.ts';
import { nanosecondsOf } from './moment.ts';
import { type OciFacts, stringMapOf } from './oci-config.ts';

/** Mounts, networks and ports of one container beyond this are not kept; honest ones have dozens. */
const entriesKept = 4096;

export interface DockerDocuments {
  /** `config.v2.json`, or the answer of inspect. */
  readonly container: unknown;
  /** `hostconfig.json`; the answer of inspect holds it as `HostConfig`. */
  readonly hostConfig?: unknown;
  /** Of the bundle, where there is one: it says what is made, the others what was asked for. */
  readonly oci?: OciFacts | null;
  readonly engine?: ContainerEngine;
}

/** The container that the documents describe; null when they have no id. */
export function dockerIdentity(documents: DockerDocuments): ContainerIdentity | null {
  const { container, oci = null, engine = 'docker' } = documents;
  const id = stringField(container, 'ID') ?? stringField(container, 'Id');
  if (id === null || id === '') return null;
  const hostConfig = documents.hostConfig ?? field(container, 'HostConfig');
  const config = field(container, 'Config');
  const settings = field(container, 'NetworkSettings');
  const labels = stringMapOf(field(config, 'Labels'));
  const privileged = field(hostConfig, 'Privileged');
  const user = stringField(config, 'User');
  return {
    id,
    engine,
    name: nameOf(container),
    image: imageOf(container, config),
    labels,
    mounts: oci?.mounts ?? mountsOf(container),
    capabilities: oci?.capabilities ?? capabilitiesOf(container, hostConfig),
    privileged: typeof privileged === 'boolean' ? privileged : (oci?.privileged ?? null),
    network: {
      mode: networkModeOf(hostConfig, settings),
      addresses: addressesOf(settings),
      ports: portsOf(hostConfig, settings),
    },
    user: user ?? oci?.user ?? null,
    command: commandOf(container),
    pidMode: pidModeOf(stringField(hostConfig, 'PidMode')),
    pod: parseAnnotations(labels).pod,
    ...limitsOf(hostConfig, oci),
    createdAtNs: nanosecondsOf(stringField(container, 'Created')),
  };
}

/** What was told to the runtime counts: an engine leaves out what the kernel cannot keep. */
function limitsOf(hostConfig: unknown, oci: OciFacts | null): Pick<ContainerIdentity, 'limits'> {
  if (oci !== null) return { limits: oci.limits };
  if (hostConfig === undefined || hostConfig === null) return {};
  return { limits: dockerLimits(hostConfig) };
}

function nameOf(container: unknown): string | null {
  const name = stringField(container, 'Name');
  if (name === null || name === '') return null;
  return name.startsWith('/') ? name.slice(1) : name;
}

function imageOf(container: unknown, config: unknown): ContainerIdentity['image'] {
  const reference = stringField(config, 'Image');
  const id = stringField(container, 'Image');
  // Engines with containerd's image store know the manifest (API 1.48).
  const manifest = stringField(
    field(container, 'ImageManifestDescriptor') ?? field(container, 'ImageManifest'),
    'digest',
  );
  const written = /@(sha256:[0-9a-f]{64})$/.exec(reference ?? '')?.[1];
  return {
    reference: reference === '' ? null : reference,
    id: id === null || id === '' ? null : id.includes(':') ? id : `sha256:${id}`,
    digest: written ?? manifest,
  };
}

function commandOf(container: unknown): readonly string[] | null {
  const path = stringField(container, 'Path');
  if (path === null || path === '') return null;
  return [path, ...stringsOf(field(container, 'Args'))];
}

function mountsOf(container: unknown): readonly MountFacts[] {
  const points = entriesOf(field(container, 'MountPoints')).map(([, point]) => point);
  const mounts = [...asArray(field(container, 'Mounts')), ...points];
  return mounts.slice(0, entriesKept).map((mount) => ({
    source: stringField(mount, 'Source') || (stringField(mount, 'Name') ?? ''),
    destination: stringField(mount, 'Destination') ?? '',
    mode: stringField(mount, 'Mode') ?? stringField(mount, 'Relabel') ?? '',
    writable: field(mount, 'RW') === true,
    propagation: stringField(mount, 'Propagation') ?? '',
  }));
}

function capabilitiesOf(container: unknown, hostConfig: unknown): readonly string[] | null {
  const told = field(container, 'BoundingCaps');
  if (Array.isArray(told)) return stringsOf(told);
  if (hostConfig === undefined || hostConfig === null) return null;
  return boundingSet({
    privileged: field(hostConfig, 'Privileged') === true,
    added: stringsOf(field(hostConfig, 'CapAdd')),
    dropped: stringsOf(field(hostConfig, 'CapDrop')),
  });
}

function networkModeOf(hostConfig: unknown, settings: unknown): string | null {
  const mode = stringField(hostConfig, 'NetworkMode');
  if (mode !== null && mode !== '' && mode !== 'default') return mode;
  const networks = entriesOf(field(settings, 'Networks')).map(([name]) => name);
  if (networks.length > 0) return networks.slice(0, entriesKept).join(',');
  return mode === 'default' ? 'bridge' : null;
}

function addressesOf(settings: unknown): readonly string[] {
  const found = entriesOf(field(settings, 'Networks'))
    .slice(0, entriesKept)
    .flatMap(([, network]) => [
      stringField(network, 'IPAddress'),
      stringField(network, 'GlobalIPv6Address'),
    ]);
  return found.filter((address): address is string => address !== null && address !== '');
}

function portsOf(hostConfig: unknown, settings: unknown): readonly string[] {
  // What was given out is known after the start only; until then, what was asked for.
  const given = portsIn(field(settings, 'Ports'));
  return given.length > 0 ? given : portsIn(field(hostConfig, 'PortBindings'));
}

function portsIn(value: unknown): readonly string[] {
  return entriesOf(value)
    .slice(0, entriesKept)
    .flatMap(([inside, bindings]) =>
      asArray(bindings)
        .slice(0, entriesKept)
        .flatMap((binding) => {
          const port = field(binding, 'HostPort');
          const outside = typeof port === 'number' ? asNumber(port) : port;
          if (typeof outside !== 'string' && typeof outside !== 'number') return [];
          const address = stringField(binding, 'HostIp') || '0.0.0.0';
          const shown = address.includes(':') ? `[${address}]` : address;
          // An empty port is one that the engine will choose.
          return [`${shown}:${outside === '' ? '0' : outside}->${inside}`];
        }),
    );
}

function pidModeOf(mode: string | null): ContainerIdentity['pidMode'] {
  if (mode === null) return null;
  if (mode === 'host') return 'host';
  return mode === '' || mode === 'private' ? 'private' : 'shared';
}
