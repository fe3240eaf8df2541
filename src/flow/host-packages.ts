// What is installed on a machine, and which parts of a container host are among it: read from the
// package databases and from the build information of Go programs, without walking the disk.
import type { Component, ComponentName, DistributionWord } from '../audit/index.ts';
import type { RandomAccess } from '../base/random-access.ts';
import type { Machine, MachineProcess } from '../host/machine/index.ts';
import { detectDistribution, distributionGlobs } from '../inventory/distro/index.ts';
import type { Cataloger } from '../inventory/ecosystem/ecosystem.ts';
import { accessFile } from '../inventory/ecosystem/file-view.ts';
import { ecosystems } from '../inventory/ecosystem/registry.ts';
import type { Distribution } from '../model/distribution.ts';
import type { FoundPackage, Package } from '../model/package.ts';
import { formatPurl } from '../model/purl.ts';
import type { Unknown } from '../model/unknown.ts';
import { openChangelogs } from './host-changelogs.ts';

export interface HostPackages {
  readonly distribution: Distribution | null;
  readonly packages: readonly Package[];
  readonly unknowns: readonly Unknown[];
}

const systemEcosystems: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);
const textBytes = 1024 * 1024;

/** The packages of the distribution, by its own database. */
export function readHostPackages(machine: Machine): HostPackages {
  const texts = new Map(
    distributionGlobs.flatMap((path) => {
      const text = path.includes('*') ? null : machine.text(`/${path}`, textBytes);
      return text === null ? [] : [[path, text] as const];
    }),
  );
  const { distribution } = detectDistribution(texts);
  const packages: Package[] = [];
  const unknowns: Unknown[] = [];
  for (const { id, catalogers } of ecosystems) {
    if (!systemEcosystems.has(id)) continue;
    for (const cataloger of catalogers) {
      readDatabase(machine, cataloger, { packages, unknowns, distribution });
    }
  }
  return { distribution, packages, unknowns };
}

function readDatabase(
  machine: Machine,
  cataloger: Cataloger,
  into: {
    readonly packages: Package[];
    readonly unknowns: Unknown[];
    readonly distribution: Distribution | null;
  },
): void {
  // Lists of files and licences say nothing about versions.
  for (const path of cataloger.globs.filter((glob) => !glob.includes('*'))) {
    const result = machine.withFile(`/${path}`, (file) => parsed(cataloger, path, file));
    for (const found of result?.packages ?? []) {
      into.packages.push(packageOf(found, path, into.distribution));
    }
    for (const { reason } of result?.unknowns ?? []) {
      into.unknowns.push({ path, layer: null, reason });
    }
  }
}

function parsed(cataloger: Cataloger, path: string, access: RandomAccess) {
  return cataloger.parse(accessFile({ path, mode: 0o644, access }), { companion: () => null });
}

function packageOf(found: FoundPackage, path: string, distribution: Distribution | null): Package {
  const { type, name, version, source, vendor, modularity } = found;
  const namespace = distribution?.purlNamespace ?? found.namespace;
  const distro = distribution === null ? {} : { distro: distribution.purlDistro };
  const qualifiers = { ...found.qualifiers, ...distro };
  return {
    purl: formatPurl({
      type,
      namespace,
      name,
      version,
      qualifiers,
      subpath: null,
    }),
    type,
    namespace,
    name,
    version,
    source: source ?? null,
    licences: [],
    locations: [{ path, layer: null }],
    ownedBy: null,
    evidence: 'installed',
    qualifiers,
    ...(vendor === undefined ? {} : { vendor }),
    ...(modularity === undefined ? {} : { modularity }),
  };
}

interface Part {
  readonly component: ComponentName;
  readonly packages: readonly string[];
  /**
   * Built by the project itself: its version is upstream's, no distribution mends it. The `moby-`
   * packages of rpm distributions are their own builds, with fixes carried back.
   */
  readonly own: readonly string[];
  readonly programs: readonly string[];
}

const parts: readonly Part[] = [
  { component: 'runc', packages: ['runc'], own: ['moby-runc'], programs: ['runc'] },
  {
    component: 'containerd',
    packages: ['containerd'],
    own: ['containerd.io', 'moby-containerd'],
    programs: ['containerd'],
  },
  {
    component: 'docker',
    packages: ['docker.io', 'docker', 'docker-engine'],
    own: ['docker-ce', 'moby-engine'],
    programs: ['dockerd'],
  },
  { component: 'docker-desktop', packages: [], own: ['docker-desktop'], programs: [] },
  { component: 'buildkit', packages: ['buildkit'], own: [], programs: ['buildkitd'] },
  { component: 'cri-o', packages: [], own: ['cri-o'], programs: ['crio'] },
  { component: 'kubelet', packages: [], own: ['kubelet'], programs: ['kubelet'] },
  { component: 'kube-proxy', packages: [], own: ['kube-proxy'], programs: ['kube-proxy'] },
  {
    component: 'nvidia-toolkit',
    packages: [],
    own: ['nvidia-container-toolkit', 'nvidia-container-toolkit-base'],
    programs: ['nvidia-ctk', 'nvidia-container-runtime'],
  },
];

const programFolders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/bin'];

export interface ComponentSources {
  readonly machine: Machine;
  readonly installed: HostPackages;
  readonly processes: readonly MachineProcess[] | null;
  readonly kernelRelease: string | null;
  /** What advisories say about a package, by CVE; empty where none speak for it. */
  readonly advise: (found: Package) => ReadonlyMap<string, DistributionWord>;
  /** Whether a full advisory database speaks for the distribution. */
  readonly advisories: string | null;
}

/** The parts of a container host that are on the machine, those of `/usr/local` included. */
export function findComponents(sources: ComponentSources): readonly Component[] {
  const { installed } = sources;
  const kernel = kernelPackage(sources);
  const packagesOf = parts.map((part) => ({
    part,
    packaged: installed.packages.filter((one) => isPackaged(part, one)),
  }));
  const changelogOf = openChangelogs(sources.machine, [
    ...(kernel === null ? [] : [kernel]),
    ...packagesOf.flatMap(({ packaged }) => packaged),
  ]);
  const found: Component[] = [...kernelComponents(sources, kernel, changelogOf)];
  for (const { part, packaged } of packagesOf) {
    const own = installed.packages.filter(
      (one) => part.own.includes(one.name) && !packaged.includes(one),
    );
    const running = runningOf(sources.processes, part.programs);
    for (const one of packaged) {
      const words = distributionWords(sources, one, changelogOf);
      found.push(fromDistribution(one, { name: part.component, running, ...words }));
    }
    for (const { name, version } of own.slice(0, 1)) {
      const place = `package ${name}`;
      found.push({ ...bare(part.component), place, version, running });
    }
    const isKnown = packaged.length + own.length > 0;
    found.push(...programComponents(sources, part, isKnown));
  }
  return found;
}

function isPackaged({ packages, own }: Part, { name, type }: Package): boolean {
  return (
    packages.includes(name) || (own.includes(name) && type === 'rpm' && name.startsWith('moby-'))
  );
}

function bare(name: ComponentName): Omit<Component, 'place'> {
  return { name, version: null, package: null, words: new Map(), asked: [], running: 'unknown' };
}

function runningOf(
  processes: readonly MachineProcess[] | null,
  programs: readonly string[],
): Component['running'] {
  if (processes === null) return 'unknown';
  const own = processes.filter(({ program }) => programs.includes(program));
  if (own.length === 0) return 'no';
  return own.some(({ isReplaced }) => isReplaced) ? 'old' : 'yes';
}

function fromDistribution(
  { name, version }: Package,
  about: Pick<Component, 'name' | 'words' | 'asked' | 'running'>,
): Component {
  return { ...about, place: `package ${name}`, version, package: { name, version } };
}

/** The package of the running kernel; of a disk that does not run, the first that is installed. */
function kernelPackage({ installed, kernelRelease: release }: ComponentSources): Package | null {
  const names =
    release === null ? [] : [`linux-image-${release}`, `linux-image-unsigned-${release}`];
  const found = installed.packages.find(
    ({ name, type, version }) =>
      names.includes(name) ||
      (type === 'rpm' &&
        name === 'kernel-core' &&
        release?.startsWith(version.replace(/^\d+:/, '')) === true) ||
      (release === null && /^linux-image-\d/.test(name)),
  );
  return found ?? null;
}

/** The running kernel: its package where it has one, else the release alone. */
function kernelComponents(
  sources: ComponentSources,
  one: Package | null,
  changelogOf: ReturnType<typeof openChangelogs>,
): readonly Component[] {
  const { kernelRelease: release } = sources;
  if (one !== null) {
    const running = release === null ? 'unknown' : 'yes';
    const words = distributionWords(sources, one, changelogOf);
    return [fromDistribution(one, { name: 'kernel', running, ...words })];
  }
  if (release === null) return [];
  return [{ ...bare('kernel'), place: 'running kernel', version: release, running: 'yes' }];
}

/** Programs that no package of the distribution brought: their build information tells the version. */
function programComponents(
  { machine, processes }: ComponentSources,
  { component, programs }: Part,
  isPackaged: boolean,
): readonly Component[] {
  const folders = isPackaged ? programFolders.slice(2) : programFolders;
  const places = programs.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  const started = (processes ?? []).flatMap(({ program, executable, containerId }) =>
    programs.includes(program) && containerId === null && executable !== null ? [executable] : [],
  );
  const others = started.filter((path) => !isPackaged || !/^\/(?:usr\/)?s?bin\//.test(path));
  const paths = [...new Set([...places, ...others])].filter(
    (path) => machine.file(path)?.kind === 'file',
  );
  return paths.slice(0, 8).map((path) => ({
    ...bare(component),
    place: path,
    version: builtVersion(machine, path),
    running:
      processes === null
        ? 'unknown'
        : started.includes(path)
          ? runningOf(processes, programs)
          : 'no',
  }));
}

const goBinaries = ecosystems
  .flatMap(({ id, catalogers }) => (id === 'golang' ? catalogers : []))
  .find((one: Cataloger) => one.executables === true);

/** The version of the main module of a Go program; null: it does not say. */
function builtVersion(machine: Machine, path: string): string | null {
  if (goBinaries === undefined) return null;
  const found = machine.withFile(path, (file) => parsed(goBinaries, path.slice(1), file));
  const main = found?.packages.find(({ namespace, name }) =>
    mainModules.has(namespace === null ? name : `${namespace}/${name}`),
  );
  return main?.version.replace(/^v/, '').replace(/\+incompatible$/, '') ?? null;
}

const mainModules: ReadonlySet<string> = new Set([
  'github.com/opencontainers/runc',
  'github.com/containerd/containerd',
  'github.com/containerd/containerd/v2',
  'github.com/docker/docker',
  'github.com/moby/moby',
  'github.com/moby/moby/v2',
  'github.com/moby/buildkit',
  'github.com/cri-o/cri-o',
  'k8s.io/kubernetes',
  'github.com/NVIDIA/nvidia-container-toolkit',
]);

/** What the changelog of the package and the advisories of the distribution say. */
function distributionWords(
  { advise, advisories }: ComponentSources,
  one: Package,
  changelogOf: ReturnType<typeof openChangelogs>,
): Pick<Component, 'words' | 'asked'> {
  const words = new Map<string, DistributionWord>();
  const asked: { what: string; sinceYear: number }[] = [];
  const changelog = changelogOf(one);
  if (changelog !== null) {
    for (const [cve, fixedIn] of changelog.fixes) {
      words.set(cve, { state: 'fixed', source: changelog.place, fixedIn });
    }
    asked.push({ what: changelog.place, sinceYear: changelog.sinceYear });
  }
  // The distribution's own advisory is newer than the changelog of what is installed.
  for (const [cve, word] of advise(one)) words.set(cve, word);
  if (advisories !== null) asked.push({ what: advisories, sinceYear: 0 });
  return { words, asked };
}
