// The services of a Compose file, with what they extend and what the file includes.
import { asRecord, asString, entriesOf, field, keysOf, stringField } from '../../../base/json.ts';
import { parseYaml } from '../../../base/yaml.ts';
import type { Path } from '../../path.ts';
import { clip, itemsOf } from '../../scalar.ts';
import type { Setting } from '../config.ts';
import { type Layer, type Service, withValues } from './layers.ts';

export interface ComposeContext {
  /** Variables of the environment file. */
  readonly values: ReadonlyMap<string, string>;
  /** The text of a file that the Compose file names, or null. */
  readonly read: (name: string) => string | null;
}

export interface Project {
  readonly services: readonly Service[];
  /** The parts beside `services`, of this file alone. */
  readonly volumes: unknown;
  readonly networks: unknown;
  readonly problems: readonly Setting<string>[];
}

/** Services that extend one another, and files that include others. */
const depthMost = 16;
const servicesMost = 5000;

/** Whether a document is a Compose file: services that are objects, and not of Kubernetes. */
export function isCompose(document: unknown): boolean {
  if (stringField(document, 'apiVersion') !== null) return false;
  const services = field(document, 'services');
  const all = entriesOf(services);
  if (asRecord(services) === null) return false;
  if (all.length === 0) return field(document, 'include') !== undefined;
  const telling = ['image', 'build', 'extends', 'container_name', 'network_mode', 'privileged'];
  return (
    all.every(([, one]) => one === null || asRecord(one) !== null) &&
    all.some(([, one]) => telling.some((key) => field(one, key) !== undefined))
  );
}

/** Reads the project of a document; nothing of its content makes it throw. */
export function readProject(document: unknown, context: ComposeContext): Project {
  const problems: Setting<string>[] = [];
  const services = servicesOf(document, { context, base: [], problems, depth: 0 });
  return {
    services: services.slice(0, servicesMost),
    volumes: field(document, 'volumes'),
    networks: field(document, 'networks'),
    problems,
  };
}

interface Reading {
  readonly context: ComposeContext;
  /** Prefix of places: empty for the file itself, `include[0]` and so on for others. */
  readonly base: Path;
  readonly problems: Setting<string>[];
  readonly depth: number;
}

function servicesOf(document: unknown, reading: Reading): Service[] {
  const { base } = reading;
  const own = keysOf(field(document, 'services'))
    .slice(0, servicesMost)
    .map((name) => serviceOf(document, name, { ...reading, base }));
  return [...own, ...includedServices(document, reading)];
}

function serviceOf(document: unknown, name: string, { context, base }: Reading): Service {
  const problems: Setting<string>[] = [];
  const unresolved: Setting<string>[] = [];
  const path: Path = [...base, 'services', name];
  const layers = layersOf({ document, name, path, context, problems, seen: new Set() }).map(
    (layer): Layer => ({
      path: layer.path,
      value: withValues(layer.value, context.values, (missing) => {
        if (!isRead(missing.path)) return;
        unresolved.push({ ...missing, path: [...layer.path, ...missing.path] });
      }),
    }),
  );
  return { name: clip(name), path, layers, problems, unresolved };
}

/** Settings whose value decides: a variable without a value leaves them unknown. */
const read: ReadonlySet<string | number | undefined> = new Set([
  'cap_add',
  'device_cgroup_rules',
  'devices',
  'image',
  'ipc',
  'network_mode',
  'pid',
  'privileged',
  'security_opt',
  'user',
  'userns_mode',
  'uts',
  'volumes',
]);

function isRead([key]: Path): boolean {
  return read.has(key);
}

interface Extension {
  readonly document: unknown;
  readonly name: string;
  readonly path: Path;
  readonly context: ComposeContext;
  readonly problems: Setting<string>[];
  readonly seen: Set<string>;
}

/** The service and what it extends, lowest first. */
function layersOf(extension: Extension): Layer[] {
  const { document, name, path, seen } = extension;
  const value = field(field(document, 'services'), name);
  const own: Layer = { value, path };
  const extended = field(value, 'extends');
  if (extended === undefined || extended === null) return [own];
  const place: Path = [...path, 'extends'];
  const file = stringField(extended, 'file');
  const wanted = asString(extended) ?? stringField(extended, 'service') ?? name;
  const key = `${file ?? ''}\n${wanted}`;
  const refuse = (reason: string): Layer[] => {
    extension.problems.push({ value: reason, path: place });
    return [own];
  };
  if (seen.has(key) || seen.size >= depthMost)
    return refuse('services extend one another in a circle');
  seen.add(key);
  if (file === null) {
    if (field(field(document, 'services'), wanted) === undefined) {
      return refuse(
        `the service ${JSON.stringify(clip(wanted, 100))} that it extends is not there`,
      );
    }
    const below = layersOf({ ...extension, name: wanted, path: [...path.slice(0, -1), wanted] });
    return [...below, own];
  }
  const other = documentOf(file, extension.context);
  if ('reason' in other) return refuse(`it extends ${clip(file, 200)}, which ${other.reason}`);
  if (field(field(other.value, 'services'), wanted) === undefined) {
    return refuse(`${clip(file, 200)} has no service ${JSON.stringify(clip(wanted, 100))}`);
  }
  const inner: Path = [...place, clip(file, 200), 'services', wanted];
  return [...layersOf({ ...extension, document: other.value, name: wanted, path: inner }), own];
}

function documentOf(
  file: string,
  { read: readFile }: ComposeContext,
): { readonly value: unknown } | { readonly reason: string } {
  const text = readFile(file);
  if (text === null) return { reason: 'cannot be read' };
  const parsed = parseYaml(text);
  return parsed.ok ? { value: parsed.value } : { reason: `is ${parsed.reason}` };
}

/** `include`: texts, or objects whose `path` is a text or a list. */
function includedServices(document: unknown, reading: Reading): Service[] {
  const { base, context, problems, depth } = reading;
  return itemsOf(field(document, 'include')).flatMap((entry, index) => {
    const place: Path = [...base, 'include', index];
    const named = asString(entry) ?? field(entry, 'path');
    const files = typeof named === 'string' ? [named] : itemsOf(named);
    return files.flatMap((file) => {
      const name = asString(file) ?? '';
      const other =
        depth >= depthMost ? { reason: 'is included too deep' } : documentOf(name, context);
      if ('reason' in other) {
        problems.push({
          value: `it includes ${clip(name, 200)}, which ${other.reason}`,
          path: place,
        });
        return [];
      }
      return servicesOf(other.value, {
        ...reading,
        base: [...place, clip(name, 200)],
        depth: depth + 1,
      });
    });
  });
}
