// Who a container is when nobody named it before its start: from its cgroup or a process, by the files
// of its engine and at last by the engine itself.
import { join } from 'node:path';
import { type Pace, realPace } from '../../base/retry.ts';
import type { ContainerIdentity } from '../../model/container.ts';
import type { DockerEngine } from '../docker/index.ts';
import {
  bundleIdentity,
  type CgroupContainer,
  cgroupPathsOf,
  dockerIdentity,
  isContainerId,
  parseCgroupPath,
} from '../identity/index.ts';
import { readProcess } from './bounded-read.ts';
import { findBundles } from './bundles.ts';
import { identityWithin, readDockerFolder, readEvidence, readPodman } from './evidence.ts';
import { type EnginePlaces, usualPlaces } from './places.ts';

export type Subject =
  | { readonly kind: 'process'; readonly pid: number }
  | { readonly kind: 'cgroup'; readonly path: string }
  /** `near`: processes whose root may hold its engine's files: its parent, one of the container around it. */
  | {
      readonly kind: 'container';
      readonly id: string;
      readonly near?: readonly number[];
      /** The container around it. */
      readonly within?: string | null;
    };

export interface Identifier {
  /** The container of a subject; null: the host, or nobody knows it (asked again after a moment). */
  identify(subject: Subject): Promise<ContainerIdentity | null>;
  /** What the namer found, so that it is not read again. */
  remember(identity: ContainerIdentity): void;
  /** Forgets a container, so that its next run is read anew. */
  forget(id: string): void;
}

export interface IdentifierOptions {
  readonly places?: EnginePlaces;
  /** Asked last; null: none is there. */
  readonly engine?: () => Promise<DockerEngine | null>;
  readonly pace?: Pace;
}

const identitiesKept = 20_000;
/** A container may be seen before its engine wrote it down: ask again soon, but not at each event. */
const unknownMs = 250;

interface Known {
  readonly identity: Promise<ContainerIdentity | null>;
  /** Milliseconds since 1970; null: for good. */
  untilMs: number | null;
}

/** An identifier with its cache. It never throws: what cannot be read is not known. */
export function createIdentifier(options: IdentifierOptions = {}): Identifier {
  const { places = usualPlaces(), engine = async () => null, pace = realPace } = options;
  const known = new Map<string, Known>();
  const keep = (id: string, entry: Known): void => {
    known.delete(id);
    known.set(id, entry);
    if (known.size > identitiesKept) known.delete(known.keys().next().value ?? '');
  };
  const look = (container: Sighting): Promise<ContainerIdentity | null> => {
    const { id } = container;
    const cached = known.get(id);
    if (cached !== undefined && (cached.untilMs ?? Infinity) > pace.now()) return cached.identity;
    const identity = findIdentity(container, places, engine).catch(() => null);
    const entry: Known = { identity, untilMs: null };
    keep(id, entry);
    void identity.then((found) => {
      if (found === null) entry.untilMs = pace.now() + unknownMs;
    });
    return identity;
  };
  return {
    identify: async (subject) => {
      const sighting = sightingOf(subject);
      return sighting === null ? null : look(sighting);
    },
    remember: (identity) =>
      keep(identity.id, { identity: Promise.resolve(identity), untilMs: null }),
    forget: (id) => known.delete(id),
  };
}

type Sighting = Pick<CgroupContainer, 'id' | 'engine' | 'podId'> & {
  readonly near?: readonly number[];
  readonly within?: string | null;
};

function sightingOf(subject: Subject): Sighting | null {
  switch (subject.kind) {
    case 'process':
      return containerOfProcess(subject.pid);
    case 'cgroup':
      return parseCgroupPath(subject.path) ?? chosenName(subject.path);
    case 'container': {
      const { id, near = [], within = null } = subject;
      return isContainerId(id) ? { id, engine: 'unknown', podId: null, near, within } : null;
    }
  }
}

/** The container that a process runs in, by its cgroup; null: the host, or it is gone. */
export function containerOfProcess(pid: number): Sighting | null {
  const paths = cgroupPathsOf(readProcess(pid, 'cgroup') ?? '');
  return first(paths.map(parseCgroupPath)) ?? first(paths.map(chosenName));
}

function first<T>(all: readonly (T | null)[]): T | null {
  return all.find((one) => one !== null) ?? null;
}

/** `/NAMESPACE/NAME` of `ctr run`, where the user chose the name; its bundle tells if it is one. */
function chosenName(path: string): Sighting | null {
  const [, namespace = '', name = ''] = /^\/([^/]{1,76})\/([^/]{1,1024})$/.exec(path) ?? [];
  const plausible = isContainerId(namespace) && isContainerId(name);
  return plausible && !/\.(?:slice|scope|service)$/.test(name)
    ? { id: name, engine: 'unknown', podId: null }
    : null;
}

async function findIdentity(
  sighting: Sighting,
  places: EnginePlaces,
  engine: () => Promise<DockerEngine | null>,
): Promise<ContainerIdentity | null> {
  const { id, podId } = sighting;
  const found =
    readFiles(sighting, places) ?? readElsewhere(sighting) ?? (await askEngine(id, engine));
  if (found === null || found.pod !== null || podId === null || podId.length === 64) return found;
  // The cgroup knows the pod even where no label does.
  return { ...found, pod: { name: null, namespace: null, uid: podId } };
}

/** Of an engine with a root of its own. */
function readElsewhere(sighting: Sighting): ContainerIdentity | null {
  const { near = [], within = null } = sighting;
  for (const pid of near) {
    const found = readFiles(sighting, usualPlaces(`/proc/${pid}/root`));
    if (found !== null) return within === null ? found : identityWithin(found, within);
  }
  return null;
}

function readFiles({ id, engine }: Sighting, places: EnginePlaces): ContainerIdentity | null {
  if (!isContainerId(id)) return null;
  for (const candidate of findBundles(places, id)) {
    const evidence = readEvidence(candidate, places);
    if (evidence !== null) return evidence.identity;
  }
  const folders = places.docker.map((root) => join(root, 'containers', id));
  const docker = readDockerFolder(id, folders, null);
  if (docker !== null) return docker;
  const podman = readPodman(id, places.storage);
  if (podman === null) return null;
  return bundleIdentity({ id, engine: engine === 'cri-o' ? 'cri-o' : 'podman', oci: null, podman });
}

async function askEngine(
  id: string,
  engine: () => Promise<DockerEngine | null>,
): Promise<ContainerIdentity | null> {
  const connected = await engine();
  if (connected === null) return null;
  const { raw } = await connected.inspectContainer(id);
  return dockerIdentity({ container: raw, engine: connected.kind });
}
