// The walk "named hosts -> facts": each port is knocked on, shaken hands with, asked; this machine's own
// listeners and sockets are added where it is among them. Nothing is asked that nobody named.
import {
  type ExposureFacts,
  metadataQuestions,
  metadataService,
  type PortFact,
  questionsFor,
  recognise,
  risksOf,
  usualPorts,
} from '../audit/index.ts';
import { messageOf, SeaworthyError } from '../base/error.ts';
import type { DockerEngine } from '../host/docker/index.ts';
import {
  type Answer,
  ask,
  knock,
  type Place,
  type ProbeLimits,
  type ResolvedHost,
  resolveHost,
  shakeHands,
} from '../host/exposure/index.ts';
import { type Machine, readListeners, readProcesses } from '../host/machine/index.ts';
import type { Unknown } from '../model/unknown.ts';
import { configOfInspection } from '../policy/index.ts';
import { socketsOf } from './audit-host.ts';

export interface ExposureTarget {
  readonly host: string;
  /** Null: the usual ports. */
  readonly port: number | null;
  /** The metadata service of a cloud is asked its own questions; default: all others. */
  readonly isMetadata?: true;
}

export interface ExposureSources {
  readonly targets: readonly ExposureTarget[];
  /** The user says that hosts outside of private networks are theirs. */
  readonly ownsThem: boolean;
  /** Reading one key name of etcd is allowed. */
  readonly hasConsent: boolean;
  readonly machine: Machine;
  /** Null: none answers, or no named host is this machine. */
  readonly engine: DockerEngine | null;
  readonly limits: ProbeLimits;
  readonly now: Date;
}

export interface CollectedExposure {
  readonly facts: ExposureFacts;
  readonly summary: readonly { readonly sentence: string; readonly details: readonly string[] }[];
  readonly unknowns: readonly Unknown[];
}

/** Ports that are asked at the same time, of all hosts together. */
const portsAtOnce = 32;
/** Targets of one run: this asks hosts that somebody named, it is no scanner of networks. */
const targetsMost = 256;

/** `HOST`, `HOST:PORT`, `[IPV6]:PORT`, `IPV6`. Throws `usage`. */
export function parseExposureTarget(text: string): ExposureTarget {
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(text);
  const plain = /^([^\s:/[\]]{1,253})(?::(\d{1,5}))?$/.exec(text);
  const isAddress = /^[0-9a-f:.]{2,45}$/i.test(text);
  const bare = isAddress && (text.includes('::') || text.split(':').length === 8);
  const host = bracketed?.[1] ?? plain?.[1] ?? (bare ? text : undefined);
  const portText = bracketed?.[2] ?? plain?.[2];
  const port = portText === undefined ? null : Number(portText);
  if (host === undefined || (port !== null && (port < 1 || port > 65_535))) {
    throw new SeaworthyError('usage', `${text} is neither HOST nor HOST:PORT`, {
      advice: 'name hosts such as 10.0.0.5, node1:10250 or [::1]:2375',
    });
  }
  return { host, port };
}

/** Asks all targets. Throws `usage` for hosts that may not be asked, `not-found` for unknown names. */
export async function collectExposure(sources: ExposureSources): Promise<CollectedExposure> {
  const { targets, machine, now, hasConsent } = sources;
  if (targets.length > targetsMost) {
    throw new SeaworthyError('usage', `more than ${targetsMost} hosts were named`, {
      advice: 'name fewer at a time',
    });
  }
  const hosts = await resolved(targets, sources.ownsThem);
  const ports = await askAll(targets, hosts, sources);
  const isHere = [...hosts.values()].some(({ isThisMachine }) => isThisMachine);
  const unknowns: Unknown[] = [];
  const local = isHere ? await localFacts(machine, sources.engine, unknowns) : nothingLocal;
  const asker = isContainer(machine) ? 'container' : 'host';
  const facts: ExposureFacts = { now, ports, hasConsent, asker, ...local };
  return { facts, summary: summaryOf(facts), unknowns };
}

/** Marks that engines put into every container. */
function isContainer(machine: Machine): boolean {
  return ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'].some(
    (path) => (machine.file(path) ?? null) !== null,
  );
}

async function resolved(
  targets: readonly ExposureTarget[],
  ownsThem: boolean,
): Promise<ReadonlyMap<string, ResolvedHost>> {
  const names = [...new Set(targets.map(({ host }) => host))];
  const found = await Promise.all(names.map((name) => resolveHost(name)));
  for (const { name, addresses } of found) {
    const stranger = addresses.find(({ reach }) => reach === 'public');
    if (stranger === undefined || ownsThem) continue;
    throw new SeaworthyError('usage', `${name} (${stranger.address}) is no private address`, {
      advice: 'add --i-own-these-hosts if you may ask it',
    });
  }
  return new Map(found.map((one) => [one.name, one]));
}

type Asked = Place & Pick<PortFact, 'reach'> & { readonly isMetadata: boolean };

async function askAll(
  targets: readonly ExposureTarget[],
  hosts: ReadonlyMap<string, ResolvedHost>,
  sources: ExposureSources,
): Promise<readonly PortFact[]> {
  const places = new Map<string, Asked>();
  for (const { host, port, isMetadata = false } of targets) {
    for (const { address, reach } of hosts.get(host)?.addresses ?? []) {
      for (const one of port === null ? usualPorts : [port]) {
        const key = `${host} ${address} ${one} ${isMetadata}`;
        places.set(key, { name: host, address, reach, port: one, isMetadata });
      }
    }
  }
  const open = [...places.values()].toReversed();
  const found: PortFact[] = [];
  const work = async (): Promise<void> => {
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      found.push(await askPort(one, sources));
    }
  };
  await Promise.all(Array.from({ length: portsAtOnce }, work));
  return found.toSorted(
    (a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0) || a.port - b.port,
  );
}

/** One port: questions go one after the other, so that a small server is not flooded. */
async function askPort(place: Asked, { limits, hasConsent }: ExposureSources): Promise<PortFact> {
  const { name: host, address, reach, port, isMetadata } = place;
  const state = await knock(place, limits);
  const answers = new Map<string, Answer>();
  const service = isMetadata ? metadataService : null;
  const bare = { host, address, reach, port, state, tls: null, answers, service };
  const questions = isMetadata
    ? metadataQuestions
    : questionsFor(port).filter((one) => hasConsent || one.needsConsent !== true);
  if (state !== 'open' || questions.length === 0) return bare;
  const tls = await shakeHands(place, limits);
  let late = 0;
  for (const { key, ...question } of questions) {
    // A port that lets us wait is no service of ours: two deadlines are enough of it.
    if (late >= 2) break;
    const answer = await ask(place, question, { ...limits, isTls: tls !== null });
    if (answer.kind === 'none' && answer.reason.includes('in time')) late += 1;
    answers.set(key, answer);
  }
  const fact: PortFact = { ...bare, tls };
  return isMetadata ? fact : { ...fact, service: recognise(fact) };
}

type LocalFacts = Pick<ExposureFacts, 'listeners' | 'sockets' | 'mounters'>;

const nothingLocal: LocalFacts = { listeners: null, sockets: null, mounters: null };

/** Programs whose listeners are told. */
const watched =
  /^(?:dockerd|docker-daemon|docker-proxy|containerd|crio|cri-dockerd|podman|kubelet|kube-proxy|kube-apiserver|etcd|registry|docker-registry|cadvisor|portainer)$/;

async function localFacts(
  machine: Machine,
  engine: DockerEngine | null,
  unknowns: Unknown[],
): Promise<LocalFacts> {
  const listeners = readListeners(machine, readProcesses(machine), (name) => watched.test(name));
  return { listeners, sockets: socketsOf(machine), mounters: await mountersOf(engine, unknowns) };
}

async function mountersOf(
  engine: DockerEngine | null,
  unknowns: Unknown[],
): Promise<LocalFacts['mounters']> {
  if (engine === null) return null;
  try {
    const listed = await engine.containers({ all: true });
    const containers = [];
    for (const { id } of listed) {
      const inspected = await engine.inspectContainer(id).catch(() => null);
      // It may have ended in between.
      if (inspected === null) continue;
      const { name, image, imageId, raw } = inspected;
      const config = configOfInspection(raw, []);
      containers.push({ id, name, image, imageId, config, programs: null });
    }
    const risks = risksOf({ containers }).filter(({ kind }) => kind === 'runtime-socket');
    return risks.flatMap((risk) => risk.containers);
  } catch (error) {
    unknowns.push({ path: engine.address, layer: null, reason: messageOf(error) });
    return null;
  }
}

function summaryOf({ ports, mounters }: ExposureFacts): CollectedExposure['summary'] {
  const open = ports.filter(
    ({ service, answers }) =>
      service === 'docker' &&
      [...answers.values()].some((one) => one.kind === 'answer' && one.status === 200),
  );
  const engines = open.map(({ host, port }) => `${host}:${port}`);
  const found = [
    {
      sentence: `${engines.length} Docker API${engines.length === 1 ? '' : 's'} can be commanded by everybody who reaches ${engines.length === 1 ? 'it' : 'them'}`,
      details: engines,
    },
    {
      sentence: `${mounters?.length ?? 0} container${mounters?.length === 1 ? '' : 's'} can command the container engine`,
      details: (mounters ?? []).map(({ name, detail }) => `${name}: ${detail}`),
    },
  ];
  return found.filter(({ details }) => details.length > 0);
}

/** How many ports answered what, for people. */
export function portsTold(ports: readonly PortFact[]): string {
  const open = ports.filter(({ state }) => state === 'open').length;
  const known = ports.filter(({ service }) => service !== null).length;
  return `${ports.length} ports asked, ${open} open, ${known} recognised`;
}
