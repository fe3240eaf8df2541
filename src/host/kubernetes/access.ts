// From a kubeconfig or a service account to what a connection needs: address, authority, credential.
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import { isLoopback } from '../../base/http-error.ts';
import { readText } from '../filesystem/index.ts';
import { askPlugin } from './exec-plugin.ts';
import { type ClusterEntry, kubeconfigBytes, type Material, readKubeconfig } from './kubeconfig.ts';

export interface ClusterAccess {
  readonly server: URL;
  /** PEM; null: those of the system. Where it is given nobody else is believed. */
  readonly authority: string | null;
  readonly serverName: string | null;
  readonly verify: boolean;
  readonly certificate: string | null;
  readonly key: string | null;
  /** Value of the Authorization header. */
  readonly authorization: string | null;
}

export interface AccessOptions {
  /** A kubeconfig; null: KUBECONFIG, `~/.kube/config`, then the service account of the Pod. */
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** Programs that the kubeconfig names may be run. */
  readonly allowExec: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
const pemBytes = 4 * 1024 * 1024;

/** Whether there is a cluster to ask when nobody named one. */
export function hasCluster(environment: AccessOptions['environment']): boolean {
  return configFiles(environment).length > 0 || isInPod(environment);
}

/**
 * How to reach the cluster. Errors: `not-found` where nothing names one, `unreadable`, `malformed`,
 * `denied` where its credential is a program and those are not allowed.
 */
export async function clusterAccess(options: AccessOptions): Promise<ClusterAccess> {
  const { kubeconfig, context, environment } = options;
  const paths = kubeconfig === null ? configFiles(environment) : [kubeconfig];
  if (paths.length === 0) {
    if (isInPod(environment)) return inPod(environment);
    throw new SeaworthyError('not-found', 'there is no kubeconfig', {
      advice: 'give one with --kubeconfig, or a dump with --dump',
    });
  }
  const files = paths.map((path) => ({ path, text: read(path, kubeconfigBytes) }));
  const answer = readKubeconfig(files, context);
  if (answer.kind === 'failed') {
    throw new SeaworthyError('malformed', answer.reason, {
      advice: 'kubectl config get-contexts tells what there is',
    });
  }
  return accessOf(answer.entry, options);
}

function configFiles(environment: AccessOptions['environment']): readonly string[] {
  const listed = (environment['KUBECONFIG'] ?? '').split(':').filter((one) => one !== '');
  const usual = join(environment['HOME'] ?? homedir(), '.kube', 'config');
  return (listed.length > 0 ? listed : [usual]).filter(
    (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
  );
}

function isInPod(environment: AccessOptions['environment']): boolean {
  return (
    (environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '' &&
    statSync(join(serviceAccount, 'token'), { throwIfNoEntry: false }) !== undefined
  );
}

function inPod(environment: AccessOptions['environment']): ClusterAccess {
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    server: new URL(`https://${name}:${port}`),
    authority: read(join(serviceAccount, 'ca.crt'), pemBytes),
    serverName: null,
    verify: true,
    certificate: null,
    key: null,
    authorization: `Bearer ${read(join(serviceAccount, 'token'), pemBytes).trim()}`,
  };
}

async function accessOf(entry: ClusterEntry, options: AccessOptions): Promise<ClusterAccess> {
  const server = new URL(entry.server);
  if (entry.proxy !== null && entry.proxy !== '') {
    throw new SeaworthyError('unsupported', 'the kubeconfig wants a proxy (proxy-url)', {
      advice: 'open a tunnel with kubectl proxy, or audit a dump with --dump',
    });
  }
  if (entry.provider !== null) {
    throw new SeaworthyError(
      'unsupported',
      `the kubeconfig uses auth-provider ${entry.provider}, which is gone since Kubernetes 1.26`,
      {
        advice: 'use a token: kubectl create token, or audit a dump with --dump',
      },
    );
  }
  const given = await credentialOf(entry, options);
  if (server.protocol === 'http:' && given.authorization !== null && !isLoopback(server.hostname)) {
    throw new SeaworthyError(
      'denied',
      `${server.host} is to be asked without TLS: the credential is not sent`,
      {
        advice: 'use an https:// address in the kubeconfig',
      },
    );
  }
  return {
    server,
    authority: entry.authority === null ? null : textOf(entry.authority),
    serverName: entry.serverName,
    verify: entry.verify,
    ...given,
  };
}

type Credential = Pick<ClusterAccess, 'certificate' | 'key' | 'authorization'>;

async function credentialOf(entry: ClusterEntry, options: AccessOptions): Promise<Credential> {
  const { exec, token, certificate, key, basic } = entry;
  if (exec !== null && token === null && certificate === null) {
    if (!options.allowExec) {
      throw new SeaworthyError(
        'denied',
        `the kubeconfig wants to run ${exec.command.slice(0, 200)} for a credential`,
        {
          advice: 'allow it with --allow-exec if you trust the file, or audit a dump with --dump',
        },
      );
    }
    const asked = await askPlugin(exec, options.environment);
    return {
      certificate: asked.certificate,
      key: asked.key,
      authorization: asked.token === null ? null : `Bearer ${asked.token}`,
    };
  }
  const words =
    token !== null
      ? `Bearer ${textOf(token).trim()}`
      : basic === null
        ? null
        : `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
  return {
    certificate: certificate === null ? null : textOf(certificate),
    key: key === null ? null : textOf(key),
    authorization: words,
  };
}

function textOf(material: Material): string {
  return material.kind === 'text' ? material.text : read(material.path, pemBytes);
}

function read(path: string, limitBytes: number): string {
  try {
    return readText(path, limitBytes);
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${path} cannot be read`, {
      cause,
      advice: 'check the path in the kubeconfig, and who may read the file',
    });
  }
}
