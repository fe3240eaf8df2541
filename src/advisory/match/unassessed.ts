// What matching could not or should not judge, told as unknowns: one line for each class with its
// count and the first names, so that "no findings" is never read as "all was checked".
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import type { Unknown } from '../../model/unknown.ts';
import { compareText } from './alias.ts';
import type { Unasked } from './assess.ts';

const namesShown = 5;

interface Tally {
  readonly names: Set<string>;
  count: number;
  readonly types: Set<string>;
  path: string;
}

export interface UnassessedCounts {
  readonly owned: number;
  readonly kernel: number;
  readonly unassessed: number;
}

export interface Unassessed {
  add(kind: Unasked | 'foreign', found: Package): void;
  counts(): UnassessedCounts;
  /** Sorted and independent of the order in which packages were added. */
  unknowns(distribution: Distribution | null): readonly Unknown[];
}

export function createUnassessed(): Unassessed {
  const tallies = new Map<string, Tally>();
  const countOf = (kind: string): number => {
    let sum = 0;
    for (const [key, tally] of tallies) if (key.split(' ')[0] === kind) sum += tally.count;
    return sum;
  };
  return {
    add(kind, found) {
      const key = keyOf(kind, found);
      const path = found.locations[0]?.path ?? '';
      const tally = tallies.get(key);
      if (tally === undefined) {
        const names = new Set([found.name]);
        tallies.set(key, { names, count: 1, types: new Set([found.type]), path });
        return;
      }
      tally.count += 1;
      tally.names.add(found.name);
      tally.types.add(found.type);
      if (compareText(path, tally.path) < 0) tally.path = path;
    },
    counts() {
      const unassessed = ['no-feed', 'no-ecosystem', 'empty-ecosystem', 'unregistered', 'no-name'];
      return {
        owned: countOf('owned'),
        kernel: countOf('kernel'),
        unassessed: unassessed.reduce((sum, kind) => sum + countOf(kind), 0),
      };
    },
    unknowns(distribution) {
      const unknowns: Unknown[] = [];
      for (const key of [...tallies.keys()].toSorted(compareText)) {
        const tally = tallies.get(key);
        const reason = tally === undefined ? null : reasonOf(key, tally, distribution);
        if (tally !== undefined && reason !== null) {
          unknowns.push({ path: tally.path, layer: null, reason });
        }
      }
      return unknowns;
    },
  };
}

/** Classes that are told for each package type. */
const classesByType = new Set<string>(['no-ecosystem', 'empty-ecosystem', 'no-feed']);

function keyOf(kind: Unasked | 'foreign', found: Package): string {
  return classesByType.has(kind) ? `${kind} ${found.type}` : kind;
}

/** One sentence for a class, or null for classes that are no gap (owned, virtual). */
function reasonOf(key: string, tally: Tally, distribution: Distribution | null): string | null {
  const [kind = '', type = ''] = key.split(' ', 2);
  const names = firstNames(tally.names);
  const packages = counted(tally.count);
  const unjudged = `${counted(tally.count, type)} not assessed`;
  switch (kind) {
    case 'no-feed':
      return `${unjudged}: ${noFeed(type, distribution)}`;
    case 'no-ecosystem':
      return `${unjudged}: no advisory database names this type (${names})`;
    case 'empty-ecosystem':
      return `${unjudged}: the advisory database holds nothing for this type (${names})`;
    case 'unregistered':
      return `${packages} from git, a folder or a URL not matched by name (${names})`;
    case 'no-name':
      return `${packages} without a group id not matched: the name alone is ambiguous (${names})`;
    case 'kernel':
      return `kernel, not run here: ${packages} of the kernel's source not matched (${names})`;
    case 'foreign':
      return `${packages} from another vendor: the distribution may not speak for them (${names})`;
    default:
      return null;
  }
}

function noFeed(type: string, distribution: Distribution | null): string {
  if (distribution === null) return 'the distribution is not known';
  if (distribution.packageType !== type) return `${distribution.name} does not use this type`;
  if (distribution.osvEcosystem === null) return `no advisory feed speaks for ${distribution.name}`;
  const { name, osvEcosystem } = distribution;
  return `the advisory database holds nothing for ${name} (${osvEcosystem})`;
}

function counted(count: number, type?: string): string {
  const kind = type === undefined ? '' : `${type} `;
  return `${count} ${kind}${count === 1 ? 'package' : 'packages'}`;
}

function firstNames(names: ReadonlySet<string>): string {
  const sorted = [...names].toSorted(compareText);
  const shown = sorted.slice(0, namesShown).join(', ');
  const more = sorted.length - namesShown;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
