// `docker inspect`, and the body of POST /containers/create, as a container's configuration.
import {
  asArray,
  asNumber,
  asString,
  entriesOf,
  field,
  stringField,
  stringsOf,
} from '../../base/json.ts';
import type { Path } from '../path.ts';
import { clip, itemsOf } from '../scalar.ts';
import type {
  ContainerConfig,
  ContainerForm,
  HostDevice,
  Mount,
  PublishedPort,
  Setting,
  Variable,
} from './config.ts';

/** One item of what `docker inspect` prints; `path` leads to it. */
export function configOfInspection(value: unknown, path: Path): ContainerConfig {
  return read(value, { path, form: 'inspect', config: field(value, 'Config'), at: ['Config'] });
}

/** The body of a create request (Engine API): settings of the image's kind stand at its root. */
export function configOfCreateBody(value: unknown, name: string): ContainerConfig {
  const found = read(value, { path: [], form: 'create', config: value, at: [] });
  return { ...found, name: clip(name) };
}

/** Whether a value is what `docker inspect` prints of a container. */
export function isInspection(value: unknown): boolean {
  return field(value, 'HostConfig') !== undefined && stringField(value, 'Id') !== null;
}

interface Source {
  readonly path: Path;
  readonly form: ContainerForm;
  /** What holds Env, User, Image ... */
  readonly config: unknown;
  readonly at: Path;
}

function read(value: unknown, { path, form, config, at }: Source): ContainerConfig {
  const host = field(value, 'HostConfig');
  const inHost = (key: string): Path => [...path, 'HostConfig', key];
  const inConfig = (key: string): Path => [...path, ...at, key];
  const text = (key: string): Setting<string | null> => ({
    value: stringField(host, key),
    path: inHost(key),
  });
  const list = (key: string): Setting<readonly string[]> => ({
    value: stringsOf(field(host, key)).slice(0, 1000),
    path: inHost(key),
  });
  const labels = field(config, 'Labels');
  const health = asArray(field(field(config, 'Healthcheck'), 'Test'));
  return {
    form,
    name: clip((stringField(value, 'Name') ?? '').replace(/^\//, '')),
    path,
    image: { value: stringField(config, 'Image'), path: inConfig('Image') },
    isRunning: field(field(value, 'State'), 'Running') === true,
    pod: podOf(labels),
    user: { value: stringField(config, 'User'), path: inConfig('User') },
    privileged: { value: field(host, 'Privileged') === true, path: inHost('Privileged') },
    addedCapabilities: list('CapAdd'),
    droppedCapabilities: list('CapDrop'),
    securityOptions: securityOptionsOf(host, inHost('SecurityOpt')),
    appArmor: stringField(value, 'AppArmorProfile'),
    network: text('NetworkMode'),
    pid: text('PidMode'),
    ipc: text('IpcMode'),
    uts: text('UTSMode'),
    users: text('UsernsMode'),
    cgroupParent: text('CgroupParent'),
    mounts: mountsOf(value, { path, host, form }),
    ports: portsOf(field(host, 'PortBindings'), inHost('PortBindings')),
    publishesAll: {
      value: field(host, 'PublishAllPorts') === true,
      path: inHost('PublishAllPorts'),
    },
    devices: devicesOf(host, [...path, 'HostConfig']),
    memory: { value: asNumber(field(host, 'Memory')), path: inHost('Memory') },
    processors: {
      value: ['CpuShares', 'NanoCpus', 'CpuQuota'].some((key) => positive(host, key)),
      path: inHost('NanoCpus'),
    },
    processes: { value: asNumber(field(host, 'PidsLimit')), path: inHost('PidsLimit') },
    readOnlyRoot: {
      value: field(host, 'ReadonlyRootfs') === true,
      path: inHost('ReadonlyRootfs'),
    },
    restart: { value: restartOf(field(host, 'RestartPolicy')), path: inHost('RestartPolicy') },
    hasLimits: { value: asArray(field(host, 'Ulimits')).length > 0, path: inHost('Ulimits') },
    hasHealthcheck: {
      // A create request without one takes the image's, which is not known here.
      value: health.length > 0 ? health[0] !== 'NONE' : form === 'create' ? null : false,
      path: inConfig('Healthcheck'),
    },
    environment: variablesOf(field(config, 'Env'), inConfig('Env')),
    unresolved: [],
  };
}

/** MaskedPaths that are empty mean `systempaths=unconfined`: engines do not keep the option. */
function securityOptionsOf(host: unknown, path: Path): Setting<readonly string[]> {
  const told = stringsOf(field(host, 'SecurityOpt')).slice(0, 1000);
  const masked = field(host, 'MaskedPaths');
  const bare = Array.isArray(masked) && masked.length === 0 && field(host, 'Privileged') !== true;
  return { value: bare ? [...told, 'systempaths=unconfined'] : told, path };
}

function restartOf(policy: unknown): ContainerConfig['restart']['value'] {
  if (policy === undefined) return null;
  const retries = asNumber(field(policy, 'MaximumRetryCount')) ?? 0;
  return { name: stringField(policy, 'Name') ?? '', retries };
}

function positive(host: unknown, key: string): boolean {
  return (asNumber(field(host, key)) ?? 0) > 0;
}

function podOf(labels: unknown): string | null {
  const name = stringField(labels, 'io.kubernetes.pod.name');
  if (name === null) return null;
  return clip(`${stringField(labels, 'io.kubernetes.pod.namespace') ?? 'default'}/${name}`);
}

interface MountSource {
  readonly path: Path;
  readonly host: unknown;
  readonly form: ContainerForm;
}

/**
 * What the engine says it mounted; for create requests what is asked for. Both are regarded: binds of
 * a container that never started stand in both.
 */
function mountsOf(value: unknown, { path, host, form }: MountSource): Mount[] {
  const made = itemsOf(field(value, 'Mounts')).map((mount, index) => ({
    kind: kindOf(stringField(mount, 'Type')),
    source: stringField(mount, 'Source'),
    target: stringField(mount, 'Destination') ?? '',
    readOnly: field(mount, 'RW') === false,
    propagation: stringField(mount, 'Propagation'),
    path: [...path, 'Mounts', index],
  }));
  const binds = itemsOf(field(host, 'Binds')).flatMap((bind, index) => {
    const mount = bindOf(asString(bind) ?? '', [...path, 'HostConfig', 'Binds', index]);
    return mount === null ? [] : [mount];
  });
  const asked = itemsOf(field(host, 'Mounts')).map((mount, index) => ({
    kind: kindOf(stringField(mount, 'Type')),
    source: stringField(mount, 'Source'),
    target: stringField(mount, 'Target') ?? '',
    readOnly: field(mount, 'ReadOnly') === true,
    propagation: stringField(field(mount, 'BindOptions'), 'Propagation'),
    path: [...path, 'HostConfig', 'Mounts', index],
  }));
  if (form === 'create') return [...binds, ...asked];
  const known = new Set(made.map(({ target }) => target));
  return [...made, ...[...binds, ...asked].filter(({ target }) => !known.has(target))];
}

function kindOf(type: string | null): Mount['kind'] {
  return type === 'bind' || type === 'volume' || type === 'tmpfs' ? type : 'other';
}

/** `source:target[:options]`; a source that is no path is the name of a volume. */
export function bindOf(text: string, path: Path): Mount | null {
  if (text === '') return null;
  const [source = '', target = '', options = ''] = text.split(':');
  const words = options.split(',');
  return {
    kind: source.startsWith('/') ? 'bind' : 'volume',
    source,
    target,
    readOnly: words.includes('ro'),
    propagation: words.find((word) => /^r?(?:shared|slave|private)$/.test(word)) ?? null,
    path,
  };
}

function portsOf(bindings: unknown, path: Path): PublishedPort[] {
  return entriesOf(bindings)
    .slice(0, 10_000)
    .flatMap(([key, list]) =>
      itemsOf(list).map((one, index) => ({
        hostIp: stringField(one, 'HostIp'),
        hostPort: portOf(stringField(one, 'HostPort')),
        containerPort: portOf(key.split('/')[0] ?? '') ?? 0,
        path: [...path, key, index],
      })),
    );
}

/** The first port of a range. */
export function portOf(text: string | null): number | null {
  const digits = /^\d{1,5}/.exec(text ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}

function devicesOf(host: unknown, path: Path): HostDevice[] {
  const devices = itemsOf(field(host, 'Devices')).map((device, index) => ({
    source: stringField(device, 'PathOnHost') ?? '',
    path: [...path, 'Devices', index],
  }));
  const rules = itemsOf(field(host, 'DeviceCgroupRules')).map((rule, index) => ({
    source: asString(rule) ?? '',
    path: [...path, 'DeviceCgroupRules', index],
  }));
  return [...devices, ...rules];
}

/** `NAME=value`, in the order of the list. */
function variablesOf(value: unknown, path: Path): Variable[] {
  return itemsOf(value).flatMap((one, index) => {
    const text = asString(one) ?? '';
    const equals = text.indexOf('=');
    if (equals <= 0) return [];
    return [{ name: text.slice(0, equals), value: text.slice(equals + 1), path: [...path, index] }];
  });
}
