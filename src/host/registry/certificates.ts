// TLS files of a registry, in the places where Docker and Podman keep them (`certs.d/HOST:PORT`).
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';
import type { Environment } from './credential.ts';

export interface CertificateSearch {
  /** Host and port as in the reference; null = only what holds for every host. */
  readonly registry: string | null;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
  readonly environment: Environment;
}

/** Folders of `certs.d` files that are looked at; an honest one has three. */
const certificateFiles = 64;

/** TLS settings for one registry. Errors: `unreadable` for the CA file that the user named. */
export async function registryTls(search: CertificateSearch): Promise<TlsOptions> {
  const authorities: string[] = [];
  let client: Pick<TlsOptions, 'certificate' | 'key'> = {};
  if (search.caFile !== undefined) authorities.push(await readNamed(search.caFile));
  for (const folder of folders(search)) {
    const names = new Set(await namesIn(folder));
    for (const name of names) {
      const base = name.replace(/\.[^.]*$/, '');
      if (name.endsWith('.crt')) {
        authorities.push((await readQuietly(join(folder, name))) ?? '');
      } else if (name.endsWith('.cert') && names.has(`${base}.key`)) {
        const certificate = await readQuietly(join(folder, name));
        const key = await readQuietly(join(folder, `${base}.key`));
        if (certificate !== null && key !== null) client = { certificate, key };
      }
    }
  }
  return {
    authorities: authorities.filter((text) => text !== ''),
    verify: !search.insecure,
    ...client,
  };
}

function folders(search: CertificateSearch): readonly string[] {
  const { registry, environment } = search;
  if (registry === null) return [];
  const home = environment['HOME'] ?? homedir();
  const config = environment['XDG_CONFIG_HOME'] ?? join(home, '.config');
  // A registry name is a checked host name with a port: it cannot lead out of the folder.
  return ['/etc/docker', '/etc/containers', join(config, 'containers')].map((folder) =>
    join(folder, 'certs.d', registry),
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort().slice(0, certificateFiles);
  } catch {
    // Absent nearly everywhere, and root's only in some places.
    return [];
  }
}

async function readQuietly(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

async function readNamed(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new SeaworthyError('unreadable', `cannot read the CA file: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new SeaworthyError('unreadable', `${path} holds no PEM certificate`, {
      advice: 'give the certificate of the authority as a PEM file',
    });
  }
  return text;
}
