// kubeconfig files: which cluster, with which credential. Several files are one, the first to name
// something wins (kubectl, merging of KUBECONFIG). Content never throws; what is missing is told.
import { asArray, asRecord, field, stringField, stringsOf } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';

export interface ExecPlugin {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly apiVersion: string;
}

/** A PEM text, or the file that holds it. */
export type Material =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

export interface ClusterEntry {
  readonly context: string;
  readonly server: string;
  readonly authority: Material | null;
  /** Where the certificate is verified against another name than the server's. */
  readonly serverName: string | null;
  readonly verify: boolean;
  readonly proxy: string | null;
  readonly token: Material | null;
  readonly certificate: Material | null;
  readonly key: Material | null;
  readonly basic: { readonly username: string; readonly password: string } | null;
  readonly exec: ExecPlugin | null;
  /** `gcp`, `oidc`: built into kubectl once, gone since 1.26. */
  readonly provider: string | null;
}

export type KubeconfigAnswer =
  | { readonly kind: 'found'; readonly entry: ClusterEntry }
  | { readonly kind: 'failed'; readonly reason: string };

/** One kubeconfig; those of people with hundreds of clusters have some MB. */
export const kubeconfigBytes = 16 * 1024 * 1024;

interface File {
  readonly path: string;
  readonly value: unknown;
}

/** The cluster of `context`, or of the current one. Paths in a file are relative to its folder. */
export function readKubeconfig(
  files: readonly { readonly path: string; readonly text: string }[],
  context: string | null,
): KubeconfigAnswer {
  const parsed: File[] = [];
  for (const { path, text } of files) {
    const answer = parseYaml(text, { maximumLength: kubeconfigBytes });
    if (!answer.ok) return failed(`${path} is no kubeconfig (${answer.reason.slice(0, 300)})`);
    if (answer.value !== null && asRecord(answer.value) === null) {
      return failed(`${path} is no kubeconfig`);
    }
    parsed.push({ path, value: answer.value });
  }
  const current = parsed.map(({ value }) => stringField(value, 'current-context') ?? '');
  const wanted = context ?? current.find((one) => one !== '') ?? '';
  if (wanted === '') return failed('the kubeconfig has no current context');
  const chosen = named(parsed, 'contexts', wanted, 'context');
  if (chosen === null) return failed(`the kubeconfig has no context ${shortened(wanted)}`);
  const cluster = named(parsed, 'clusters', stringField(chosen.value, 'cluster') ?? '', 'cluster');
  if (cluster === null)
    return failed(`the context ${shortened(wanted)} names no cluster that is there`);
  const user = named(parsed, 'users', stringField(chosen.value, 'user') ?? '', 'user');
  const server = stringField(cluster.value, 'server') ?? '';
  if (!/^https?:\/\//i.test(server) || !URL.canParse(server)) {
    return failed(`the cluster of the context ${shortened(wanted)} has no server address`);
  }
  return { kind: 'found', entry: entryOf(wanted, cluster, user) };
}

function failed(reason: string): KubeconfigAnswer {
  return { kind: 'failed', reason };
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** An item of a list by its name, with the file that it stands in. */
function named(files: readonly File[], list: string, name: string, key: string): File | null {
  for (const { path, value } of files) {
    const item = asArray(field(value, list))
      .slice(0, 100_000)
      .find((one) => stringField(one, 'name') === name);
    if (item !== undefined) return { path, value: field(item, key) };
  }
  return null;
}

function entryOf(context: string, cluster: File, user: File | null): ClusterEntry {
  const { value } = cluster;
  const username = stringField(user?.value, 'username');
  const password = stringField(user?.value, 'password');
  const exec = field(user?.value, 'exec');
  const token = stringField(user?.value, 'token');
  const serverName = stringField(value, 'tls-server-name') ?? '';
  return {
    context,
    server: stringField(value, 'server') ?? '',
    authority: materialOf(cluster, 'certificate-authority'),
    serverName: serverName === '' ? null : serverName,
    verify: field(value, 'insecure-skip-tls-verify') !== true,
    proxy: stringField(value, 'proxy-url'),
    token:
      token !== null && token !== ''
        ? { kind: 'text', text: token }
        : user === null
          ? null
          : fileOf(user, stringField(user.value, 'tokenFile')),
    certificate: user === null ? null : materialOf(user, 'client-certificate'),
    key: user === null ? null : materialOf(user, 'client-key'),
    basic: username === null || password === null ? null : { username, password },
    exec: asRecord(exec) === null ? null : execOf(exec),
    provider: stringField(field(user?.value, 'auth-provider'), 'name'),
  };
}

/** `NAME-data` (base64) before `NAME` (a path). */
function materialOf(file: File, name: string): Material | null {
  const data = stringField(file.value, `${name}-data`);
  if (data !== null && data !== '') {
    return { kind: 'text', text: Buffer.from(data, 'base64').toString('utf8') };
  }
  return fileOf(file, stringField(file.value, name));
}

function fileOf({ path }: File, name: string | null): Material | null {
  if (name === null || name === '') return null;
  if (name.startsWith('/')) return { kind: 'file', path: name };
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return { kind: 'file', path: `${folder}${name}` };
}

function execOf(value: unknown): ExecPlugin {
  return {
    command: stringField(value, 'command') ?? '',
    arguments: stringsOf(field(value, 'args')).slice(0, 1000),
    environment: new Map(
      asArray(field(value, 'env'))
        .slice(0, 1000)
        .map((one) => [stringField(one, 'name') ?? '', stringField(one, 'value') ?? ''] as const),
    ),
    apiVersion: stringField(value, 'apiVersion') ?? '',
  };
}
