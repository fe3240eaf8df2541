// From layer records to the packages of an image: what survives the squash, which layer brought it,
// who owns it, and which declarations have an installed counterpart.
import type { Distribution } from '../../model/distribution.ts';
import type { Digest, Layer } from '../../model/image.ts';
import type { FoundPackage, Location, Package } from '../../model/package.ts';
import { formatPurl } from '../../model/purl.ts';
import type { Unknown } from '../../model/unknown.ts';
import { ownershipHash } from '../ecosystem/path-set.ts';
import type { CatalogedFile, LayerRecord } from './layer-record.ts';
import { namelessPrograms } from './nameless.ts';
import type { SquashedView } from './squash.ts';

const osTypes = new Set(['deb', 'apk', 'rpm', 'opkg']);

export interface AssembleOptions {
  /** Bottom first; second-pass records stand beside the layer they come from. */
  readonly records: readonly LayerRecord[];
  /** Parallel to `records`; null for folders. */
  readonly layers: readonly (Layer | null)[];
  readonly view: SquashedView;
  readonly distribution: Distribution | null;
  /** Images and root file systems: a declaration without installed files is said to be one. */
  readonly believesInstalled: boolean;
}

interface Found {
  readonly found: FoundPackage;
  readonly file: CatalogedFile;
  /** Index of the layer whose file says so. */
  readonly layer: number;
  /** Index of the layer that brought this version. */
  readonly broughtBy: number;
  readonly owned: Float64Array | null;
}

export interface Assembled {
  readonly packages: Package[];
  readonly unknowns: Unknown[];
  /** purl of the OS package that owns a file of the layer with this index, or null. */
  readonly ownerOf: (path: string, layer: number) => string | null;
}

/** The packages in the order of their purls, each once, and what could not be read. */
export function assemble(options: AssembleOptions): Assembled {
  const found = survivors(options);
  const licences = licencesByOwner(options);
  const owners = new OwnerIndex(options, found);
  const merged = new Map<string, Package>();
  for (const one of found) {
    // A program recognised by its bytes is what its system package says of it: told once.
    if (one.found.type === 'generic' && owners.ownerOf(one.file.path, one.layer) !== null) continue;
    const built = toPackage(options, one, { licences, owners });
    const known = merged.get(built.purl);
    merged.set(built.purl, known === undefined ? built : merge(known, built));
  }
  const packages = [...merged.values()].map((one) =>
    one.evidence === 'declared' && options.believesInstalled
      ? { ...one, notPresent: true as const }
      : one,
  );
  packages.sort((a, b) => (a.purl < b.purl ? -1 : a.purl > b.purl ? 1 : 0));
  return {
    packages,
    unknowns: [
      ...unknowns(options),
      ...(options.believesInstalled ? nameless(options, found, owners) : []),
    ],
    ownerOf(path, layer) {
      const owner = owners.ownerOf(path, layer);
      return owner === null ? null : purlOf(owner.found, options.distribution);
    },
  };
}

type History = (readonly [layer: number, file: CatalogedFile])[];

function survivors(options: AssembleOptions): Found[] {
  const histories = new Map<string, History>();
  for (const [layer, record] of options.records.entries()) {
    for (const file of record.files) {
      const key = `${file.path}\0${file.cataloger}`;
      const history = histories.get(key);
      if (history === undefined) histories.set(key, [[layer, file]]);
      else history.push([layer, file]);
    }
  }
  const found: Found[] = [];
  for (const history of histories.values()) {
    const [layer, file] = history.at(-1) as History[number];
    if (!options.view.isVisible(file.realPath ?? file.path, layer)) continue;
    const origins = originLayers(history);
    for (const [index, one] of file.packages.entries()) {
      const broughtBy = origins.get(identity(one)) ?? layer;
      found.push({ found: one, file, layer, broughtBy, owned: file.owned[index] ?? null });
    }
  }
  return found;
}

/** The lowest layer from which a package stands unchanged in every rewrite of its database. */
function originLayers(history: History): Map<string, number> {
  const [last, top] = history.at(-1) as History[number];
  const origins = new Map<string, number>();
  if (history.length === 1) return origins;
  for (const one of top.packages) origins.set(identity(one), last);
  let open = new Set(origins.keys());
  for (const [layer, file] of history.toReversed().slice(1)) {
    const present = new Set(file.packages.map(identity));
    open = open.intersection(present);
    for (const key of open) origins.set(key, layer);
  }
  return origins;
}

function identity(one: FoundPackage): string {
  return `${one.name}\0${one.version}\0${one.qualifiers?.['arch'] ?? ''}\0${one.within ?? ''}`;
}

function licencesByOwner({ records, view }: AssembleOptions): Map<string, readonly string[]> {
  const licences = new Map<string, readonly string[]>();
  for (const [layer, record] of records.entries()) {
    for (const one of record.licences) {
      if (view.isVisible(one.path, layer)) licences.set(one.owner, one.licences);
    }
  }
  return licences;
}

/** Answers which OS package owns a file; built only when somebody asks. */
class OwnerIndex {
  readonly #options: AssembleOptions;
  readonly #osPackages: readonly Found[];
  #owners: Map<number, Found> | null = null;

  constructor(options: AssembleOptions, found: readonly Found[]) {
    this.#options = options;
    this.#osPackages = found.filter((one) => osTypes.has(one.found.type));
  }

  /** @param layer index of the layer whose file it is */
  ownerOf(path: string, layer: number): Found | null {
    if (this.#osPackages.length === 0) return null;
    const owner = (this.#owners ??= this.#build()).get(ownershipHash(path));
    // A file that a later layer wrote over the package's own is not the package's any more.
    return owner === undefined || layer > owner.layer ? null : owner;
  }

  /** System packages are there, and no list of their files: nothing can be said to be nobody's. */
  get isBlind(): boolean {
    return this.#osPackages.length > 0 && (this.#owners ??= this.#build()).size === 0;
  }

  #build(): Map<number, Found> {
    const byName = new Map<string, Found>();
    const owners = new Map<number, Found>();
    const add = (hashes: Float64Array, owner: Found): void => {
      for (const hash of hashes) owners.set(hash, owner);
    };
    for (const one of this.#osPackages) {
      const { name, qualifiers } = one.found;
      byName.set(name, one);
      byName.set(`${name}:${qualifiers?.['arch'] ?? ''}`, one);
      if (one.owned !== null) add(one.owned, one);
    }
    for (const [layer, record] of this.#options.records.entries()) {
      for (const { path, owner, hashes } of record.ownership) {
        const found = byName.get(owner);
        if (found !== undefined && this.#options.view.isVisible(path, layer)) add(hashes, found);
      }
    }
    return owners;
  }
}

interface Lookups {
  readonly licences: ReadonlyMap<string, readonly string[]>;
  readonly owners: OwnerIndex;
}

function toPackage(options: AssembleOptions, one: Found, lookups: Lookups): Package {
  const { found, file } = one;
  const isOs = osTypes.has(found.type);
  const owner = isOs ? null : lookups.owners.ownerOf(file.path, one.layer);
  const licences =
    found.licences.length > 0 || !isOs ? found.licences : (lookups.licences.get(found.name) ?? []);
  const brought = options.layers[one.broughtBy] ?? null;
  return {
    purl: purlOf(found, options.distribution),
    type: found.type,
    namespace: isOs ? (options.distribution?.purlNamespace ?? found.namespace) : found.namespace,
    name: found.name,
    version: found.version,
    source: found.source ?? null,
    licences,
    locations: [locationOf(one, brought?.diffId ?? null)],
    ownedBy: owner === null ? null : purlOf(owner.found, options.distribution),
    evidence: file.evidence,
    ...optional(found),
    ...(brought === null
      ? {}
      : {
          broughtBy: { layer: brought.diffId, index: one.broughtBy, createdBy: brought.createdBy },
        }),
  };
}

function optional(found: FoundPackage): Partial<Package> {
  const { scope, vendor, modularity, confidence, origin, dependsOn, qualifiers } = found;
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(modularity === undefined ? {} : { modularity }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(origin === undefined ? {} : { origin }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
    ...(qualifiers === undefined ? {} : { qualifiers }),
  };
}

function purlOf(found: FoundPackage, distribution: Distribution | null): string {
  const isOs = osTypes.has(found.type);
  const distro = isOs && distribution !== null ? { distro: distribution.purlDistro } : {};
  return formatPurl({
    type: found.type,
    namespace: isOs ? (distribution?.purlNamespace ?? found.namespace) : found.namespace,
    name: found.name,
    version: found.version === '' ? null : found.version,
    qualifiers: { ...found.qualifiers, ...distro },
  });
}

function locationOf({ found, file }: Found, layer: Digest | null): Location {
  const path = found.within === undefined ? file.path : `${file.path}!${found.within}`;
  return found.line === undefined ? { path, layer } : { path, layer, line: found.line };
}

const mostLocations = 100;

/** The same package met twice: installed beats declared, and every place is kept. */
function merge(a: Package, b: Package): Package {
  const [first, second] = a.evidence === 'declared' && b.evidence === 'installed' ? [b, a] : [a, b];
  const locations = [...first.locations, ...second.locations].slice(0, mostLocations);
  locations.sort((x, y) => (x.path < y.path ? -1 : x.path > y.path ? 1 : 0));
  // Owned only if every installed copy is: a second copy beside the distribution's is not covered.
  const bothInstalled = first.evidence === second.evidence;
  const ownedBy = bothInstalled && second.ownedBy === null ? null : first.ownedBy;
  const runtime = first.scope === undefined || second.scope === undefined;
  const { scope: _scope, ...rest } = first;
  return {
    ...(runtime ? rest : first),
    licences: first.licences.length > 0 ? first.licences : second.licences,
    locations,
    ownedBy,
  };
}

/** Not of project folders: they hold programs that are built, not shipped. */
function nameless(
  { records, view }: AssembleOptions,
  ...[found, owners]: readonly [readonly Found[], OwnerIndex]
): Unknown[] {
  if (records.every((record) => record.nameless.length === 0) || owners.isBlind) return [];
  const isOwned = (path: string, layer: number): boolean => owners.ownerOf(path, layer) !== null;
  return namelessPrograms({ records, view, isOwned, named: found.map(({ file }) => file) });
}

function unknowns({ records, layers, view }: AssembleOptions): Unknown[] {
  const all: Unknown[] = [];
  for (const [layer, record] of records.entries()) {
    for (const { path, reason } of record.unknowns) {
      const file = path.split('!', 1)[0] ?? path;
      // What an upper layer deleted or replaced is not in the container: nothing was missed.
      if (file !== '' && !view.isVisible(file, layer)) continue;
      all.push({ path, layer: layers[layer]?.diffId ?? null, reason });
    }
  }
  return all;
}
