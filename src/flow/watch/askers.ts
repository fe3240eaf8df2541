// Who asked for a container: the client that was started on this machine shortly before, and names it.
import type { ContainerFacts, RuntimeEvent } from '../../model/event.ts';
import { keep } from '../../runtime/live/index.ts';
import type { Asker } from './messages.ts';

const clients: ReadonlySet<string> = new Set([
  'docker',
  'docker-compose',
  'podman',
  'nerdctl',
  'ctr',
  'crictl',
]);
const starting: ReadonlySet<string> = new Set(['run', 'start', 'restart', 'up', 'compose', 'runp']);
/** Pulling and unpacking an image takes its time. */
const windowNs = 120_000_000_000n;
const keptAtMost = 256;
const commandCharacters = 1000;

interface Client extends Asker {
  readonly atNs: bigint;
  readonly words: readonly string[];
  /** The container that it was started in; null: the host. */
  readonly within: string | null;
}

/** A container that began, and whose asker is not known. */
interface Waiting {
  readonly atNs: bigint;
  readonly within: string | null;
}

export class AskerMemory {
  private clients: Client[] = [];
  /** By the whole id. */
  private readonly waiting = new Map<string, Waiting>();

  /** A program was started, on the host or in a container. */
  seen({ process: subject, timeNs }: RuntimeEvent, within: string | null): void {
    const name = subject?.name ?? '';
    if (subject === null || !clients.has(name)) return;
    const words = subject.arguments ?? [];
    if (!words.some((word) => starting.has(word))) return;
    if (this.clients.length >= keptAtMost) this.clients.shift();
    this.clients.push({
      user: subject.user.name,
      pid: subject.pid,
      command: [name, ...words].join(' ').slice(0, commandCharacters),
      atNs: timeNs,
      words,
      within,
    });
  }

  /** Who asked for a container that begins; null: nobody is known, or nobody yet, as it has no name. */
  began(id: string, container: ContainerFacts | null, at: Waiting): Asker | null {
    const by = this.of(container, at.atNs, at.within);
    if (by === null) keep(this.waiting, id, at, keptAtMost);
    return by;
  }

  /** It has a name now, or another one. Null: who asked was told before, or nobody did. */
  named(id: string, container: ContainerFacts | null): Asker | null {
    const at = this.waiting.get(id);
    const by = at === undefined ? null : this.of(container, at.atNs, at.within);
    if (by !== null) this.waiting.delete(id);
    return by;
  }

  /**
   * The newest client whose words name the container or its image; null: none does.
   *
   * @param within the container whose engine runs it: what is said elsewhere does not count
   */
  of(container: ContainerFacts | null, atNs: bigint, within: string | null): Asker | null {
    if (container === null) return null;
    const { id, name, image } = container;
    for (let index = this.clients.length - 1; index >= 0; index -= 1) {
      const client = this.clients[index];
      if (client === undefined || atNs - client.atNs > windowNs) return null;
      if (client.within !== within) continue;
      const fits = client.words.some(
        (word) =>
          word === name ||
          word === image ||
          (word.length >= 6 && /^[0-9a-f]+$/.test(word) && id.startsWith(word.slice(0, 12))) ||
          (image !== null && word !== '' && image.endsWith(`/${word}`)),
      );
      if (fits) return { user: client.user, command: client.command, pid: client.pid };
    }
    return null;
  }
}
