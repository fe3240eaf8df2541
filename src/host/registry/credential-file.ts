// Docker's config.json and Podman's auth.json: where they lie and what they say about one registry.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { entriesOf, field, parseJson, stringField } from '../../base/json.ts';
import type { Credentials, Environment } from './credential.ts';
import { defaultRegistry } from './reference.ts';

/** Paths of the files to look into, in the order in which they are believed. */
export function credentialFiles(environment: Environment): readonly string[] {
  const named = environment['REGISTRY_AUTH_FILE'];
  if (named !== undefined && named !== '') return [named];
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
  const runtime = environment['XDG_RUNTIME_DIR'];
  const config = environment['XDG_CONFIG_HOME'] ?? join(home, '.config');
  const docker = environment['DOCKER_CONFIG'];
  return [
    join(docker === undefined || docker === '' ? join(home, '.docker') : docker, 'config.json'),
    ...(runtime === undefined || runtime === '' ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(config, 'containers', 'auth.json'),
  ];
}

export type CredentialFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'read'; readonly root: unknown };

/** Reads one file; never throws. */
export async function readCredentialFile(path: string): Promise<CredentialFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'broken', reason: `${path} cannot be read` };
  }
  const parsed = parseJson(text);
  return parsed.ok
    ? { kind: 'read', root: parsed.value }
    : { kind: 'broken', reason: `${path} is ${parsed.reason}` };
}

/** Names of Docker Hub in config files; the first is what `docker login` writes. */
const hubNames = ['https://index.docker.io/v1/', 'index.docker.io', defaultRegistry];

/** The name by which helpers know a registry. */
export function serverName(registry: string): string {
  return registry === defaultRegistry ? 'https://index.docker.io/v1/' : registry;
}

/** The helper that the file names for this registry, or null: `credHelpers`, else `credsStore`. */
export function helperOf(root: unknown, registry: string): string | null {
  const names = registry === defaultRegistry ? hubNames : [registry];
  const helpers = field(root, 'credHelpers');
  for (const name of names) {
    const helper = stringField(helpers, name);
    if (helper !== null && helper !== '') return helper;
  }
  const store = stringField(root, 'credsStore');
  return store === '' ? null : store;
}

/**
 * The credentials that stand in the file itself. Keys may be hosts, addresses (`https://host/v1/`)
 * or, as Podman writes them, `host/repository` prefixes: the longest that fits wins.
 */
export function inlineCredentials(
  root: unknown,
  subject: { readonly registry: string; readonly repository: string },
): Credentials | null {
  let best: { readonly length: number; readonly credentials: Credentials } | null = null;
  for (const [key, entry] of entriesOf(field(root, 'auths'))) {
    const length = fit(key, subject);
    if (length === 0 || (best !== null && best.length >= length)) continue;
    const credentials = credentialsOf(entry);
    if (credentials !== null) best = { length, credentials };
  }
  return best?.credentials ?? null;
}

/** Length of the part that fits, 0 when the key is about something else. */
function fit(
  key: string,
  subject: { readonly registry: string; readonly repository: string },
): number {
  const { registry, repository } = subject;
  if (registry === defaultRegistry && hubNames.includes(key)) return registry.length;
  const bare = key.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  const host = slash === -1 ? bare : bare.slice(0, slash);
  if (host !== registry) return 0;
  // `https://host/v1/` and the like are addresses of the API, not of a repository.
  const path = slash === -1 || bare !== key ? '' : bare.slice(slash + 1).replace(/\/$/, '');
  if (path === '' || path === 'v1' || path === 'v2') return registry.length;
  return repository === path || repository.startsWith(`${path}/`)
    ? registry.length + 1 + path.length
    : 0;
}

function credentialsOf(entry: unknown): Credentials | null {
  const registryToken = stringField(entry, 'registrytoken');
  if (registryToken !== null && registryToken !== '') {
    return { kind: 'bearer', token: registryToken };
  }
  const identity = stringField(entry, 'identitytoken');
  if (identity !== null && identity !== '') return { kind: 'refresh', token: identity };
  const auth = stringField(entry, 'auth');
  if (auth !== null && auth !== '') {
    const text = Buffer.from(auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon <= 0) return null;
    // Docker pads passwords with NUL characters in some old files.
    const password = text.slice(colon + 1).replace(/\0+$/, '');
    return { kind: 'basic', username: text.slice(0, colon), password };
  }
  const username = stringField(entry, 'username');
  const password = stringField(entry, 'password');
  return username !== null && username !== '' && password !== null
    ? { kind: 'basic', username, password }
    : null;
}
