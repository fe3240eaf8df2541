// Bundles that lie in engines' folders now: of containers that started before us.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isContainerId } from '../identity/index.ts';
import { type EnginePlaces, storageFolders } from './places.ts';
import { type Candidate, ofTaskFolder } from './resolve-attempt.ts';

/** Containers looked at in one folder; kubelet allows 110 pods on a node, Docker some thousands. */
const bundlesRead = 10_000;

const taskFolder = 'io.containerd.runtime.v2.task';

/** Every bundle of containerd (Docker's containers among them) and of containers/storage. */
export function listBundles(places: EnginePlaces): readonly Candidate[] {
  const states = [...new Set(places.containerd.map(({ state }) => state))];
  const tasks = states.flatMap((state) => {
    const folder = join(state, taskFolder);
    return namesIn(folder).flatMap((namespace) =>
      namesIn(join(folder, namespace)).flatMap(
        (id) => ofTaskFolder(join(folder, namespace, id)) ?? [],
      ),
    );
  });
  return [...tasks, ...places.storage.flatMap(ofStorage)];
}

/** Bundles of one container, by its id. */
export function findBundles(places: EnginePlaces, id: string): readonly Candidate[] {
  if (!isContainerId(id)) return [];
  const states = [...new Set(places.containerd.map(({ state }) => state))];
  const tasks = states.flatMap((state) => {
    const folder = join(state, taskFolder);
    return namesIn(folder).flatMap((namespace) => ofTaskFolder(join(folder, namespace, id)) ?? []);
  });
  const storage = places.storage.flatMap((root) =>
    storageFolders(root).map((folder) => storageCandidate(folder, id)),
  );
  return [...tasks, ...storage];
}

function ofStorage(root: string): readonly Candidate[] {
  return storageFolders(root).flatMap((folder) =>
    namesIn(folder)
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map((id) => storageCandidate(folder, id)),
  );
}

function storageCandidate(folder: string, id: string): Candidate {
  const run = folder.replace('/var/lib/containers/', '/run/containers/');
  return {
    id,
    bundle: join(folder, id, 'userdata'),
    namespace: null,
    // As an OCI runtime by hand would be: its pid file says whether it runs.
    program: 'runtime',
    isExec: false,
    name: null,
    exitFile: null,
    pidFile: join(run, id, 'userdata', 'pidfile'),
    root: '',
    within: null,
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, bundlesRead);
  } catch {
    return [];
  }
}
