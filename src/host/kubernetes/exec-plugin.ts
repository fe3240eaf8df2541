// Credential programs of kubeconfigs (client.authentication.k8s.io): run only where the user said so,
// for a kubeconfig from a stranger names any program.
import { spawn } from 'node:child_process';
import { SeaworthyError } from '../../base/error.ts';
import { field, parseJson, stringField } from '../../base/json.ts';
import type { ExecPlugin } from './kubeconfig.ts';

export interface ExecCredential {
  readonly token: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

/** Programs of clouds ask their service over the network first. */
const pluginMs = 60_000;
const pluginBytes = 1024 * 1024;

/** Asks the program. Errors: `denied` with what it is that failed, never with what it printed. */
export async function askPlugin(
  plugin: ExecPlugin,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExecCredential> {
  const output = await run(plugin, environment);
  const parsed = parseJson(output);
  const status = parsed.ok ? field(parsed.value, 'status') : undefined;
  const credential = {
    token: stringField(status, 'token'),
    certificate: stringField(status, 'clientCertificateData'),
    key: stringField(status, 'clientKeyData'),
  };
  if (credential.token === null && credential.certificate === null) {
    throw refused(plugin, 'answered no credential');
  }
  return credential;
}

function refused({ command }: ExecPlugin, what: string): SeaworthyError {
  return new SeaworthyError('denied', `the credential program ${command} ${what}`, {
    advice: `run ${command} yourself and see what it says`,
  });
}

function run(
  plugin: ExecPlugin,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { command, arguments: words, apiVersion } = plugin;
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...environment,
        ...Object.fromEntries(plugin.environment),
        KUBERNETES_EXEC_INFO: JSON.stringify(info),
      },
      signal: AbortSignal.timeout(pluginMs),
      killSignal: 'SIGKILL',
    });
    const parts: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > pluginBytes) child.kill('SIGKILL');
      else parts.push(part);
    });
    child.on('error', () => reject(refused(plugin, 'cannot be run')));
    child.on('close', (code) => {
      if (size > pluginBytes) reject(refused(plugin, 'answered too much'));
      else if (code !== 0) reject(refused(plugin, `ended with code ${code ?? 'of a signal'}`));
      else resolve(Buffer.concat(parts).toString('utf8'));
    });
  });
}
