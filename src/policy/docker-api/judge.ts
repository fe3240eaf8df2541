// Judges the bodies of requests to an engine: what they create, change and run.
import { asRecord, field, stringField } from '../../base/json.ts';
import type { Answer, AnsweredUnknown } from '../answer.ts';
import {
  type ContainerConfig,
  configOfCreateBody,
  containerControls,
  containerFaults,
  type Mount,
} from '../container/index.ts';
import type { Path } from '../path.ts';
import { clip, itemsOf } from '../scalar.ts';
import { type JudgedFault, type VerdictPolicy, verdictOf } from '../verdict.ts';
import { requestControls, requestFaults } from './request-controls.ts';
import { createBodyOfService } from './service.ts';
import { mountedVolumeOf, takeoverOf, type VolumeKind, volumeKindOf } from './takeover.ts';

export interface JudgeOptions {
  /** Name of the query or of the path. */
  readonly name: string;
  /** A path of the host without links; a bind through a link is a bind of where it leads. */
  readonly resolve: (path: string) => string;
  /** Volumes that the engine has already, by name; one that is not named is not there. */
  readonly volumes?: ReadonlyMap<string, KnownVolume>;
  /** The create body of a service's containers, where somebody asked the engine about it. */
  readonly made?: unknown;
  /** What could not be asked, as a reason; null or absent: nothing. */
  readonly doubt?: string | null;
}

/** What a volume is, or why that is not known. */
export type KnownVolume = VolumeKind | { readonly kind: 'unknown'; readonly reason: string };

/** Names of the volumes that a create body mounts; the engine takes those that it has already as they are. */
export function namedVolumes(body: unknown): readonly string[] {
  const { mounts } = configOfCreateBody(body, '');
  const names = mounts.flatMap(({ kind, source }) =>
    kind === 'volume' && source !== null && source !== '' ? [source] : [],
  );
  return [...new Set(names)];
}

/** The answer for the body of an operation; null: its body decides nothing. */
export function judgeBody(
  operation: string,
  body: unknown,
  { policy, ...options }: JudgeOptions & { readonly policy: VerdictPolicy },
): Answer | null {
  if (asRecord(body) === null) return unread(operation, policy);
  switch (operation) {
    case 'container.create':
      return judgeCreate(body, options, policy);
    case 'container.update':
      return judgeUpdate(body, options, policy);
    case 'container.exec':
      return judgeExec(body, options, policy);
    case 'volume.create':
      return judgeVolume(body, options, policy);
    case 'service.create':
    case 'service.update':
      return judgeService(body, options, policy);
    default:
      return null;
  }
}

function unread(operation: string, policy: VerdictPolicy): Answer {
  const reason = 'the body is no object';
  return answerOf(
    { kind: 'Request', name: operation, image: null, faults: [], reason },
    { ...policy, onUnknown: 'deny' },
  );
}

interface Finding {
  readonly kind: string;
  readonly name: string;
  readonly image: string | null;
  readonly faults: readonly JudgedFault[];
  readonly reason?: string;
}

function answerOf(finding: Finding, policy: VerdictPolicy): Answer {
  const { kind, name, image, faults, reason } = finding;
  const unknowns: AnsweredUnknown[] =
    reason === undefined ? [] : [{ path: '', line: null, reason }];
  const subject = { apiVersion: 'docker', kind, name: clip(name) };
  const judged = { subject, path: [], image, faults, unknowns, root: null, lineAt: () => null };
  return verdictOf(judged, policy);
}

function judgeCreate(body: unknown, options: JudgeOptions, policy: VerdictPolicy): Answer {
  const host = field(body, 'HostConfig');
  const config = seenByHost(configOfCreateBody(body, options.name), host, options);
  const faults = [
    ...requestFaults(body, config),
    ...mountingVolumes(config, options),
    ...containerFaults(config),
  ];
  const image = config.image.value;
  const isOdd = host !== undefined && host !== null && asRecord(host) === null;
  return answerOf(
    {
      kind: 'Container',
      name: config.name,
      image,
      faults,
      ...(isOdd ? { reason: 'HostConfig is no object' } : doubtOf(config, options)),
    },
    policy,
  );
}

/** Volumes that are folders in disguise become such, and links are followed. */
function seenByHost(
  config: ContainerConfig,
  host: unknown,
  { resolve, volumes }: JudgeOptions,
): ContainerConfig {
  const asked = itemsOf(field(host, 'Mounts'));
  const mounts = config.mounts.map((mount): Mount => {
    const index = mount.path[1] === 'Mounts' ? mount.path[2] : null;
    const volume = mountedVolumeOf(typeof index === 'number' ? asked[index] : undefined);
    if (volume.kind === 'bind') return { ...mount, kind: 'bind', source: resolve(volume.path) };
    const known = mount.kind === 'volume' ? volumes?.get(mount.source ?? '') : undefined;
    if (known?.kind === 'bind') return { ...mount, kind: 'bind', source: resolve(known.path) };
    if (mount.kind !== 'bind' || mount.source === null) return mount;
    return { ...mount, source: resolve(mount.source) };
  });
  return { ...config, mounts };
}

/** Volumes that the engine has and that mount a disk or another file system. */
function mountingVolumes({ mounts }: ContainerConfig, { volumes }: JudgeOptions): JudgedFault[] {
  return mounts.flatMap(({ kind, source, path }): JudgedFault[] => {
    const known = kind === 'volume' ? volumes?.get(source ?? '') : undefined;
    if (known?.kind !== 'mount') return [];
    const message = `its volume ${clip(source ?? '', 100)} mounts ${clip(known.what)}`;
    const control = requestControls.takeover;
    return [{ control, sources: ['Seaworthy'], path, value: clip(known.what), message, edits: [] }];
  });
}

function doubtOf({ mounts }: ContainerConfig, { volumes, doubt }: JudgeOptions) {
  if (doubt !== null && doubt !== undefined) return { reason: doubt };
  for (const { kind, source } of mounts) {
    const known = kind === 'volume' ? volumes?.get(source ?? '') : undefined;
    if (known?.kind !== 'unknown') continue;
    return { reason: `the volume ${clip(source ?? '', 100)} could not be asked (${known.reason})` };
  }
  return {};
}

/** What `docker update` may change; the rest of the controls asks for what is not in such a body. */
const updated: ReadonlySet<string> = new Set([
  'host-device',
  'cgroup-parent',
  requestControls.takeover.id,
]);

function judgeUpdate(body: unknown, { name }: JudgeOptions, policy: VerdictPolicy): Answer {
  const wrapped = { HostConfig: body };
  const config = configOfCreateBody(wrapped, name);
  const faults = [...requestFaults(wrapped, config), ...containerFaults(config)].filter(
    ({ control }) => updated.has(control.id),
  );
  return answerOf({ kind: 'Container', name, image: null, faults }, policy);
}

/** A control of containers that asks the same of a program that is started in one. */
function controlNamed(id: string) {
  const found = containerControls.find((control) => control.id === id);
  if (found === undefined) throw new Error(`no control is called ${id}`);
  return found;
}

const privileged = controlNamed('privileged');
const rootUser = controlNamed('root-user');

function judgeExec(body: unknown, { name }: JudgeOptions, policy: VerdictPolicy): Answer {
  const faults: JudgedFault[] = [];
  const sources = ['Seaworthy'];
  if (field(body, 'Privileged') === true) {
    const message = 'the program is given all rights of root on the host';
    const place = { path: ['Privileged'], value: true };
    faults.push({ control: privileged, sources, ...place, message, edits: [] });
  }
  const user = stringField(body, 'User') ?? '';
  const [account = ''] = user.split(':');
  if (account === 'root' || /^0+$/.test(account)) {
    const message = `the program runs as ${clip(account)}`;
    const place = { path: ['User'], value: clip(user) };
    faults.push({ control: rootUser, sources, ...place, message, edits: [] });
  }
  return answerOf({ kind: 'Exec', name, image: null, faults }, policy);
}

function judgeVolume(body: unknown, options: JudgeOptions, policy: VerdictPolicy): Answer {
  const faults: JudgedFault[] = [];
  const tell = (value: string, message: string): void => {
    const path: Path = ['DriverOpts'];
    const control = requestControls.takeover;
    faults.push({ control, sources: ['Seaworthy'], path, value, message, edits: [] });
  };
  const volume = volumeKindOf(stringField(body, 'Driver'), field(body, 'DriverOpts'));
  if (volume.kind === 'mount') tell(clip(volume.what), `it mounts ${clip(volume.what)}`);
  if (volume.kind === 'bind') {
    // A volume is mounted by anybody later on: what it reaches counts as for a mount.
    const mount = { HostConfig: { Binds: [`${options.resolve(volume.path)}:/volume`] } };
    const config = configOfCreateBody(mount, '');
    const why = takeoverOf(options.resolve(volume.path), false);
    if (why !== null) tell(clip(volume.path), clip(why));
    const reached = containerFaults(config).filter(({ path }) => path[1] === 'Binds');
    faults.push(...reached.map((fault) => ({ ...fault, path: ['DriverOpts', 'device'] })));
  }
  const name = stringField(body, 'Name') ?? '';
  return answerOf({ kind: 'Volume', name, image: null, faults }, policy);
}

/** A service of Swarm, as the create request that its nodes will make of it. */
function judgeService(body: unknown, options: JudgeOptions, policy: VerdictPolicy): Answer {
  const name = stringField(body, 'Name') ?? '';
  const create = options.made ?? createBodyOfService(body);
  if (create !== null) return judgeCreate(create, { ...options, name }, policy);
  // Plugins and attachments are services too; nobody here knows what they may do.
  const reason = 'the service has no container that can be judged';
  return answerOf({ kind: 'Service', name, image: null, faults: [], reason }, policy);
}
