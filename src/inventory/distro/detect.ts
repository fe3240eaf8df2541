// Which distribution a root file system is, by its release files.
import type { Distribution } from '../../model/distribution.ts';
import type { Description, ReleaseFacts } from './definition.ts';
import { describe } from './definition.ts';
import { distributions } from './registry.ts';
import { readRelease } from './release-text.ts';

export interface Detection {
  readonly distribution: Distribution | null;
  readonly unknowns: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * @param texts the captured files (`distributionGlobs`) after squashing, symbolic links resolved; keys are
 * paths without leading slash
 *
 * Without any release file the distribution is null, which says nothing about the packages. A derivative
 * is described under its own id and gets no advisories: those of the system it is built on speak of other
 * builds.
 */
export function detectDistribution(texts: ReadonlyMap<string, string>): Detection {
  const { facts, path, silent } = readRelease(texts);
  const unread = silent.map((file) => ({ path: file, reason: 'names no distribution' }));
  if (facts === null) {
    const reason = 'names no distribution, so packages of the operating system cannot be judged';
    return { distribution: null, unknowns: path === '' ? [] : [{ path, reason }, ...unread] };
  }
  const definition = distributions.find((entry) => entry.ids.includes(facts.id));
  const { distribution, notes } = definition ? definition.describe(facts) : describeOther(facts);
  return { distribution, unknowns: [...unread, ...notes.map((reason) => ({ path, reason }))] };
}

/** Words of ID_LIKE (or the id itself) and the packages that such a system has. */
const families: readonly (readonly ['deb' | 'apk' | 'rpm', readonly string[]])[] = [
  ['deb', ['debian', 'ubuntu']],
  ['apk', ['alpine', 'wolfi']],
  ['rpm', ['rhel', 'fedora', 'centos', 'suse', 'opensuse', 'sles', 'mageia', 'amzn']],
];

function describeOther(facts: ReleaseFacts): Description {
  const { id, idLike, name } = facts;
  const family = families.find(([, words]) => words.some((word) => idLike.includes(word)));
  const parent = idLike[0];
  const reason =
    parent === undefined
      ? `no advisories are known for ${name}, so its packages are listed but not judged`
      : `no advisories are known for ${name}; those of ${parent}, which it is built on, are not used ` +
        'because its packages may be other builds';
  return describe(facts, {
    packageType: family?.[0] ?? null,
    purlNamespace: id,
    osvEcosystem: null,
    endOfLife: null,
    notes: [reason],
  });
}
