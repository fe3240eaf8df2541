// Where a process comes from, in words: `docker run -> sh -> curl`.
import type { ProcessFacts, RuntimeEvent } from '../../model/event.ts';

/** Ancestors that are looked at: a table with a loop must not hang anybody. */
const ancestorsAtMost = 64;
/** Names that are shown; the middle of longer chains is left out. */
const shownAtMost = 7;

/** What starts and enters containers, by engine. */
const engines: ReadonlyMap<string, string> = new Map([
  ['docker', 'docker'],
  ['podman', 'podman'],
  ['containerd', 'containerd'],
  ['cri-o', 'cri-o'],
]);

/**
 * The chain of a process from its container, or from the oldest ancestor on a host: `docker run` leads to
 * what grew from the first process of a container, `docker exec` to what was sent into it later.
 */
function parentChain(subject: RuntimeEvent['process']): readonly string[] {
  if (subject === null) return [];
  const inside: ProcessFacts[] = [];
  const id = subject.container?.id ?? null;
  let current: ProcessFacts | null = subject;
  for (let step = 0; step < ancestorsAtMost && current !== null; step += 1) {
    if ((current.container?.id ?? null) !== id) break;
    inside.push(current);
    current = current.parent;
  }
  const names = inside.map((one) => shownName(one)).toReversed();
  const head = id === null ? [] : [entry(subject, inside.at(-1) ?? subject)];
  const chain = [...head, ...names.filter((name, index) => name !== names[index - 1])];
  if (chain.length <= shownAtMost) return chain;
  return [...chain.slice(0, 2), '...', ...chain.slice(2 - shownAtMost + 1)];
}

/** The chain as one text. */
export function chainText(event: Pick<RuntimeEvent, 'process'>): string {
  return parentChain(event.process).join(' -> ');
}

function entry({ container }: ProcessFacts, oldest: ProcessFacts): string {
  const engine = engines.get(container?.engine ?? '') ?? container?.engine ?? 'container';
  // Not known of a process that lived before the sensor, and telling nothing among the host's processes
  // (`--pid host`): then it is not claimed.
  if (oldest.namespacePid === null || oldest.namespacePid === oldest.pid) return engine;
  return `${engine} ${oldest.namespacePid === 1 ? 'run' : 'exec'}`;
}

function shownName({ name, executablePath }: ProcessFacts): string {
  const text = name ?? executablePath?.slice(executablePath.lastIndexOf('/') + 1) ?? '?';
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, '?').slice(0, 40);
}
