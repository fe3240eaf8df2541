// From a candidate to its identity: the bundle, and what the engine keeps of the container on disk.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseJson } from '../../base/json.ts';
import type { ContainerEngine, ContainerIdentity } from '../../model/container.ts';
import {
  type BoltFile,
  bundleIdentity,
  dockerIdentity,
  findContainerdRecord,
  findStorageContainer,
  type OciFacts,
  openBolt,
  type PodmanFacts,
  parseLibpodConfig,
  parseOciConfig,
} from '../identity/index.ts';
import { documentBytes, documentOf, readDocument, readSmallFile } from './bounded-read.ts';
import { containerdImageId } from './containerd-image.ts';
import { type EnginePlaces, storageFolders } from './places.ts';
import { type Candidate, readBundle } from './resolve-attempt.ts';

export interface Evidence {
  readonly identity: ContainerIdentity;
  /** As the runtime is told: `/docker/ID`, or `slice:prefix:name` with the systemd driver. */
  readonly cgroupsPath: string | null;
  /** Docker's folder of the container, as its mounts tell. */
  readonly engineFolder: string | null;
  /** The container that holds a pod's namespaces. */
  readonly isSandbox: boolean;
}

/** What was read of a container, to be understood when nobody waits any more; null: it cannot be. */
export type Gathered = () => Evidence | null;

/** The identity of a candidate; null while its bundle cannot be read. */
export function readEvidence(candidate: Candidate, places: EnginePlaces): Evidence | null {
  return gatherEvidence(candidate, places)?.() ?? null;
}

/**
 * All that may be gone later, read now. Docker's documents in their usual place are only read, which is
 * a third of the work; to find those of other engines, the first ones must be understood.
 */
export function gatherEvidence(candidate: Candidate, places: EnginePlaces): Gathered | null {
  const config = readBundle(candidate.bundle);
  if (config === null) return null;
  const docker = gatherDocker(candidate, places);
  if (docker !== null) return () => understand({ candidate, places, config, docker });
  const evidence = understand({ candidate, places, config, docker });
  return () => evidence;
}

interface DockerDocuments {
  readonly container: Buffer;
  readonly hostConfig: Buffer | null;
}

function gatherDocker(
  { id, namespace }: Candidate,
  { docker }: EnginePlaces,
): DockerDocuments | null {
  if (namespace !== 'moby') return null;
  for (const root of docker) {
    const folder = join(root, 'containers', id);
    const container = readSmallFile(join(folder, 'config.v2.json'));
    if (container === null) continue;
    return { container, hostConfig: readSmallFile(join(folder, 'hostconfig.json')) };
  }
  return null;
}

interface Material {
  readonly candidate: Candidate;
  readonly places: EnginePlaces;
  readonly config: Buffer;
  readonly docker: DockerDocuments | null;
}

function understand({ candidate, places, config, docker }: Material): Evidence | null {
  const document = documentOf(config);
  if (document === null) return null;
  const oci = parseOciConfig(document);
  const { cgroupsPath, engineFolder, annotations } = oci;
  const type =
    annotations.get('io.kubernetes.cri.container-type') ??
    annotations.get('io.kubernetes.cri-o.ContainerType');
  const found =
    (docker === null ? null : dockerOf(candidate.id, docker, oci)) ??
    readDocker(candidate, places, oci) ??
    readOthers(candidate, places, oci);
  const identity = candidate.within === null ? found : identityWithin(found, candidate.within);
  return { identity, cgroupsPath, engineFolder, isSandbox: type === 'sandbox' };
}

function dockerOf(
  id: string,
  { container, hostConfig }: DockerDocuments,
  oci: OciFacts,
): ContainerIdentity | null {
  const identity = dockerIdentity({
    container: documentOf(container),
    hostConfig: hostConfig === null ? null : documentOf(hostConfig),
    oci,
  });
  return identity?.id === id ? identity : null;
}

/** What a container in a container is known by: the label that says whose engine runs it. */
export const withinLabel = 'seaworthy.within';

/** A container whose engine runs in another container. */
export function identityWithin(identity: ContainerIdentity, outerId: string): ContainerIdentity {
  return { ...identity, labels: new Map([...identity.labels, [withinLabel, outerId]]) };
}

function readDocker(
  candidate: Candidate,
  places: EnginePlaces,
  oci: OciFacts,
): ContainerIdentity | null {
  const { id, namespace } = candidate;
  if (namespace !== 'moby' && oci.engineFolder === null) return null;
  return readDockerFolder(
    id,
    [
      ...(oci.engineFolder === null ? [] : [join(places.root ?? '', oci.engineFolder)]),
      ...places.docker.map((root) => join(root, 'containers', id)),
    ],
    oci,
  );
}

/** Docker's documents of a container in the first of the folders that has them; null: none has. */
export function readDockerFolder(
  id: string,
  folders: readonly string[],
  oci: OciFacts | null,
): ContainerIdentity | null {
  for (const folder of folders) {
    const container = readDocument(join(folder, 'config.v2.json'));
    if (container === null) continue;
    const hostConfig = readDocument(join(folder, 'hostconfig.json'));
    const identity = dockerIdentity({ container, hostConfig, oci });
    if (identity !== null && identity.id === id) return identity;
  }
  return null;
}

function readOthers(candidate: Candidate, places: EnginePlaces, oci: OciFacts): ContainerIdentity {
  const { id, bundle, namespace, program, name } = candidate;
  const storage = /^(\/.{0,3000})\/[a-z0-9]{1,16}-containers\/[^/]+\/userdata$/.exec(bundle)?.[1];
  const roots = [...new Set([...(storage === undefined ? [] : [storage]), ...places.storage])];
  const podman = program === 'shim' ? null : readPodman(id, roots);
  const containerd = namespace === null ? null : readContainerd(candidate, places);
  const engine: ContainerEngine =
    program === 'shim' ? 'containerd' : podman !== null ? 'podman' : 'unknown';
  return bundleIdentity({ id, engine, oci, podman, containerd, name });
}

function readContainerd(candidate: Candidate, places: EnginePlaces) {
  const { id, bundle, namespace } = candidate;
  const roots = places.containerd.filter(({ state }) => bundle.startsWith(`${state}/`));
  for (const { root } of roots) {
    const record = withBolt(join(root, 'io.containerd.metadata.v1.bolt/meta.db'), (database) =>
      findContainerdRecord(database, namespace ?? 'default', id),
    );
    if (record === null) continue;
    const { imageDigest } = record;
    const imageId = imageDigest === null ? null : containerdImageId(root, imageDigest);
    return { ...record, imageId };
  }
  return null;
}

/** What libpod, and else containers/storage, know of the container; null: neither knows it. */
export function readPodman(id: string, roots: readonly string[]): PodmanFacts | null {
  for (const root of roots) {
    const bolt = withBolt(join(root, 'libpod/bolt_state.db'), (database) =>
      database.get(['ctr', id, 'config']),
    );
    const config = bolt === null ? readSqlite(join(root, 'db.sql'), id) : textOf(bolt);
    const parsed = config === null ? null : parseJson(config, { maximumLength: documentBytes });
    if (parsed?.ok === true) return parseLibpodConfig(parsed.value);
    for (const folder of storageFolders(root)) {
      for (const list of ['containers.json', 'volatile-containers.json']) {
        const found = findStorageContainer(readDocument(join(folder, list)), id);
        if (found !== null) return found;
      }
    }
  }
  return null;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** Podman 5 keeps its state in SQLite: table ContainerConfig(ID, Name, PodID, JSON). */
function readSqlite(path: string, id: string): string | null {
  let database: DatabaseSync;
  try {
    // No waiting for Podman's own locks: a container is held meanwhile.
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  } catch {
    return null;
  }
  try {
    const row = database.prepare('SELECT JSON AS json FROM ContainerConfig WHERE ID = ?').get(id);
    const json = row?.['json'];
    return typeof json === 'string' && json.length <= documentBytes ? json : null;
  } catch {
    return null;
  } finally {
    database.close();
  }
}

/** Asks a bbolt database that its owner has open; null when it cannot be read. */
function withBolt<T>(path: string, ask: (database: BoltFile) => T | null): T | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const database = openBolt((offset, length) => {
      const buffer = Buffer.allocUnsafe(length);
      return readSync(descriptor, buffer, 0, length, offset) === length ? buffer : null;
    });
    return database === null ? null : ask(database);
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
