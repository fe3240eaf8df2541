// A service of a Compose file as a container's configuration (Compose specification, services).
import { asArray, asNumber, asString, entriesOf, field, stringField } from '../../../base/json.ts';
import type { Path } from '../../path.ts';
import { asBoolean, asInteger, clip } from '../../scalar.ts';
import type { ContainerConfig, HostDevice, Mount, PublishedPort, Setting } from '../config.ts';
import { bindOf, portOf } from '../inspect.ts';
import { listOf, pairsOf, type Service, scalarOf, textsOf } from './layers.ts';
import type { Project } from './project.ts';

/** The configuration of one service. */
export function configOfService(service: Service, project: Project): ContainerConfig {
  const text = (key: string): Setting<string | null> => {
    const { value, path } = scalarOf(service, key);
    return { value: textOf(value), path };
  };
  const flag = (key: string): Setting<boolean> => {
    const { value, path } = scalarOf(service, key);
    return { value: asBoolean(value) === true, path };
  };
  return {
    form: 'compose',
    name: service.name,
    path: service.path,
    image: text('image'),
    isRunning: false,
    pod: null,
    user: text('user'),
    privileged: flag('privileged'),
    addedCapabilities: textsOf(service, 'cap_add'),
    droppedCapabilities: textsOf(service, 'cap_drop'),
    securityOptions: textsOf(service, 'security_opt'),
    appArmor: null,
    network: networkOf(service, project),
    pid: text('pid'),
    ipc: text('ipc'),
    uts: text('uts'),
    users: text('userns_mode'),
    cgroupParent: text('cgroup_parent'),
    mounts: mountsOf(service, project),
    ports: listOf(service, 'ports').flatMap((one) => portsOf(one)),
    publishesAll: { value: false, path: [...service.path, 'ports'] },
    devices: devicesOf(service),
    memory: memoryOf(service),
    processors: processorsOf(service),
    processes: processesOf(service),
    readOnlyRoot: flag('read_only'),
    restart: restartOf(service),
    hasLimits: {
      value: entriesOf(scalarOf(service, 'ulimits').value).length > 0,
      path: [...service.path, 'ulimits'],
    },
    hasHealthcheck: healthOf(service),
    environment: [...pairsOf(service, 'environment')].map(([name, { value, path }]) => ({
      name,
      value,
      path,
    })),
    unresolved: service.unresolved,
  };
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return asString(value);
}

/** `network_mode: host`, or a network whose name is `host` and that is not made here. */
function networkOf(service: Service, { networks }: Project): Setting<string | null> {
  const { value, path } = scalarOf(service, 'network_mode');
  if (value !== null) return { value: textOf(value), path };
  const joined = scalarOf(service, 'networks');
  const names = [...asArray(joined.value), ...entriesOf(joined.value).map(([name]) => name)];
  const host = names.find((name) => {
    const definition = typeof name === 'string' ? field(networks, name) : undefined;
    return (
      stringField(definition, 'name') === 'host' ||
      stringField(field(definition, 'external'), 'name') === 'host'
    );
  });
  return host === undefined ? { value: null, path } : { value: 'host', path: joined.path };
}

/** Folders of a home that hold credentials; other places below `~` are like relative ones. */
const tellingHomes = /^~(?:$|\/(?:$|\.(?:ssh|aws|kube|docker|gnupg|config|azure)(?:\/|$)))/;

function mountsOf(service: Service, { volumes }: Project): Mount[] {
  const mounts = listOf(service, 'volumes').flatMap((one) => mountOf(one, volumes) ?? []);
  const api = scalarOf(service, 'use_api_socket');
  if (asBoolean(api.value) !== true) return mounts;
  const socket = {
    kind: 'bind',
    source: '/var/run/docker.sock',
    target: '/var/run/docker.sock',
  } as const;
  return [...mounts, { ...socket, readOnly: false, propagation: null, path: api.path }];
}

function mountOf({ value, path }: Setting<unknown>, volumes: unknown): Mount | null {
  const mount = typeof value === 'string' ? bindOf(value, path) : longMount(value, path);
  if (mount === null || mount.source === null) return mount;
  const { source } = mount;
  if (/^[.~/]/.test(source)) {
    const place = tellingHomes.test(source) ? `/root${source.slice(1)}` : source;
    return { ...mount, kind: 'bind', source: place };
  }
  // A named volume may be a folder of the host by its options.
  const options = field(field(volumes, source), 'driver_opts');
  const device = stringField(options, 'device');
  const isBind = (stringField(options, 'o') ?? '')
    .split(',')
    .some((one) => one === 'bind' || one === 'rbind');
  if (mount.kind === 'volume' && device !== null && isBind) {
    return { ...mount, kind: 'bind', source: device };
  }
  return mount;
}

function longMount(value: unknown, path: Path): Mount {
  const type = stringField(value, 'type');
  return {
    kind: type === 'bind' || type === 'volume' || type === 'tmpfs' ? type : 'other',
    source: stringField(value, 'source'),
    target: stringField(value, 'target') ?? '',
    readOnly: asBoolean(field(value, 'read_only')) === true,
    propagation: stringField(field(value, 'bind'), 'propagation'),
    path,
  };
}

/** `[address:][host]:container[/protocol]`, a number, or the long form. */
function portsOf({ value, path }: Setting<unknown>): PublishedPort[] {
  if (typeof value === 'object' && value !== null) {
    const published = textOf(field(value, 'published'));
    const target = portOf(textOf(field(value, 'target'))) ?? 0;
    const hostIp = stringField(value, 'host_ip');
    return [{ hostIp, hostPort: portOf(published), containerPort: target, path }];
  }
  const text = textOf(value)?.split('/')[0] ?? '';
  const parts = /^(?:(\[[^\]]*\]|[^:]*):)?(?:([\d-]*|\$.*):)?([\d-]+)$/.exec(text);
  if (parts === null) return [];
  const [, first, second, container = ''] = parts;
  // With one colon the first part is the port, with two it is the address.
  const [hostIp, hostPort] = second === undefined ? [null, first] : [first ?? null, second];
  return [
    { hostIp, hostPort: portOf(hostPort ?? null), containerPort: portOf(container) ?? 0, path },
  ];
}

function devicesOf(service: Service): HostDevice[] {
  const devices = listOf(service, 'devices').flatMap(({ value, path }) => {
    const text = asString(value)?.split(':')[0] ?? stringField(value, 'source');
    // Names of the container device interface (vendor.com/class=name) are no paths.
    return text === null || text.includes('=') ? [] : [{ source: text, path }];
  });
  const rules = listOf(service, 'device_cgroup_rules').flatMap(({ value, path }) => {
    const source = asString(value);
    return source === null ? [] : [{ source, path }];
  });
  return [...devices, ...rules];
}

/** Bytes are not needed: whether there is a limit is. A text of a size counts as one. */
function memoryOf(service: Service): Setting<number | null> {
  const own = scalarOf(service, 'mem_limit');
  const { value, path } =
    own.value === null ? scalarOf(service, 'deploy', 'resources', 'limits', 'memory') : own;
  const amount = typeof value === 'string' ? Number.parseFloat(value) : asNumber(value);
  const isText = typeof value === 'string' && Number.isNaN(amount);
  return { value: isText ? 1 : amount, path: value === null ? own.path : path };
}

function processorsOf(service: Service): Setting<boolean> {
  const keys = ['cpus', 'cpu_shares', 'cpu_quota', 'cpu_count', 'cpu_percent', 'cpuset'];
  const own = keys.some((key) => scalarOf(service, key).value !== null);
  const deployed = scalarOf(service, 'deploy', 'resources', 'limits', 'cpus').value !== null;
  return { value: own || deployed, path: [...service.path, 'cpus'] };
}

function processesOf(service: Service): Setting<number | null> {
  const own = scalarOf(service, 'pids_limit');
  const { value, path } =
    own.value === null ? scalarOf(service, 'deploy', 'resources', 'limits', 'pids') : own;
  return { value: asInteger(value), path: value === null ? own.path : path };
}

function restartOf(service: Service): ContainerConfig['restart'] {
  const { value, path } = scalarOf(service, 'restart');
  const text = asString(value);
  if (text !== null) {
    const [name = '', retries] = text.split(':');
    return { value: { name, retries: Number(retries ?? 0) || 0 }, path };
  }
  const policy = scalarOf(service, 'deploy', 'restart_policy');
  if (policy.value === null) return { value: null, path };
  const condition = stringField(policy.value, 'condition') ?? 'any';
  const retries = asInteger(field(policy.value, 'max_attempts')) ?? 0;
  const name = condition === 'any' ? 'always' : condition === 'none' ? 'no' : clip(condition, 40);
  return { value: { name, retries }, path: policy.path };
}

function healthOf(service: Service): Setting<boolean | null> {
  const { value, path } = scalarOf(service, 'healthcheck');
  if (value === null) return { value: null, path };
  const test = field(value, 'test');
  const off =
    asBoolean(field(value, 'disable')) === true || test === 'NONE' || asArray(test)[0] === 'NONE';
  return { value: !off, path };
}
