// The walk "machine -> facts": kernel, processes, packages and their advisories, and what an engine adds.
import {
  type ConfinedContainer,
  type DockerFacts,
  type EngineFacts,
  type HostFacts,
  openHostFlaws,
  risksOf,
  type SocketFact,
  upstreamOf,
  wantedHostFiles,
  wantedSysctls,
} from '../audit/index.ts';
import { messageOf } from '../base/error.ts';
import { asArray, asRecord, field, stringField, stringsOf } from '../base/json.ts';
import type { DockerEngine } from '../host/docker/index.ts';
import {
  hostNamespaces,
  type Machine,
  type MachineProcess,
  readKernelState,
  readProcesses,
} from '../host/machine/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { Unknown } from '../model/unknown.ts';
import { configOfInspection } from '../policy/index.ts';
import { flawsOf, updatesOf } from './host-advisories.ts';
import { findComponents, readHostPackages } from './host-packages.ts';

export interface HostSources {
  readonly machine: Machine;
  /** Null: none answers. */
  readonly engine: DockerEngine | null;
  readonly advisories: AdvisorySource;
  readonly now: Date;
}

export interface CollectedHost {
  readonly facts: HostFacts;
  readonly summary: readonly { readonly sentence: string; readonly details: readonly string[] }[];
  readonly unknowns: readonly Unknown[];
}

/** Containers of one host that are looked at. */
const containersMost = 20_000;
const requestsAtOnce = 16;

/** Reads the machine and asks its engine; never throws for what a file says. */
export async function collectHost(sources: HostSources): Promise<CollectedHost> {
  const { machine, advisories, now } = sources;
  const unknowns: Unknown[] = [];
  const processes = readProcesses(machine);
  const kernel = readKernelState(machine, wantedSysctls);
  const installed = readHostPackages(machine);
  const { distribution } = installed;
  unknowns.push(...installed.unknowns);
  const inspected = await askEngine(sources, unknowns);
  const known = flawsOf(installed, advisories);
  const facts: HostFacts = {
    system:
      distribution === null ? null : { name: distribution.name, endOfLife: distribution.endOfLife },
    now,
    isLive: processes !== null && kernel.release !== null,
    kernel,
    components: findComponents({
      machine,
      installed,
      processes,
      kernelRelease: kernel.release,
      advise: known.advise,
      advisories: known.covers,
    }),
    containers: processes === null ? null : confinedContainers(processes, inspected.containers),
    otherUsers: otherUsers(machine, processes ?? []),
    engine: inspected.engine,
    sockets: socketsOf(machine),
    mounts: machine.mounts(),
    programs: processes === null ? null : new Set(processes.map(({ program }) => program)),
    replacedPrograms: replacedPrograms(processes ?? []),
    files: filesOf(machine),
    swaps: swapsOf(machine),
    newestKernel: newestKernel(machine, kernel.release),
    ...updatesOf(known, advisories),
  };
  return { facts, summary: summaryOf(facts, inspected.containers), unknowns };
}

interface Inspected {
  readonly engine: EngineFacts | null;
  readonly containers: readonly InspectedContainer[];
}

type InspectedContainer = DockerFacts['containers'][number] & {
  readonly seccomp: string | null;
  readonly usesGpu: boolean;
};

async function askEngine({ engine }: HostSources, unknowns: Unknown[]): Promise<Inspected> {
  if (engine === null) return { engine: null, containers: [] };
  try {
    const [info, version, listed] = await Promise.all([
      engine.info(),
      engine.version(),
      engine.containers({ all: true }),
    ]);
    const containers: InspectedContainer[] = [];
    const open = listed.slice(0, containersMost);
    const work = async (): Promise<void> => {
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        const { id } = one;
        try {
          containers.push(inspectedContainer(await engine.inspectContainer(id)));
        } catch (error) {
          unknowns.push({
            path: `container ${id.slice(0, 12)}`,
            layer: null,
            reason: messageOf(error),
          });
        }
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, work));
    return { engine: engineFacts(engine, info, version.version), containers };
  } catch (error) {
    unknowns.push({ path: engine.address, layer: null, reason: messageOf(error) });
    return { engine: null, containers: [] };
  }
}

function engineFacts(engine: DockerEngine, info: unknown, version: string): EngineFacts {
  const plugins = field(field(info, 'Plugins'), 'Authorization');
  const options = stringsOf(field(info, 'SecurityOptions'));
  return {
    address: engine.address,
    version,
    // Null in the answer of an engine that has none; absent in that of Podman.
    authorizationPlugins: asRecord(field(info, 'Plugins')) === null ? null : stringsOf(plugins),
    isRootless: options.some((one) => one.includes('name=rootless')),
    remapsUsers: options.some((one) => one.includes('name=userns')),
    filtersCalls: options.some(
      (one) => one.includes('name=seccomp') && !one.includes('profile=unconfined'),
    ),
    dataRoot: stringField(info, 'DockerRootDir') ?? '/var/lib/docker',
  };
}

type Inspection = Awaited<ReturnType<DockerEngine['inspectContainer']>>;

function inspectedContainer(inspected: Inspection): InspectedContainer {
  const { id, name, image, imageId, raw } = inspected;
  const config = configOfInspection(raw, []);
  const settings = field(raw, 'HostConfig');
  const option = config.securityOptions.value.find((one) => /^seccomp[=:]/.test(one));
  const devices = asArray(field(settings, 'DeviceRequests'));
  const runtime = stringField(settings, 'Runtime') ?? '';
  return {
    id,
    name,
    image,
    imageId,
    config,
    programs: null,
    seccomp: option?.slice('seccomp='.length) ?? null,
    usesGpu: devices.length > 0 || runtime.includes('nvidia'),
  };
}

/** Running containers by the cgroups of their processes; the engine gives their names. */
function confinedContainers(
  processes: readonly MachineProcess[],
  inspected: readonly InspectedContainer[],
): readonly ConfinedContainer[] {
  const host = hostNamespaces(processes);
  const byId = Map.groupBy(
    processes.filter(({ containerId }) => containerId !== null),
    ({ containerId }) => containerId ?? '',
  );
  return [...byId].map(([id, own]): ConfinedContainer => {
    const known = inspected.find((one) => one.id === id);
    const isOff = own.some(({ seccomp }) => seccomp === 0);
    const profile = known?.seccomp ?? null;
    const isCustom = profile !== null && !['builtin', 'default', 'unconfined'].includes(profile);
    const isHostRoot = own.some(
      ({ userId, userNamespace }) => userId === 0 && userNamespace === host.user,
    );
    return {
      id,
      name: known?.name ?? id.slice(0, 12),
      seccomp: isOff
        ? 'off'
        : isCustom
          ? 'custom'
          : own.every(({ seccomp }) => seccomp === null)
            ? 'unknown'
            : 'filter',
      // Those that count only inside of a user namespace of its own are none on the host.
      capabilities: own.reduce(
        (sum, one) => (one.userNamespace === host.user ? sum | one.capabilities : sum),
        0n,
      ),
      hasRoot: own.some(({ isRootInside }) => isRootInside),
      isHostRoot,
      sharesNetwork: own.some(
        ({ networkNamespace }) => networkNamespace !== null && networkNamespace === host.network,
      ),
      label: own.find(({ label }) => label !== null)?.label ?? null,
      usesGpu: known?.usesGpu ?? false,
    };
  });
}

/** First id of people; lower ones are services (login.defs(5)). */
const firstPersonId = 1000;
const nobodyId = 65_534;

function otherUsers(machine: Machine, processes: readonly MachineProcess[]): readonly string[] {
  const names = new Set<string>();
  for (const line of (machine.text('/etc/passwd') ?? '').split('\n')) {
    const [name = '', , id = '', , , , shell = ''] = line.split(':');
    const isPerson = Number(id) >= firstPersonId && Number(id) !== nobodyId && id !== '';
    if (isPerson && shell !== '' && !/(?:nologin|false|sync)$/.test(shell)) names.add(name);
  }
  for (const { userId, containerId } of processes) {
    if (containerId === null && userId >= firstPersonId && userId !== nobodyId) {
      names.add(`user ${userId}`);
    }
  }
  return [...names].slice(0, 1000);
}

const engineSockets = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
  '/run/buildkit/buildkitd.sock',
  '/run/cri-dockerd.sock',
];

/** The sockets of engines that are there, and who is in their groups. */
export function socketsOf(machine: Machine): readonly SocketFact[] {
  return engineSockets.flatMap((path) => {
    const found = machine.file(path);
    if (found === null || found === undefined || found.kind !== 'socket') return [];
    const { owner, group, mode } = found;
    return [{ path, owner, group, mode, members: machine.members(group) }];
  });
}

const enginePrograms =
  /^(?:dockerd|containerd|containerd-shim.*|runc|crio|kubelet|kube-proxy|podman|buildkitd|conmon)$/;

function replacedPrograms(processes: readonly MachineProcess[]): readonly string[] {
  const old = processes.filter(
    ({ isReplaced, program, containerId }) =>
      isReplaced && containerId === null && enginePrograms.test(program),
  );
  return [...new Set(old.map(({ program }) => program))];
}

function filesOf(machine: Machine): ReadonlyMap<string, string> {
  return new Map(
    wantedHostFiles.flatMap((path) => {
      const found = machine.file(path);
      if (found === null || found === undefined) return [];
      return [[path, machine.text(path, 64 * 1024) ?? ''] as const];
    }),
  );
}

/** Lines of /proc/swaps behind the heading (proc(5)). */
function swapsOf(machine: Machine): readonly string[] | null {
  const table = machine.text('/proc/swaps');
  if (table === null) return null;
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(/\s+/)[0] || []);
}

/** Of kernels that the boot loader knows; only where the one that runs is among them. */
function newestKernel(machine: Machine, release: string | null): string | null {
  const names = machine
    .entries('/boot', 1000)
    .flatMap((name) => /^vmlinuz-(\d.*)$/.exec(name)?.[1] ?? []);
  if (release === null || !names.includes(release)) return null;
  return names.toSorted((a, b) => compareLists(weigh(a), weigh(b))).at(-1) ?? null;
}

/** All numbers of a release, those of upstream first. */
function weigh(name: string): readonly number[] {
  const all = (name.match(/\d+/g) ?? []).map(Number);
  return [...(upstreamOf(name)?.numbers ?? []), ...all];
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = (a[at] ?? 0) - (b[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** Who can take over the host, whatever the score is. */
function summaryOf(
  facts: HostFacts,
  containers: readonly InspectedContainer[],
): CollectedHost['summary'] {
  const open = openHostFlaws(facts);
  const plural = open.length === 1 ? 'known flaw' : 'known flaws';
  const flaws =
    open.length === 0
      ? []
      : [{ sentence: `${open.length} ${plural} can be used on this host`, details: open }];
  const risks = risksOf({ containers }).map(({ sentence, containers: who }) => ({
    sentence,
    details: who.map(({ name, detail }) => (detail === '' ? name : `${name}: ${detail}`)),
  }));
  return [...flaws, ...risks];
}
