// The docker CLI's contexts: Docker Desktop, Colima and rootless installs announce their socket there.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';
import { field, parseJson, stringField } from '../../base/json.ts';
import { readTls } from './tls-files.ts';

export interface ContextEndpoint {
  readonly name: string;
  /** As DOCKER_HOST. */
  readonly host: string;
  readonly tls: TlsOptions | null;
}

/**
 * The endpoint of the chosen context: DOCKER_CONTEXT, else `currentContext` of config.json; null for
 * the default context. Errors: `not-found` when the chosen context does not exist.
 */
export function contextEndpoint(
  environment: Readonly<Record<string, string | undefined>>,
): ContextEndpoint | null {
  const home = environment['HOME'] ?? homedir();
  const folder = environment['DOCKER_CONFIG'] || join(home, '.docker');
  const config = readJson(join(folder, 'config.json'));
  const name = environment['DOCKER_CONTEXT'] || (stringField(config, 'currentContext') ?? '');
  if (name === '' || name === 'default') return null;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = readJson(join(folder, 'contexts', 'meta', id, 'meta.json'));
  const docker = field(field(meta, 'Endpoints'), 'docker');
  const host = stringField(docker, 'Host');
  if (host === null) {
    throw new SeaworthyError(
      'not-found',
      `the docker context ${JSON.stringify(name)} does not exist`,
      {
        advice: 'choose one of those that `docker context ls` lists, or set DOCKER_HOST',
      },
    );
  }
  const tlsFolder = join(folder, 'contexts', 'tls', id, 'docker');
  const verify = field(docker, 'SkipTLSVerify') !== true;
  const tls = existsSync(tlsFolder) ? { ...readTls(tlsFolder), verify } : null;
  return { name, host, tls };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Absent for everybody who never made a context.
    return null;
  }
}

function readJson(path: string): unknown {
  const text = readText(path);
  if (text === null) return null;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : null;
}
