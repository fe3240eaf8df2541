// Who a container belongs to: user, team, application and environment, out of labels, namespaces and
// Compose projects, by a mapping that the user may edit.
import { asArray, entriesOf, field, keysOf, stringField, stringsOf } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import type { ContainerIdentity, Workload } from '../../model/container.ts';

export type WorkloadNoun = 'user' | 'team' | 'application' | 'environment';

/** One place to look for a noun. */
export interface WorkloadSource {
  readonly from:
    | { readonly kind: 'label'; readonly key: string }
    | { readonly kind: 'namespace' | 'name' | 'image' }
    | { readonly kind: 'value'; readonly text: string };
  /** What surrounds the wanted part: `team-{value}-*`; null takes all of it. */
  readonly pattern: WorkloadPattern | null;
  /** Spellings and what they mean; null takes every value, else only those that are in it. */
  readonly values: ReadonlyMap<string, string> | null;
}

/** Each noun's sources; the first that gives a value wins. */
export type WorkloadMapping = Readonly<Record<WorkloadNoun, readonly WorkloadSource[]>>;

export interface WorkloadPattern {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export type ParsedMapping =
  | { readonly ok: true; readonly mapping: WorkloadMapping }
  | { readonly ok: false; readonly reason: string };

const nouns: readonly WorkloadNoun[] = ['user', 'team', 'application', 'environment'];
/** A longer one is a text and no name. */
const valueCharacters = 256;
/** Sources of one noun; the defaults have a dozen. */
const sourcesMost = 200;

function label(key: string): WorkloadSource {
  return { from: { kind: 'label', key }, pattern: null, values: null };
}

const environments: ReadonlyMap<string, string> = new Map(
  Object.entries({
    prod: 'production',
    production: 'production',
    prd: 'production',
    live: 'production',
    staging: 'staging',
    stage: 'staging',
    stg: 'staging',
    preprod: 'staging',
    test: 'test',
    testing: 'test',
    qa: 'test',
    uat: 'test',
    dev: 'development',
    development: 'development',
    sandbox: 'development',
    ci: 'ci',
  }),
);

function environmentIn(pattern: string): WorkloadSource {
  const parsed = parsePattern(pattern);
  return { from: { kind: 'namespace' }, pattern: parsed, values: environments };
}

/** What holds without a file: the labels that Kubernetes, Compose, Swarm, Nomad and ECS agree on. */
const defaultWorkloadMapping: WorkloadMapping = {
  user: ['seaworthy.user', 'owner', 'app.kubernetes.io/owner', 'com.docker.owner'].map(label),
  team: ['seaworthy.team', 'team', 'app.kubernetes.io/team', 'squad', 'department'].map(label),
  application: [
    'seaworthy.application',
    'app.kubernetes.io/part-of',
    'com.docker.compose.project',
    'com.docker.stack.namespace',
    'io.podman.compose.project',
    'app.kubernetes.io/name',
    'app.kubernetes.io/instance',
    'k8s-app',
    'app',
    'application',
    'com.hashicorp.nomad.job_name',
    'com.amazonaws.ecs.task-definition-family',
  ].map(label),
  environment: [
    ...[
      'seaworthy.environment',
      'app.kubernetes.io/environment',
      'environment',
      'env',
      'stage',
    ].map((key) => ({ ...label(key), values: null })),
    label('tags.datadoghq.com/env'),
    environmentIn('{value}'),
    environmentIn('*-{value}'),
    environmentIn('{value}-*'),
  ],
};

/** The workload of a container; nouns that no source gives are null. */
export function workloadOf(
  identity: ContainerIdentity,
  mapping: WorkloadMapping = defaultWorkloadMapping,
): Workload {
  const find = (noun: WorkloadNoun): string | null => {
    for (const source of mapping[noun]) {
      const value = valueOf(source, identity);
      if (value !== null) return value;
    }
    return null;
  };
  return {
    user: find('user'),
    team: find('team'),
    application: find('application'),
    environment: find('environment'),
  };
}

function valueOf(source: WorkloadSource, identity: ContainerIdentity): string | null {
  const whole = textOf(source, identity)?.trim() ?? '';
  if (whole === '' || whole.length > valueCharacters) return null;
  const value = source.pattern === null ? whole : matchPattern(source.pattern, whole);
  if (value === null || value === '') return null;
  return source.values === null ? value : (source.values.get(value.toLowerCase()) ?? null);
}

function textOf({ from }: WorkloadSource, identity: ContainerIdentity): string | null {
  switch (from.kind) {
    case 'label':
      return identity.labels.get(from.key) ?? null;
    case 'namespace':
      return identity.pod?.namespace ?? null;
    case 'name':
      return identity.name;
    case 'image':
      return identity.image.reference;
    case 'value':
      return from.text;
  }
}

/** Reads `team-{value}-*`: one `{value}`, any number of `*`; null when it has not just one. */
export function parsePattern(text: string): WorkloadPattern | null {
  const halves = text.split('{value}');
  const [before, after] = halves;
  if (halves.length !== 2 || before === undefined || after === undefined) return null;
  return { before: before.split('*'), after: after.split('*') };
}

/** The part that stands for `{value}`, the shortest that fits; null when the text does not fit. */
export function matchPattern(pattern: WorkloadPattern, text: string): string | null {
  const start = afterParts(pattern.before, text, 0);
  if (start === null) return null;
  const [first = '', ...rest] = pattern.after;
  if (rest.length === 0) {
    return text.endsWith(first) && text.length - first.length >= start
      ? text.slice(start, text.length - first.length)
      : null;
  }
  // A `*` that follows at once leaves all of it to the value.
  const end = first === '' ? text.length : text.indexOf(first, start);
  if (end === -1) return null;
  const last = rest.at(-1) ?? '';
  const reached = afterParts(['', ...rest.slice(0, -1)], text, end + first.length);
  return reached !== null && text.endsWith(last) && text.length - last.length >= reached
    ? text.slice(start, end)
    : null;
}

/** Behind the parts, the first of which must stand at `from`, the others anywhere after it. */
function afterParts(parts: readonly string[], text: string, from: number): number | null {
  const [first = '', ...rest] = parts;
  if (!text.startsWith(first, from)) return null;
  let at = from + first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return null;
    at = found + part.length;
  }
  return at;
}

/**
 * Reads a mapping file (docs/naming.md): for each noun a list of sources. A noun that the file leaves
 * out keeps its defaults; `- defaults` puts them into a list.
 */
export function parseWorkloadMapping(text: string): ParsedMapping {
  const parsed = parseYaml(text);
  if (!parsed.ok) return { ok: false, reason: parsed.reason };
  const workload = field(parsed.value, 'workload');
  const strange = keysOf(workload).find((key) => !nouns.some((noun) => noun === key));
  if (workload === undefined) return { ok: false, reason: 'has no `workload:`' };
  if (strange !== undefined) {
    return { ok: false, reason: `workload.${strange} is none of ${nouns.join(', ')}` };
  }
  const mapping: Record<WorkloadNoun, readonly WorkloadSource[]> = { ...defaultWorkloadMapping };
  for (const noun of nouns) {
    const listed = field(workload, noun);
    if (listed === undefined) continue;
    const sources: WorkloadSource[] = [];
    for (const [index, item] of asArray(listed).slice(0, sourcesMost).entries()) {
      if (item === 'defaults') {
        sources.push(...defaultWorkloadMapping[noun]);
        continue;
      }
      const source = sourceOf(item);
      if (typeof source === 'string') {
        return { ok: false, reason: `workload.${noun}[${index}] ${source}` };
      }
      sources.push(source);
    }
    mapping[noun] = sources;
  }
  return { ok: true, mapping };
}

const kinds = ['label', 'namespace', 'name', 'image', 'value'] as const;

/** The source that an item of a list describes, or what is wrong with it. */
function sourceOf(item: unknown): WorkloadSource | string {
  if (typeof item === 'string') return label(item);
  const kind = kinds.find((one) => field(item, one) !== undefined);
  if (kind === undefined) return `needs one of ${kinds.join(', ')}`;
  const strange = keysOf(item).find((key) => key !== kind && key !== 'values' && key !== 'pattern');
  if (strange !== undefined) return `has \`${strange}\`, which is unknown`;
  const given = stringField(item, kind);
  if (given === null || given === '') return `needs a text for ${kind}`;
  // `namespace: "team-{value}"` is the short form of a pattern.
  const byKey = kind === 'label' || kind === 'value';
  const written = byKey ? stringField(item, 'pattern') : given;
  const pattern = written === null ? null : parsePattern(written);
  if (written !== null && pattern === null)
    return `needs one {value} in ${JSON.stringify(written)}`;
  return {
    from:
      kind === 'label' ? { kind, key: given } : kind === 'value' ? { kind, text: given } : { kind },
    pattern,
    values: valuesOf(field(item, 'values')),
  };
}

/** `{production: [prod, live]}`, or `{prod: production}`: either way round, case does not matter. */
function valuesOf(value: unknown): ReadonlyMap<string, string> | null {
  const entries = entriesOf(value);
  if (entries.length === 0) return null;
  const values = new Map<string, string>();
  for (const [key, member] of entries) {
    if (Array.isArray(member)) {
      values.set(key.toLowerCase(), key);
      for (const spelling of stringsOf(member)) values.set(spelling.toLowerCase(), key);
    } else if (typeof member === 'string') values.set(key.toLowerCase(), member);
  }
  return values;
}
