// What is installed on a machine, and which parts of a container host are among it: read from the
// package databases and from the build information of Go programs, without walking the disk.
import { gunzipSync } from 'node:zlib';
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

export interface HostPackages {
  readonly distribution: Distribution | null;
  readonly packages: readonly Package[];
  readonly unknowns: readonly Unknown[];
}

const systemEcosystems: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);
const changelogBytes = 64 * 1024 * 1024;
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
  /** Built by the project itself: its version is upstream's, no distribution mends it. */
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
  const found: Component[] = [...kernelComponents(sources)];
  for (const part of parts) {
    const packaged = installed.packages.filter(({ name }) => part.packages.includes(name));
    const own = installed.packages.filter(({ name }) => part.own.includes(name));
    const running = runningOf(sources.processes, part.programs);
    for (const one of packaged) found.push(fromDistribution(sources, { ...part, one, running }));
    for (const { name, version } of own.slice(0, 1)) {
      const place = `package ${name}`;
      found.push({ ...bare(part.component), place, version, running });
    }
    const isKnown = packaged.length + own.length > 0;
    found.push(...programComponents(sources, part, isKnown));
  }
  return found;
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
  sources: ComponentSources,
  {
    component,
    one,
    running,
  }: { component: ComponentName; one: Package; running: Component['running'] },
): Component {
  const { words, asked } = distributionWords(sources, one);
  return {
    name: component,
    place: `package ${one.name}`,
    version: one.version,
    package: { name: one.name, version: one.version },
    words,
    asked,
    running,
  };
}

/** The running kernel: its package where it has one, else the release alone. */
function kernelComponents(sources: ComponentSources): readonly Component[] {
  const { installed, kernelRelease: release } = sources;
  const names =
    release === null ? [] : [`linux-image-${release}`, `linux-image-unsigned-${release}`];
  const one = installed.packages.find(
    ({ name, type, version }) =>
      names.includes(name) ||
      (type === 'rpm' &&
        name === 'kernel-core' &&
        release?.startsWith(version.replace(/^\d+:/, '')) === true) ||
      (release === null && /^linux-image-\d/.test(name)),
  );
  if (one !== undefined) {
    const running = release === null ? 'unknown' : 'yes';
    return [fromDistribution(sources, { component: 'kernel', one, running })];
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
  { machine, advise, advisories }: ComponentSources,
  one: Package,
): Pick<Component, 'words' | 'asked'> {
  const words = new Map<string, DistributionWord>();
  const asked: { what: string; sinceYear: number }[] = [];
  const changelog = readChangelog(machine, one.name);
  if (changelog !== null) {
    for (const [cve, version] of changelog.fixes) {
      words.set(cve, { state: 'fixed', source: changelog.path, fixedIn: version });
    }
    asked.push({ what: changelog.path, sinceYear: changelog.sinceYear });
  }
  // The distribution's own advisory is newer than the changelog of what is installed.
  for (const [cve, word] of advise(one)) words.set(cve, word);
  if (advisories !== null) asked.push({ what: advisories, sinceYear: 0 });
  return { words, asked };
}

interface Changelog {
  readonly path: string;
  /** Version whose entry names the CVE, by CVE. */
  readonly fixes: ReadonlyMap<string, string>;
  /** Year of its oldest entry: distributions cut changelogs. */
  readonly sinceYear: number;
}

function readChangelog(machine: Machine, name: string): Changelog | null {
  if (!/^[a-z0-9][a-z0-9.+-]{0,200}$/i.test(name)) return null;
  for (const file of ['changelog.Debian.gz', 'changelog.gz']) {
    const path = `/usr/share/doc/${name}/${file}`;
    const text = machine.withFile(path, (found) => {
      const bytes = found.read(0, changelogBytes);
      return gunzipSync(bytes, { maxOutputLength: changelogBytes }).toString('utf8');
    });
    if (text !== null) return { path, ...changelogFixes(text) };
  }
  return null;
}

/** Entries `name (version) suite; ...` with their lines below (deb-changelog(5)). */
export function changelogFixes(text: string): Omit<Changelog, 'path'> {
  const fixes = new Map<string, string>();
  let version: string | null = null;
  let sinceYear = 9999;
  for (const line of text.split('\n')) {
    const head = /^\S+ \(([^)\s]{1,200})\)/.exec(line)?.[1];
    if (head !== undefined) version = head;
    const year = /^ -- .*\b(\d{4}) \d{2}:\d{2}/.exec(line)?.[1];
    if (year !== undefined) sinceYear = Math.min(sinceYear, Number(year));
    // What is taken back is not mended; an older entry may still say that it was.
    if (version === null || /\b(?:revert|reintroduc|re-introduc|not affected)/i.test(line))
      continue;
    for (const [cve] of line.matchAll(/CVE-\d{4}-\d{4,8}/g)) {
      if (!fixes.has(cve)) fixes.set(cve, version);
    }
  }
  return { fixes, sinceYear };
}
