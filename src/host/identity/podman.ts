// Podman's documents of a container: libpod's configuration (a row of its database) and the list that
// containers/storage keeps.
import {
  asArray,
  asNumber,
  entriesOf,
  field,
  parseJson,
  stringField,
  stringsOf,
} from '../../base/json.ts';
import { nanosecondsOf } from './moment.ts';
import { parseOciConfig, stringMapOf } from './oci-config.ts';

export interface PodmanFacts {
  readonly name: string | null;
  readonly imageReference: string | null;
  readonly imageId: string | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly user: string | null;
  readonly podId: string | null;
  readonly privileged: boolean | null;
  readonly networkMode: string | null;
  readonly ports: readonly string[];
  readonly createdAtNs: bigint | null;
}

/** Ports of one container beyond this are not kept. */
const portsKept = 4096;
/** A row of metadata holds three short strings. */
const metadataCharacters = 64 * 1024;

/** libpod's `ContainerConfig` (libpod/container_config.go), versions 3 to 5. */
export function parseLibpodConfig(value: unknown): PodmanFacts {
  const ports = [
    ...asArray(field(value, 'newPortMappings')),
    ...asArray(field(value, 'portMappings')),
  ];
  const privileged = field(value, 'privileged');
  return {
    name: filled(stringField(value, 'name')),
    imageReference: filled(stringField(value, 'rootfsImageName')),
    imageId: imageIdOf(stringField(value, 'rootfsImageID')),
    labels: stringMapOf(field(value, 'labels')),
    user: stringField(value, 'user'),
    podId: filled(stringField(value, 'pod')),
    privileged: typeof privileged === 'boolean' ? privileged : null,
    networkMode: networkModeOf(value),
    ports: [...new Set(ports.slice(0, portsKept).flatMap(portOf))],
    createdAtNs: nanosecondsOf(stringField(value, 'createdTime')),
  };
}

/** `containers.json` (or `volatile-containers.json`) of containers/storage; null: not in the list. */
export function findStorageContainer(list: unknown, id: string): PodmanFacts | null {
  const row = asArray(list).find((one) => stringField(one, 'id') === id);
  if (row === undefined) return null;
  const parsed = parseJson(stringField(row, 'metadata') ?? '', {
    maximumLength: metadataCharacters,
  });
  const metadata = parsed.ok ? parsed.value : null;
  return {
    name: filled(stringField(metadata, 'name')) ?? stringsOf(field(row, 'names'))[0] ?? null,
    imageReference: filled(stringField(metadata, 'image-name')),
    imageId: imageIdOf(stringField(metadata, 'image-id') ?? stringField(row, 'image')),
    labels: new Map(),
    user: null,
    podId: null,
    privileged: null,
    networkMode: null,
    ports: [],
    createdAtNs: nanosecondsOf(stringField(row, 'created')),
  };
}

function filled(text: string | null): string | null {
  return text === '' ? null : text;
}

function imageIdOf(text: string | null): string | null {
  return text !== null && /^[0-9a-f]{64}$/.test(text) ? `sha256:${text}` : null;
}

function networkModeOf(value: unknown): string | null {
  const joined = filled(stringField(value, 'netNsCtr'));
  if (joined !== null) return `container:${joined}`;
  const mode = filled(stringField(value, 'networkMode'));
  if (mode !== null && mode !== 'default') return mode;
  const networks = entriesOf(field(value, 'networks') ?? field(value, 'newNetworks'));
  if (networks.length > 0) return networks.map(([name]) => name).join(',');
  if (field(value, 'createNetNS') === true) return 'bridge';
  const spec = field(value, 'spec');
  if (spec === undefined) return null;
  // A namespace of its own that nobody connects.
  return parseOciConfig(spec).network ?? 'none';
}

function portOf(port: unknown): readonly string[] {
  const outside = asNumber(field(port, 'host_port')) ?? asNumber(field(port, 'hostPort'));
  const inside = asNumber(field(port, 'container_port')) ?? asNumber(field(port, 'containerPort'));
  if (outside === null || inside === null) return [];
  const address = filled(stringField(port, 'host_ip') ?? stringField(port, 'hostIP')) ?? '0.0.0.0';
  const shown = address.includes(':') ? `[${address}]` : address;
  return [`${shown}:${outside}->${inside}/${stringField(port, 'protocol') ?? 'tcp'}`];
}
