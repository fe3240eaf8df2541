// Who a container belongs to: user, team, application and environment, out of labels, namespaces and
// Compose projects, by a mapping that the user may edit.
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

/** A longer one is a text and no name. */
const valueCharacters = 256;

/** What a label says, whatever it says. */
export function label(key: string): WorkloadSource {
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
export const defaultWorkloadMapping: WorkloadMapping = {
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
