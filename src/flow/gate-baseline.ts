// A baseline: waivers for all that is wrong today, so that only what is new fails from now on. Each
// has an owner and an end; what is mended meanwhile is told as unused.
import type { Answer, Reason } from '../policy/index.ts';

export interface BaselineOptions {
  readonly owner: string;
  /** Last day, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly reason: string;
}

interface Entry {
  readonly workload: string;
  readonly container: string | null;
  readonly image: string | null;
  readonly controls: Set<string>;
}

/** A file of waivers (`--waivers`), or null where nothing is wrong. */
export function baselineText(
  answers: readonly Answer[],
  { owner, expires, reason }: BaselineOptions,
): string | null {
  const entries = new Map<string, Entry>();
  for (const { subject, reasons } of answers) {
    if (subject === null) continue;
    const workload = `${subject.namespace ?? 'default'}/${subject.kind}/${subject.name}`;
    for (const one of reasons.filter(({ mode }) => mode !== 'audit')) {
      const entry = entryOf(workload, one);
      const key = JSON.stringify([entry.workload, entry.container, entry.image]);
      const known = entries.get(key) ?? entry;
      known.controls.add(one.control);
      entries.set(key, known);
    }
  }
  if (entries.size === 0) return null;
  const lines = ['waivers:'];
  for (const { workload, container, image, controls } of entries.values()) {
    lines.push(`  - control: [${[...controls].sort().map(quoted).join(', ')}]`);
    lines.push(`    workload: ${quoted(workload)}`);
    if (container !== null) lines.push(`    container: ${quoted(container)}`);
    if (image !== null) lines.push(`    image: ${quoted(image)}`);
    lines.push(`    reason: ${quoted(reason)}`, `    owner: ${quoted(owner)}`);
    lines.push(`    expires: ${quoted(expires)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A tag that moves must not end the waiver: the container tells it, and the name of the image. */
function entryOf(workload: string, { container, image }: Reason): Entry {
  return {
    workload: literal(workload),
    container: container === null ? null : literal(container),
    image: image === null ? null : `${literal(withoutVersion(image))}**`,
    controls: new Set(),
  };
}

/** Names hold no stars; those of strangers may, and must not mean anything. */
function literal(name: string): string {
  return name.replaceAll('*', '?');
}

function withoutVersion(image: string): string {
  const bare = image.split('@', 1)[0] ?? image;
  const colon = bare.indexOf(':', bare.lastIndexOf('/') + 1);
  return colon === -1 ? bare : bare.slice(0, colon);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
