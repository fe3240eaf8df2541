// How long "who ran this package?" takes over many runs: builds a record of made-up runs and asks it.
// Run by hand (`node tools/bench/exposure.ts [runs] [images] [folder]`): ten million runs need minutes.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openRecord, recordFile } from '../../src/store/record/index.ts';
import { create } from '../../src/store/record/open.ts';
import { encodeRun, packFacet } from '../../src/store/record/run-row.ts';
import { runIndexes } from '../../src/store/record/schema.ts';
import { Statements } from '../../src/store/record/statements.ts';
import { countUse, setImageTally } from '../../src/store/record/tally.ts';
import { sampleRun } from '../../test/sample-record.ts';

export interface ExposureSize {
  readonly runs: number;
  readonly images: number;
}

/** Package 0 (`libc6`) is in every image, in one of four versions; the others are ever rarer. */
const packages = 4000;
const versionsPerPackage = 5;
const packagesPerImage = 150;
const setsPerImage = 4;
const usedPerSet = 15;
const segmentBytes = 512;

/** A small generator of chance: the same data in each run. */
export function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

class Postings {
  readonly #segments = new Map<string, Uint8Array>();

  add(owner: number, member: number): void {
    const key = `${owner} ${Math.floor(member / 4096)}`;
    let bits = this.#segments.get(key);
    if (bits === undefined) {
      bits = new Uint8Array(segmentBytes);
      this.#segments.set(key, bits);
    }
    const place = member % 4096;
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  }

  write(database: DatabaseSync, kind: number): void {
    const put = database.prepare('INSERT INTO posting VALUES (?, ?, ?, ?)');
    for (const [key, bits] of this.#segments) {
      const [owner, segment] = key.split(' ').map(Number);
      put.run(kind, owner ?? 0, segment ?? 0, bits);
    }
  }
}

/** Builds the record in `folder`. */
export function buildExposure(folder: string, { runs, images }: ExposureSize): void {
  const database = new DatabaseSync(recordFile(folder));
  create(database, false);
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN');
  writeVersions(database);
  writeImages(database, images);
  writeRuns(database, runs, images);
  database.exec(runIndexes);
  writeTallies(database);
  database.exec('COMMIT');
  database.close();
}

function nameOf(index: number): string {
  return index === 0 ? 'libc6' : `package-${index}`;
}

function writeVersions(database: DatabaseSync): void {
  const addPackage = database.prepare('INSERT INTO package VALUES (?, ?, ?)');
  const addName = database.prepare('INSERT INTO known_as VALUES (?, ?)');
  const addVersion = database.prepare('INSERT INTO version VALUES (?, ?, ?, 0, ?)');
  for (let index = 0; index < packages; index += 1) {
    const name = nameOf(index);
    addPackage.run(index + 1, 'deb', name);
    addName.run(name, index + 1);
    for (let version = 0; version < versionsPerPackage; version += 1) {
      const text = `1.${version}`;
      const facts = { purl: `pkg:deb/${name}@${text}`, type: 'deb', name, version: text };
      const id = index * versionsPerPackage + version + 1;
      addVersion.run(id, index + 1, text, JSON.stringify({ ...facts, namespace: null }));
    }
  }
}

function writeImages(database: DatabaseSync, images: number): void {
  const chance = chanceFrom(7);
  const held = new Postings();
  const used = new Postings();
  const addImage = database.prepare('INSERT INTO image VALUES (?, ?, NULL, ?, 1)');
  const addFacet = database.prepare('INSERT INTO facet VALUES (?, ?, ?)');
  const addFile = database.prepare('INSERT INTO image_file VALUES (?, ?, ?, ?)');
  const addSet = database.prepare('INSERT INTO use_set VALUES (?, ?, ?, 1)');
  for (let image = 1; image <= images; image += 1) {
    const run = sampleRun('job', { image: `registry.example/team-${image % 300}/app-${image}:1` });
    const { facet, hash } = encodeRun(run, null);
    addImage.run(image, run.identity.image.id, run.identity.image.reference);
    addFacet.run(image, hash, packFacet(facet));
    const versions: number[] = [];
    for (let count = 0; count < packagesPerImage; count += 1) {
      const which = count === 0 ? 0 : Math.floor(chance() ** 2 * packages);
      const version = Math.floor(chance() * (versionsPerPackage - 1));
      versions.push(which * versionsPerPackage + version + 1);
    }
    for (const version of versions) held.add(version, image);
    // libc6 is the first of each set: what is loaded always.
    for (let file = 0; file < usedPerSet; file += 1) {
      addFile.run(image * usedPerSet + file, image, `/usr/lib/file-${file}`, versions[file] ?? 0);
    }
    for (let set = 0; set < setsPerImage; set += 1) {
      const number = image * setsPerImage + set;
      const count = usedPerSet - set;
      addSet.run(number, image, filesFrom(image * usedPerSet, count));
      for (const version of versions.slice(0, count)) used.add(version, number);
    }
  }
  held.write(database, 0);
  used.write(database, 1);
}

/** `count` numbers from `first` on, as the record packs them. */
function filesFrom(first: number, count: number): Uint8Array {
  const bytes: number[] = [];
  let rest = first;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  for (let index = 1; index < count; index += 1) bytes.push(1);
  return Uint8Array.from(bytes);
}

/**
 * In SQL, where ten million rows take no minute: few images run most, the last runs are alive. The key of
 * a run is how its id begins.
 */
function writeRuns(database: DatabaseSync, runs: number, images: number): void {
  const alive = Math.min(20_000, Math.floor(runs / 10));
  database.exec(`
    WITH RECURSIVE n(i, r) AS (
      SELECT 1, random() UNION ALL SELECT i + 1, random() FROM n WHERE i < ${runs}
    ), m AS (
      SELECT i, r, abs(r % 1000003) / 1000003.0 AS u, 1760000000000000 + i * 3000000 AS t FROM n
    )
    INSERT INTO run (key, container, name, image, facet, base_us, created_us, started_us, ended_us,
      first_us, last_us, exit_code, naming, own, alive, use_set)
    SELECT r & 281474976710655,
      unhex(printf('%012x', r & 281474976710655) || hex(randomblob(26))), 'job-' || i,
      1 + CAST(u * u * ${images} AS INTEGER), 1 + CAST(u * u * ${images} AS INTEGER), t, t, t,
      iif(i > ${runs - alive}, NULL, t + 2000000), t, t + 2000000,
      iif(i > ${runs - alive}, NULL, 0), 0, NULL, i > ${runs - alive},
      (1 + CAST(u * u * ${images} AS INTEGER)) * ${setsPerImage} + (i & ${setsPerImage - 1})
    FROM m`);
}

/** The recorder counts runs as they come; here they are counted at once. */
function writeTallies(database: DatabaseSync): void {
  const statements = new Statements(database);
  const images = database.prepare(
    `SELECT image AS id, count(*) AS runs, sum(alive) AS alive, min(first_us) AS first,
     max(last_us) AS last, max(first_us) AS newest FROM run GROUP BY image`,
  );
  for (const row of images.iterate() as unknown as Iterable<Record<string, number>>) {
    const { id = 0, runs = 0, alive = 0, first = 0, last = 0, newest = 0 } = row;
    setImageTally(statements, id, { runs, alive, firstUs: first, lastUs: last, newestUs: newest });
  }
  const sets = database.prepare('SELECT use_set AS id, count(*) AS runs FROM run GROUP BY use_set');
  for (const { id = 0, runs = 0 } of sets.iterate() as unknown as Iterable<
    Record<string, number>
  >) {
    countUse(statements, id, runs);
  }
}

interface Timed {
  readonly name: string;
  readonly ms: readonly number[];
  readonly cpuMs: number;
}

/** Asks many questions, each as `exposed` does: names, versions, runs. */
function ask(folder: string, name: string, names: readonly string[]): Timed {
  const ms: number[] = [];
  const before = process.cpuUsage();
  for (const one of names) {
    const begun = performance.now();
    const reader = openRecord(folder);
    const versions = reader.packagesKnownAs([one]).map(({ id }) => id);
    reader.runsOf(versions, { skip: 0, limit: 100 });
    reader.close();
    ms.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  return { name, ms, cpuMs: (user + system) / 1000 / names.length };
}

function tell({ name, ms, cpuMs }: Timed): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1);
  return `${name}: ${ms.length} questions, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms, CPU ${cpuMs.toFixed(1)} ms each`;
}

function main(): void {
  const [runs = 10_000_000, images = 50_000] = process.argv.slice(2, 4).map(Number);
  const folder = process.argv[4] ?? mkdtempSync(join(tmpdir(), 'seaworthy-exposure-'));
  if (!existsSync(recordFile(folder))) {
    const begun = performance.now();
    buildExposure(folder, { runs, images });
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`built ${runs} runs of ${images} images in ${seconds} s`);
  }
  const bytes = statSync(recordFile(folder)).size;
  console.log(`${(bytes / 1e6).toFixed(0)} MB, ${(bytes / runs).toFixed(0)} bytes a run`);
  const chance = chanceFrom(11);
  const random = Array.from({ length: 500 }, () => nameOf(Math.floor(chance() * packages)));
  console.log(tell(ask(folder, 'the first of all', ['libc6'])));
  console.log(tell(ask(folder, 'any package', random)));
  console.log(
    tell(
      ask(
        folder,
        'a package in every image',
        Array.from({ length: 50 }, () => 'libc6'),
      ),
    ),
  );
  if (process.argv[4] === undefined) rmSync(folder, { recursive: true });
}

if (import.meta.main) main();
