// Which operations may be asked for: presets, and what the user adds or takes away.
import { SeaworthyError } from '../../base/error.ts';
import { compilePattern } from '../../base/path-pattern.ts';
import { derivedOperations, operations } from './operations.ts';

export const presetIds = ['usual', 'read-only', 'ci', 'compose'] as const;
export type PresetId = (typeof presetIds)[number];

/** To look, not into files, logs or the environment of the host. */
const look = `ping version info events container.list container.inspect container.top
  container.stats container.changes exec.inspect image.list image.inspect image.history
  image.search network.list network.inspect plugin.list plugin.inspect volume.list volume.inspect`;

const run = `container.create container.start container.stop container.restart container.kill
  container.wait container.attach container.logs container.resize container.rename container.remove
  container.exec exec.start exec.resize image.pull auth
  network.create network.connect network.disconnect network.remove volume.create volume.remove`;

const presets: Readonly<Record<PresetId, readonly string[]>> = {
  // Everyday work; nothing that a policy cannot judge, or that reads what others keep.
  usual: words(`${look} ${run} system.df container.prune container.update container.pause
    container.unpause image.push image.tag image.remove image.prune image.distribution
    image.attestations network.prune volume.prune unknown.read`),
  'read-only': words(look),
  ci: words(`${look} ${run} image.tag image.push image.build session image.build-prune
    image.build-cancel image.remove image.distribution`),
  compose: words(`${look} ${run} container.pause container.unpause image.distribution`),
};

export interface OperationRules {
  /** Whether an operation may be asked for; its body may still be denied. */
  isAllowed(operation: string): boolean;
}

const known: ReadonlySet<string> = new Set([
  ...operations.map(({ id }) => id),
  ...derivedOperations,
]);

/**
 * A preset with patterns of operations (`container.*`) added and taken away; taking away wins. Throws
 * `SeaworthyError` `usage` on a pattern that fits no operation: it was meant to do something.
 */
export function operationRules(
  preset: PresetId,
  { allow, deny }: { readonly allow: readonly string[]; readonly deny: readonly string[] },
): OperationRules {
  const allowed = new Set(presets[preset]);
  for (const id of fitting(allow, '--allow')) allowed.add(id);
  for (const id of fitting(deny, '--deny')) allowed.delete(id);
  return { isAllowed: (operation) => allowed.has(operation) };
}

function fitting(patterns: readonly string[], flag: string): string[] {
  return patterns.flatMap((pattern) => {
    const fits = [...known].filter(compilePattern(pattern));
    if (fits.length > 0) return fits;
    throw new SeaworthyError('usage', `${flag} ${pattern} fits no operation of Docker`, {
      advice: 'docs/gate-docker.md lists them, image.build for one',
    });
  });
}

/** The operations of a preset, for pages and tests. */
export function operationsOf(preset: PresetId): readonly string[] {
  return presets[preset];
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
