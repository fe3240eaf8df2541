// Two inventories of one image in the same words, and what one has that the other has not.
import { readFileSync } from 'node:fs';
import { parsePurl, pypiName } from '../../src/model/purl.ts';

/** A package by what it is: type, name with namespace, version; and where it was found. */
export interface Item {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  /** Files, as far as the tool tells them. */
  readonly places: readonly string[];
  /** Told only as declared by a lock file. */
  readonly declared: boolean;
  /** purl of the package of the operating system that owns its files. */
  readonly ownedBy: string | null;
}

/** By `type name version`. */
export type Items = ReadonlyMap<string, Item>;

/** Ours: `sbom --format json`. */
export function readOurs(file: string): Items {
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: {
      purl: string;
      evidence: string;
      ownedBy: string | null;
      locations: { path: string }[];
    }[];
  };
  return collected(
    document.packages.map(({ purl, evidence, ownedBy, locations }) => ({
      purl,
      ownedBy,
      places: locations.map(({ path }) => path),
      declared: evidence === 'declared',
    })),
  );
}

interface Component {
  readonly type: string;
  readonly purl?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** Theirs: CycloneDX as Trivy writes it. */
export function readTheirs(file: string): Items {
  const document = JSON.parse(readFileSync(file, 'utf8')) as { components?: Component[] };
  return collected(
    (document.components ?? []).flatMap(({ type, purl, properties = [] }) => {
      if (type !== 'library' || purl === undefined) return [];
      const path = properties.find(({ name }) => name.endsWith(':FilePath'))?.value;
      return [{ purl, places: path === undefined ? [] : [path], declared: false, ownedBy: null }];
    }),
  );
}

type Found = Pick<Item, 'places' | 'declared' | 'ownedBy'> & { readonly purl: string };

function collected(found: readonly Found[]): Items {
  const items = new Map<string, Item>();
  for (const { purl, places, declared, ownedBy } of found) {
    const item = itemOf(purl);
    if (item === null) continue;
    const key = `${item.type} ${item.name} ${item.version}`;
    const known = items.get(key);
    items.set(key, {
      ...item,
      places: [...(known?.places ?? []), ...places],
      declared: declared && (known?.declared ?? true),
      ownedBy: known === undefined ? ownedBy : known.ownedBy && ownedBy,
    });
  }
  return items;
}

/** Types that are none of the purl specification's. */
const typeAliases: ReadonlyMap<string, string> = new Map([['rustbinary', 'cargo']]);

/** Tools differ in how a purl says the same: epoch in or beside the version, Go's `v`, case. */
function itemOf(purl: string): Pick<Item, 'type' | 'name' | 'version'> | null {
  const parts = parsePurl(purl);
  if (parts === null) return null;
  const { namespace, version } = parts;
  const type = typeAliases.get(parts.type) ?? parts.type;
  const isSystem = type === 'deb' || type === 'rpm' || type === 'apk';
  const epoch = isSystem ? (parts.qualifiers?.['epoch'] ?? '0') : '0';
  const hasEpoch = /^\d+:/.test(version ?? '');
  const full = epoch !== '0' && !hasEpoch ? `${epoch}:${version}` : (version ?? '');
  const name = [isSystem ? null : namespace, parts.name, parts.subpath]
    .filter((part) => part !== null && part !== undefined && part !== '')
    .join('/');
  return {
    type,
    name: type === 'pypi' ? pypiName(name) : name.toLowerCase(),
    version: type === 'golang' ? full.replace(/^v/, '') : full,
  };
}

export interface Difference {
  readonly side: 'missing' | 'extra';
  readonly item: Item;
  /** Versions of the same package that the other side has. */
  readonly otherVersions: readonly string[];
}

/** What they have and we have not (`missing`), and the reverse (`extra`). */
export function differences(ours: Items, theirs: Items): Difference[] {
  return [
    ...only(theirs, ours).map((one) => ({ side: 'missing' as const, ...one })),
    ...only(ours, theirs).map((one) => ({ side: 'extra' as const, ...one })),
  ];
}

function only(these: Items, those: Items): Omit<Difference, 'side'>[] {
  const versions = new Map<string, string[]>();
  for (const { type, name, version } of those.values()) {
    const key = `${type} ${name}`;
    versions.set(key, [...(versions.get(key) ?? []), version]);
  }
  return [...these]
    .filter(([key]) => !those.has(key))
    .map(([, item]) => ({ item, otherVersions: versions.get(`${item.type} ${item.name}`) ?? [] }));
}
