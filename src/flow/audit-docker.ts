// The walk "engine -> facts": what the controls of CIS Docker want to know, asked in parallel.
import {
  type DockerFacts,
  type FileFact,
  type ImageFact,
  risksOf,
  wantedFiles,
} from '../audit/index.ts';
import { messageOf } from '../base/error.ts';
import { asArray, field, stringField, stringsOf } from '../base/json.ts';
import type { DockerEngine, EngineContainer, EngineImage } from '../host/docker/index.ts';
import { findDaemon, type Machine } from '../host/machine/index.ts';
import type { Unknown } from '../model/unknown.ts';
import { configOfInspection } from '../policy/index.ts';
import type { RecordReader } from '../store/record/index.ts';
import { type AskedContainer, askExecs, execFacts } from './audit-docker-execs.ts';

export interface DockerSources {
  readonly engine: DockerEngine;
  readonly machine: Machine;
  /** Where the files of the host are: `/`, or `/host` in a container. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Names, ids or `running`; null: all containers. */
  readonly containers: readonly string[] | null;
  /** What containers ran, or why that is not known. */
  readonly record: RecordReader | { readonly problem: string };
  readonly now: Date;
}

export interface CollectedDocker {
  readonly facts: DockerFacts;
  readonly unknowns: readonly Unknown[];
  readonly leftOut: readonly string[];
}

/** Requests to the engine at a time: more only queue up in it. */
const requestsAtOnce = 16;
/** Images and containers of one engine that are looked at. */
const subjectsMost = 20_000;

interface Container extends AskedContainer {
  readonly fact: DockerFacts['containers'][number];
}

/** Asks the engine and the machine. Throws where the engine itself does not answer. */
export async function collectDocker(sources: DockerSources): Promise<CollectedDocker> {
  const { engine, machine, environment } = sources;
  const unknowns: Unknown[] = [];
  const tell = (path: string, error: unknown): null => {
    unknowns.push({ path, layer: null, reason: messageOf(error) });
    return null;
  };
  const [info, version, listed, images, networks] = await Promise.all([
    engine.info(),
    engine.version(),
    engine.containers({ all: true }),
    engine.images(),
    engine.ask('/networks').catch((error: unknown) => tell('networks', error)),
  ]);
  const { chosen, leftOut } = chooseContainers(listed, sources);
  const [containers, imageFacts, swarm] = await Promise.all([
    each(chosen.slice(0, subjectsMost), (one) =>
      containerFact(engine, one).catch((error: unknown) => tell(`container ${nameOf(one)}`, error)),
    ),
    each(images.slice(0, subjectsMost), (one) =>
      imageFact(engine, one).catch((error: unknown) => tell(`image ${imageName(one)}`, error)),
    ),
    swarmFact(engine, info),
  ]);
  const host = hostFacts(sources);
  const facts: DockerFacts = {
    address: engine.address,
    info,
    version: version.version,
    ...host,
    containers: containers.flatMap((one) => (one === null ? [] : [one.fact])),
    execs: execFacts(
      sources,
      containers.filter((one) => one !== null),
    ),
    images: imageFacts.filter((one) => one !== null),
    networks: asArray(networks),
    swarm,
    mountPoints: machine.mountPoints(),
    contentTrust: environment['DOCKER_CONTENT_TRUST'] ?? null,
  };
  return { facts, unknowns, leftOut };
}

/** Our own container asks for rights that we would complain of: it is told, not judged. */
function chooseContainers(listed: readonly EngineContainer[], sources: DockerSources) {
  const own = ownContainer(sources.machine);
  const others = listed.filter(({ id }) => id !== own);
  const leftOut = others.length < listed.length ? ['the container that Seaworthy runs in'] : [];
  const { containers: words } = sources;
  if (words === null) return { chosen: others, leftOut };
  const chosen = others.filter(({ id, names, state }) =>
    words.some((word) =>
      word === 'running'
        ? state === 'running'
        : names.includes(word) || (word.length >= 4 && id.startsWith(word)),
    ),
  );
  return { chosen, leftOut };
}

/** The id of the container that this process lives in, by the files that engines mount into it. */
function ownContainer(machine: Machine): string | null {
  const table = machine.text('/proc/self/mountinfo') ?? '';
  return /\/containers\/([0-9a-f]{64})\/(?:hostname|resolv\.conf|hosts) /.exec(table)?.[1] ?? null;
}

function nameOf({ names, id }: EngineContainer): string {
  return names[0] ?? id.slice(0, 12);
}

async function containerFact(engine: DockerEngine, listed: EngineContainer): Promise<Container> {
  const inspected = await engine.inspectContainer(listed.id);
  const config = configOfInspection(inspected.raw, []);
  const programs = inspected.running ? await programsOf(engine, listed.id) : null;
  const { id, name, image, imageId } = inspected;
  return {
    id,
    fact: { id, name, image, imageId, config, programs },
    execs: await askExecs(engine, inspected.raw),
  };
}

/** First words of the processes of a container; null where the engine cannot list them. */
async function programsOf(engine: DockerEngine, id: string): Promise<readonly string[] | null> {
  try {
    const answer = await engine.ask(`/containers/${id}/top?ps_args=-eo%20pid,comm,args`);
    const titles = asArray(field(answer, 'Titles'));
    const column = Math.max(titles.indexOf('COMMAND'), titles.indexOf('CMD'));
    return asArray(field(answer, 'Processes')).map((row) => {
      const text = asArray(row)[column];
      return typeof text === 'string' ? (text.split(' ')[0] ?? '').replace(/:$/, '') : '';
    });
  } catch {
    return null;
  }
}

function imageName({ repoTags, repoDigests, id }: EngineImage): string {
  return repoTags[0] ?? repoDigests[0] ?? id;
}

async function imageFact(engine: DockerEngine, listed: EngineImage): Promise<ImageFact> {
  const [{ raw }, history] = await Promise.all([
    engine.inspectImage(listed.id),
    engine.ask(`/images/${listed.id}/history`),
  ]);
  const config = field(raw, 'Config');
  const test = asArray(field(field(config, 'Healthcheck'), 'Test'));
  return {
    id: listed.id,
    name: imageName(listed),
    tags: listed.repoTags,
    user: stringField(config, 'User') ?? '',
    hasHealthcheck: test.length > 0 && test[0] !== 'NONE',
    environment: stringsOf(field(config, 'Env')),
    history: asArray(history)
      .map((entry) => stringField(entry, 'CreatedBy') ?? '')
      .toReversed(),
  };
}

async function swarmFact(engine: DockerEngine, info: unknown): Promise<DockerFacts['swarm']> {
  const swarm = field(info, 'Swarm');
  if (field(swarm, 'ControlAvailable') !== true) return { swarm: null, services: [] };
  const [state, services] = await Promise.all([
    engine.ask('/swarm').catch(() => null),
    engine.ask('/services').catch(() => []),
  ]);
  return { swarm: state, services: asArray(services) };
}

type HostFacts = Pick<
  DockerFacts,
  | 'hostProblem'
  | 'daemon'
  | 'files'
  | 'registryCertificates'
  | 'auditRules'
  | 'dockerGroup'
  | 'listeners'
>;

/** The files of the host, where the engine is on it. */
function hostFacts({ engine, machine, root }: DockerSources): HostFacts {
  if (!engine.local) {
    const hostProblem = 'the engine is on another machine: run the audit there';
    const daemon = { arguments: null, file: '', settings: null, problem: hostProblem };
    return {
      hostProblem,
      daemon,
      files: new Map(),
      registryCertificates: [],
      auditRules: null,
      dockerGroup: null,
      listeners: null,
    };
  }
  const { address } = engine;
  const daemon = findDaemon(machine, address, root);
  const files = new Map<string, FileFact | null>();
  for (const path of wantedFiles({ address, daemon })) {
    const file = machine.file(path);
    if (file !== undefined) files.set(path, file);
  }
  return {
    hostProblem: null,
    daemon,
    files,
    registryCertificates: machine
      .filesBelow('/etc/docker/certs.d')
      .filter(({ path }) => /\.(?:crt|cert)$/.test(path)),
    auditRules: machine.auditRules(),
    dockerGroup: machine.members('docker'),
    listeners: machine.listeners(),
  };
}

/** Runs `work` on all items, some at a time, and keeps their order. */
async function each<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const workers = Array.from({ length: Math.min(requestsAtOnce, items.length) }, async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at] as Item;
      results[at] = await work(item);
    }
  });
  await Promise.all(workers);
  return results;
}

/** Who can take over the host, as sentences. */
export function dockerSummary(facts: DockerFacts) {
  return risksOf(facts).map(({ sentence, containers }) => ({
    sentence,
    details: containers.map(({ name, detail }) => (detail === '' ? name : `${name}: ${detail}`)),
  }));
}
