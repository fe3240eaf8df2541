// The public trusted root of Sigstore: built in, and renewed by TUF when the user asks for it. The only
// place that knows @sigstore/tuf, whose client writes below the data folder and uses the network.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import { limits } from '../../base/limits.ts';

const mirror = 'https://tuf-repo-cdn.sigstore.dev';
const target = 'trusted_root.json';

export interface RootText {
  readonly bytes: Uint8Array;
  /** For people. */
  readonly name: string;
}

/** The root that came with this version of the program: works without network and data folder. */
function builtInRoot(): RootText {
  const bytes = Buffer.from(seeds[mirror].targets[target], 'base64');
  return { bytes, name: "Sigstore's public root (built in)" };
}

/** The root as it was last renewed, else the built-in one. Never touches the network. */
export function knownRoot(folder: string): RootText {
  const file = fileOf(folder);
  try {
    const { size, mtime } = statSync(file);
    if (size <= limits.trustedRootBytes) {
      const day = mtime.toISOString().slice(0, 10);
      return { bytes: readFileSync(file), name: `Sigstore's public root (renewed ${day})` };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new SeaworthyError('unreadable', `${file} cannot be read (${messageOf(error)})`, {
        cause: error,
        advice: 'remove it: the built-in root is used then',
      });
    }
  }
  return builtInRoot();
}

export interface RenewOptions {
  readonly folder: string;
  /** Another TUF repository than the public one. */
  readonly mirror?: string;
  /** Its root.json, which must be trusted from elsewhere. */
  readonly rootFile?: string;
}

/** Renews the root by TUF (signatures, expiry and roll-back are its business). Error: `network`. */
export async function renewRoot(options: RenewOptions): Promise<RootText> {
  const folder = join(options.folder, 'tuf');
  let text: string;
  try {
    makeFolder(folder);
    const { initTUF } = await import('@sigstore/tuf');
    const client = await initTUF({
      cachePath: folder,
      mirrorURL: options.mirror ?? mirror,
      retry: { retries: 1 },
      timeout: renewMs,
      ...(options.rootFile === undefined ? {} : { rootPath: options.rootFile }),
    });
    text = await client.getTarget(target);
  } catch (cause) {
    const why = messageOf(cause).slice(0, 200);
    throw new SeaworthyError('network', `the trusted root could not be renewed (${why})`, {
      cause,
      advice: 'verify with the one at hand, or give --trusted-root FILE',
    });
  }
  const file = fileOf(options.folder);
  const temporary = `${file}.${process.pid}.part`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
  return knownRoot(options.folder);
}

const renewMs = 10_000;

function fileOf(folder: string): string {
  return join(folder, target);
}
