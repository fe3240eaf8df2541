// The members of an image archive by name: which entry a path leads to.
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import type { TarEntry } from './tar.ts';

/** What a member needs in memory beside its names, roughly. */
const memberBytes = 200;

export class Members {
  readonly #archive: string;
  readonly #entries = new Map<string, TarEntry>();
  #bytes = 0;

  /** @param archive for messages: the file as the user named it */
  constructor(archive: string) {
    this.#archive = archive;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** The last one of a name counts. Throws `SeaworthyError` `limit`. */
  add(entry: TarEntry): void {
    this.#entries.set(entry.path, entry);
    this.#bytes += memberBytes + entry.path.length + entry.linkTarget.length;
    if (this.#entries.size > limits.archiveMembers) {
      throw this.#tooMuch(`has more than ${limits.archiveMembers} members`);
    }
    if (this.#bytes > limits.archiveDocumentBytes) {
      throw this.#tooMuch('names more members than any image has');
    }
  }

  /**
   * The file that `path` leads to, or null. Old `docker save` replaces repeated layers by symbolic
   * links to the first one.
   */
  follow(path: string): TarEntry | null {
    let current = path.replace(/^\.\//, '');
    for (let hop = 0; hop < limits.symlinkHops; hop += 1) {
      const member = this.#entries.get(current);
      if (member === undefined) return null;
      if (member.kind === 'file') return member;
      if (member.kind === 'hardlink') current = member.linkTarget;
      else if (member.kind === 'symlink') current = resolveFrom(current, member.linkTarget);
      else return null;
    }
    return null;
  }

  #tooMuch(what: string): SeaworthyError {
    return new SeaworthyError('limit', `${this.#archive} ${what}`, {
      advice: 'give a file made by `docker save`, `skopeo copy` or `podman save`',
    });
  }
}

function resolveFrom(path: string, target: string): string {
  const parts = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
