// Whose credentials to use for a registry: those given, else those that `docker login`, `podman
// login` or a credential helper know.
import type { Credentials, Environment } from './credential.ts';
import {
  credentialFiles,
  helperOf,
  inlineCredentials,
  readCredentialFile,
  serverName,
} from './credential-file.ts';
import { askHelper } from './credential-program.ts';

export interface FoundCredentials {
  /** Null = go without. */
  readonly credentials: Credentials | null;
  /** What hindered the search; told only when access is denied. No secrets. */
  readonly notes: readonly string[];
}

export interface CredentialSearch {
  readonly registry: string;
  readonly repository: string;
  readonly environment: Environment;
}

/**
 * Searches Docker's and Podman's files and their helpers in the order in which those tools do.
 * Never throws: what hindered is in `notes`, and public images need no credentials.
 */
export async function findCredentials(search: CredentialSearch): Promise<FoundCredentials> {
  const { registry, environment } = search;
  const notes: string[] = [];
  for (const path of credentialFiles(environment)) {
    const file = await readCredentialFile(path);
    if (file.kind === 'broken') notes.push(file.reason);
    if (file.kind !== 'read') continue;
    const helper = helperOf(file.root, registry);
    if (helper !== null) {
      const answer = await askHelper({ helper, server: serverName(registry), environment });
      if (answer.kind === 'found') return { credentials: answer.credentials, notes };
      if (answer.kind === 'failed') notes.push(answer.reason);
    }
    const inline = inlineCredentials(file.root, search);
    if (inline !== null) return { credentials: inline, notes };
  }
  return { credentials: null, notes };
}
