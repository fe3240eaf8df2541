// Are the fields that controls read of the types that Kubernetes gives them? What is not was not
// judged, and is told as an unknown; Kubernetes itself refuses such an object.
import { asRecord, entriesOf } from '../base/json.ts';
import { type Path, pathText } from './path.ts';
import { asBoolean, asInteger, itemsOf, listedMost } from './scalar.ts';

type Shape =
  | 'text'
  | 'boolean'
  | 'integer'
  | { readonly list: Shape }
  | { readonly values: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

export interface Misshapen {
  readonly path: Path;
  /** Plain sentence without full stop. */
  readonly reason: string;
}

/** More faults of one Pod say nothing new. */
const told = 50;

const seccompProfile: Shape = { fields: { type: 'text' } };
const seLinuxOptions: Shape = {
  fields: { type: 'text', user: 'text', role: 'text', level: 'text' },
};
const contextOfAll = {
  seLinuxOptions,
  seccompProfile,
  appArmorProfile: seccompProfile,
  windowsOptions: { fields: { hostProcess: 'boolean' } },
  runAsNonRoot: 'boolean',
  runAsUser: 'integer',
} as const satisfies Record<string, Shape>;

const action: Shape = { fields: { host: 'text' } };
const handler: Shape = { fields: { httpGet: action, tcpSocket: action } };
const container: Shape = {
  fields: {
    name: 'text',
    image: 'text',
    securityContext: {
      fields: {
        ...contextOfAll,
        privileged: 'boolean',
        allowPrivilegeEscalation: 'boolean',
        readOnlyRootFilesystem: 'boolean',
        procMount: 'text',
        capabilities: { fields: { add: { list: 'text' }, drop: { list: 'text' } } },
      },
    },
    ports: { list: { fields: { hostPort: 'integer', containerPort: 'integer' } } },
    livenessProbe: handler,
    readinessProbe: handler,
    startupProbe: handler,
    lifecycle: { fields: { postStart: handler, preStop: handler } },
    env: { list: { fields: { name: 'text' } } },
    volumeMounts: { list: { fields: { name: 'text', mountPath: 'text' } } },
    resources: { fields: { limits: { fields: {} }, requests: { fields: {} } } },
  },
};

const pod: Shape = {
  fields: {
    metadata: { fields: { annotations: { values: 'text' } } },
    spec: {
      fields: {
        hostNetwork: 'boolean',
        hostPID: 'boolean',
        hostIPC: 'boolean',
        hostUsers: 'boolean',
        automountServiceAccountToken: 'boolean',
        os: { fields: { name: 'text' } },
        securityContext: {
          fields: { ...contextOfAll, sysctls: { list: { fields: { name: 'text' } } } },
        },
        containers: { list: container },
        initContainers: { list: container },
        ephemeralContainers: { list: container },
        volumes: { list: { fields: { name: 'text', hostPath: { fields: { path: 'text' } } } } },
        hostAliases: { list: { fields: {} } },
      },
    },
  },
};

/** What of a Pod (`metadata`, `spec`) is not of its type, at most 50 places. */
export function misshapen(root: unknown): Misshapen[] {
  const found: Misshapen[] = [];
  walk(root, pod, { path: [], found });
  return found;
}

/**
 * A Pod (`metadata`, `spec`) with its words of YAML 1.1 as kubectl reads them: `yes` is true where a
 * boolean belongs. The same object where there is nothing to change.
 */
export function asKubectlReads(root: unknown): unknown {
  return reread(root, pod);
}

function reread(value: unknown, shape: Shape): unknown {
  if (value === null || value === undefined) return value;
  if (shape === 'boolean') return asBoolean(value) ?? value;
  if (shape === 'integer') return asInteger(value) ?? value;
  if (typeof shape === 'string' || 'values' in shape) return value;
  if ('list' in shape) {
    if (!Array.isArray(value)) return value;
    const items = value.map((one: unknown) => reread(one, shape.list));
    return items.every((one, at) => one === value[at]) ? (value as unknown) : items;
  }
  const record = asRecord(value);
  if (record === null) return value;
  const changed = Object.entries(shape.fields).flatMap(([key, inner]) => {
    const before = Object.hasOwn(record, key) ? record[key] : undefined;
    const after = reread(before, inner);
    return after === before ? [] : [[key, after] as const];
  });
  return changed.length === 0 ? value : { ...record, ...Object.fromEntries(changed) };
}

interface Walk {
  readonly path: Path;
  readonly found: Misshapen[];
}

function walk(value: unknown, shape: Shape, { path, found }: Walk): void {
  if (value === null || value === undefined || found.length >= told) return;
  if (typeof shape === 'string') {
    if (!isScalar(value, shape)) found.push(wrongType(value, articles[shape], path));
  } else if ('list' in shape) {
    walkList(value, shape.list, { path, found });
  } else if (asRecord(value) === null) {
    found.push(wrongType(value, 'an object', path));
  } else if ('values' in shape) {
    for (const [key, one] of entriesOf(value)) {
      walk(one, shape.values, { path: [...path, key], found });
    }
  } else {
    for (const key of Object.keys(shape.fields)) {
      const inner = shape.fields[key];
      if (inner === undefined || !Object.hasOwn(value, key)) continue;
      walk((value as Record<string, unknown>)[key], inner, { path: [...path, key], found });
    }
  }
}

function walkList(value: unknown, item: Shape, { path, found }: Walk): void {
  if (!Array.isArray(value)) {
    found.push(wrongType(value, 'a list', path));
    return;
  }
  if (value.length > listedMost) {
    found.push({ path, reason: `a list of ${value.length} items, more than ${listedMost}` });
  }
  for (const [index, one] of itemsOf(value).entries()) {
    walk(one, item, { path: [...path, index], found });
  }
}

const articles = { text: 'text', boolean: 'true or false', integer: 'a whole number' } as const;

function isScalar(value: unknown, shape: 'text' | 'boolean' | 'integer'): boolean {
  if (shape === 'text') return typeof value === 'string';
  return shape === 'boolean' ? asBoolean(value) !== null : asInteger(value) !== null;
}

function wrongType(value: unknown, wanted: string, path: Path): Misshapen {
  const actual = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : '';
  const kind = actual === '' ? `a ${typeof value}` : actual;
  return { path, reason: `${pathText(path)} must be ${wanted} and is ${kind}; it was not judged` };
}
