// The index of images: which package versions each holds, and which package a file that ran belongs to.
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';
import { addMember, readSet, unpackNumbers } from './bits.ts';
import type { ImageToIndex, StoredPackage, UnindexedImage, UsedFile } from './record-store.ts';
import { imageNumber } from './run-writer.ts';
import { filesOfSet, postSet } from './seal.ts';
import type { Statements } from './statements.ts';
import { imageTally, useTally } from './tally.ts';

/** Packages of one image that are indexed; the largest honest ones have some 20,000. */
const packagesPerImage = 200_000;

/** Enters an image; a second time changes nothing. */
export function indexImage(statements: Statements, image: ImageToIndex): void {
  statements.transaction(() => {
    const number = imageNumber(statements, image);
    if (isIndexed(statements, number)) return;
    const distribution = distributionNumber(statements, image.distribution);
    const versions = new Set<number>();
    for (const { found, knownAs } of image.packages.slice(0, packagesPerImage)) {
      versions.add(versionNumber(statements, { found, knownAs, distribution }));
    }
    addMember(statements.database, { kind: 0, member: number, owners: [...versions] });
    statements.of('UPDATE image SET indexed = 1 WHERE id = ?').run(number);
  });
}

function isIndexed(statements: Statements, image: number): boolean {
  const row = statements.of('SELECT indexed FROM image WHERE id = ?').get(image) as
    | { indexed: number }
    | undefined;
  return row?.indexed === 1;
}

/** 0 stands for none. */
function distributionNumber(statements: Statements, distribution: Distribution | null): number {
  if (distribution === null) return 0;
  const value = JSON.stringify(distribution);
  statements.of('INSERT OR IGNORE INTO distribution (value) VALUES (?)').run(value);
  const row = statements.of('SELECT id FROM distribution WHERE value = ?').get(value) as {
    id: number;
  };
  return row.id;
}

interface NewVersion {
  readonly found: Package;
  readonly knownAs: readonly string[];
  readonly distribution: number;
}

function versionNumber(
  statements: Statements,
  { found, knownAs, distribution }: NewVersion,
): number {
  const name = found.namespace === null ? found.name : `${found.namespace}/${found.name}`;
  statements.of('INSERT OR IGNORE INTO package (type, name) VALUES (?, ?)').run(found.type, name);
  const { id } = statements
    .of('SELECT id FROM package WHERE type = ? AND name = ?')
    .get(found.type, name) as { id: number };
  for (const one of new Set(knownAs)) {
    statements
      .of('INSERT OR IGNORE INTO known_as (name, package) VALUES (?, ?)')
      .run(one.toLowerCase(), id);
  }
  const facts = JSON.stringify(factsOf(found));
  const values = [id, found.version, distribution, facts];
  const where = 'package = ? AND version = ? AND distribution = ? AND facts = ?';
  const known = statements.of(`SELECT id FROM version WHERE ${where}`).get(...values) as
    | { id: number }
    | undefined;
  if (known !== undefined) return known.id;
  const added = statements
    .of('INSERT INTO version (package, version, distribution, facts) VALUES (?, ?, ?, ?)')
    .run(...values);
  return Number(added.lastInsertRowid);
}

/** What matching needs; where it lies and who brought it differs from image to image. */
function factsOf(found: Package): Partial<Package> {
  const { purl, type, namespace, name, version, source, ownedBy, evidence } = found;
  return {
    purl,
    type,
    namespace,
    name,
    version,
    source,
    ownedBy,
    evidence,
    ...(found.notPresent === undefined ? {} : { notPresent: found.notPresent }),
    ...(found.scope === undefined ? {} : { scope: found.scope }),
    ...(found.vendor === undefined ? {} : { vendor: found.vendor }),
    ...(found.modularity === undefined ? {} : { modularity: found.modularity }),
    ...(found.confidence === undefined ? {} : { confidence: found.confidence }),
    ...(found.origin === undefined ? {} : { origin: found.origin }),
    ...(found.qualifiers === undefined ? {} : { qualifiers: found.qualifiers }),
  };
}

/** Every stored version of the packages that are asked for under these names. */
export function packagesKnownAs(
  statements: Statements,
  names: readonly string[],
): readonly StoredPackage[] {
  const rows = statements
    .of(
      `SELECT v.id, v.facts, d.value AS distribution FROM version v
       LEFT JOIN distribution d ON d.id = v.distribution
       WHERE v.package IN (SELECT package FROM known_as
                           WHERE name IN (SELECT value FROM json_each(?)))`,
    )
    .all(JSON.stringify(names.map((name) => name.toLowerCase()))) as unknown as readonly {
    id: number;
    facts: string;
    distribution: string | null;
  }[];
  const distributions = new Map<string, Distribution>();
  return rows.map(({ id, facts, distribution }) => {
    let known = distribution === null ? null : (distributions.get(distribution) ?? null);
    if (distribution !== null && known === null) {
      known = JSON.parse(distribution) as Distribution;
      distributions.set(distribution, known);
    }
    const found = { licences: [], locations: [], ...(JSON.parse(facts) as object) } as unknown;
    return { id, found: found as Package, distribution: known };
  });
}

/** Images that ran and are not indexed, or with files that are not mapped; newest first. */
export function unindexedImages(statements: Statements, limit: number): readonly UnindexedImage[] {
  const rows = statements
    .of(
      `SELECT i.image_id, i.reference, i.indexed,
         (SELECT count(*) FROM image_file f WHERE f.image = i.id AND f.version IS NULL) AS unmapped
       FROM image i WHERE i.id IN (SELECT id FROM image WHERE indexed = 0
         UNION SELECT image FROM image_file WHERE version IS NULL)
       ORDER BY i.id DESC LIMIT ?`,
    )
    .all(limit) as unknown as readonly {
    image_id: string;
    reference: string | null;
    indexed: number;
    unmapped: number;
  }[];
  return rows.map((row) => ({
    imageId: row.image_id,
    reference: row.reference,
    unmapped: row.unmapped,
    indexed: row.indexed === 1,
  }));
}

/** @returns how many files were mapped; 0 while the image is not indexed */
export function mapFiles(
  statements: Statements,
  imageId: string,
  ownerOf: (path: string) => string | null,
): number {
  return statements.transaction(() => {
    const image = imageByName(statements, imageId);
    if (image === null || !isIndexed(statements, image)) return 0;
    const files = statements
      .of('SELECT id, path FROM image_file WHERE image = ? AND version IS NULL')
      .all(image) as unknown as readonly { id: number; path: string }[];
    const find = versionFinder(statements, image);
    for (const { id, path } of files) {
      const purl = ownerOf(path);
      const version = purl === null ? 0 : (find(purl) ?? 0);
      statements.of('UPDATE image_file SET version = ? WHERE id = ?').run(version, id);
    }
    postSets(statements, image);
    return files.length;
  });
}

function postSets(statements: Statements, image: number): void {
  const sets = statements
    .of('SELECT id, files FROM use_set WHERE image = ? AND posted = 0')
    .all(image) as unknown as readonly { id: number; files: Uint8Array }[];
  for (const { id, files } of sets) postSet(statements, id, files);
}

function imageByName(statements: Statements, imageId: string): number | null {
  const row = statements.of('SELECT id FROM image WHERE image_id = ?').get(imageId) as
    | { id: number }
    | undefined;
  return row?.id ?? null;
}

/** The version of a purl that this image holds: other images may have the same with other facts. */
function versionFinder(statements: Statements, image: number): (purl: string) => number | null {
  const known = new Map<string, number | null>();
  const select = statements.of(
    `SELECT v.id FROM version v WHERE v.package IN
       (SELECT id FROM package WHERE type = ? AND (name = ? OR name LIKE ?))
       AND json_extract(v.facts, '$.purl') = ?`,
  );
  return (purl) => {
    if (known.has(purl)) return known.get(purl) ?? null;
    const { type, name } = coordinatesOf(purl);
    const rows = select.all(type, name, `%/${name}`, purl) as unknown as readonly { id: number }[];
    const found = rows.find(({ id }) => readSet(statements.database, 0, [id]).has(image))?.id;
    known.set(purl, found ?? null);
    return found ?? null;
  };
}

function coordinatesOf(purl: string): { readonly type: string; readonly name: string } {
  const bare = purl.replace(/[?#].*$/s, '');
  const path = bare.slice('pkg:'.length).replace(/@[^@/]*$/, '');
  const parts = path.split('/');
  return { type: parts[0] ?? '', name: decodeURIComponent(parts.at(-1) ?? '') };
}

/** How many runs of the image used each package, by purl. */
export function usesInImage(statements: Statements, imageId: string): ReadonlyMap<string, number> {
  const image = imageByName(statements, imageId);
  const uses = new Map<string, number>();
  if (image === null) return uses;
  const rows = statements
    .of('SELECT id, files FROM use_set WHERE image = ? AND posted = 1')
    .all(image) as unknown as readonly { id: number; files: Uint8Array }[];
  const owners = ownersOfFiles(statements, image);
  for (const { id, files } of rows) {
    const runs = useTally(statements, id);
    if (runs === 0) continue;
    const purls = new Set(
      unpackNumbers(files).flatMap((file) => {
        const purl = owners.get(file);
        return purl === undefined ? [] : [purl];
      }),
    );
    for (const purl of purls) uses.set(purl, (uses.get(purl) ?? 0) + runs);
  }
  return uses;
}

function ownersOfFiles(statements: Statements, image: number): ReadonlyMap<number, string> {
  const rows = statements
    .of(
      `SELECT f.id, json_extract(v.facts, '$.purl') AS purl FROM image_file f
       JOIN version v ON v.id = f.version WHERE f.image = ?`,
    )
    .all(image) as unknown as readonly { id: number; purl: string }[];
  return new Map(rows.map(({ id, purl }) => [id, purl]));
}

/** Runs of an image, alive and dead. */
export function runCount(statements: Statements, imageId: string): number {
  const image = imageByName(statements, imageId);
  return image === null ? 0 : imageTally(statements, image).runs;
}

/** The same with how many of them live. */
export function countsOfImage(
  statements: Statements,
  imageId: string,
): { readonly runs: number; readonly alive: number } {
  const image = imageByName(statements, imageId);
  if (image === null) return { runs: 0, alive: 0 };
  const { runs, alive } = imageTally(statements, image);
  return { runs, alive };
}

/** Files of the image that a run executed or loaded, in the order of their first sight. */
export function filesUsed(statements: Statements, run: number): readonly UsedFile[] {
  const row = statements.of('SELECT use_set FROM run WHERE id = ?').get(run) as
    | { use_set: number | null }
    | undefined;
  const select = statements.of(
    `SELECT f.path, f.version, json_extract(v.facts, '$.purl') AS purl FROM image_file f
     LEFT JOIN version v ON v.id = f.version WHERE f.id = ?`,
  );
  return filesOfSet(statements, row?.use_set ?? null).flatMap((file) => {
    const found = select.get(file) as
      | { path: string; version: number | null; purl: string | null }
      | undefined;
    if (found === undefined) return [];
    return [{ path: found.path, purl: found.purl, mapped: found.version !== null }];
  });
}

/** Images that ran and are not in the index. */
export function unindexedCount(statements: Statements): number {
  const rows = statements
    .of('SELECT id FROM image WHERE indexed = 0')
    .all() as unknown as readonly { id: number }[];
  return rows.filter(({ id }) => imageTally(statements, id).runs > 0).length;
}
