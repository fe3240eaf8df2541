// Programs that no package brought and that tell nothing of themselves: built somewhere, copied in.
// Nobody can say what is wrong with them, so the report says that they are there.
import type { Unknown } from '../../model/unknown.ts';
import type { CatalogedFile, LayerRecord } from './layer-record.ts';
import type { SquashedView } from './squash.ts';

const namesShown = 5;
/** Runtimes of one image; each is compared with each program. */
const mostHomes = 100;

interface Squashed {
  readonly records: readonly LayerRecord[];
  readonly view: SquashedView;
  /** A package of the system owns this file of the layer. */
  readonly isOwned: (path: string, layer: number) => boolean;
  /** Files that told a package. */
  readonly named: readonly CatalogedFile[];
}

/** One unknown for all of them, or none. */
export function namelessPrograms({ records, view, isOwned, named }: Squashed): Unknown[] {
  const told = new Set(named.map(({ path }) => path));
  const homes = named.flatMap(({ path, cataloger }) => homeOf(path, cataloger)).slice(0, mostHomes);
  const paths = new Set<string>();
  for (const [layer, { nameless }] of records.entries()) {
    for (const path of nameless) {
      const isKnown = told.has(path) || homes.some((home) => path.startsWith(home));
      if (!isKnown && view.isVisible(path, layer) && !isOwned(path, layer)) paths.add(path);
    }
  }
  const sorted = [...paths].toSorted();
  const [first] = sorted;
  if (first === undefined) return [];
  const more = sorted.length - namesShown;
  const shown = sorted.slice(0, namesShown).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const programs = sorted.length === 1 ? '1 program belongs' : `${sorted.length} programs belong`;
  const [tell, of] = sorted.length === 1 ? ['tells', 'it'] : ['tell', 'them'];
  const reason = `${programs} to no package and ${tell} no version, so nothing is known of ${of} (${shown})`;
  return [{ path: first, layer: null, reason }];
}

/** Runtimes that are unpacked as a whole (a JDK, Go): one file names them, the others are theirs. */
const homeFiles: ReadonlyMap<string, string> = new Map([
  ['java-release', 'release'],
  ['golang-toolchain', 'VERSION'],
]);

function homeOf(path: string, cataloger: string): readonly string[] {
  const name = homeFiles.get(cataloger);
  return name !== undefined && path.endsWith(`/${name}`) ? [path.slice(0, -name.length)] : [];
}
