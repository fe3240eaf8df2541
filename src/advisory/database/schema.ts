// The tables of the advisory database. Raise `schemaVersion` with every change: files of another
// version are refused with advice, never guessed at.

/** `SWAD`, in SQLite's `application_id`: tells our file from any other SQLite file. */
export const applicationId = 0x53574144;

export const schemaVersion = 2;

/**
 * Raise it when an order of versions changes: the ladders of older files are then not climbed, but
 * compared as a whole, until the file is made anew.
 */
export const orderRevision = 1;

/**
 * `package`: one row for each name of an ecosystem, with all that advisories say of it (`page.ts`), so that
 * a lookup is one row. `advisory`: one row for each record (`part` tells apart records that several files
 * give under one id; `feed` is the ecosystem of a bucket that keeps it up to date, null for the user's own
 * files); `mention`: the packages it speaks of. `tail` holds long lists (text or deflated). CVEs are keyed
 * by number (`codec.ts`). What every opening asks for lies in one line of `meta` (`contents.ts`).
 */
export const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE source (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, advisories INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0, unlisted INTEGER NOT NULL DEFAULT 0, retrieved_at TEXT
);
CREATE TABLE feed (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cursor TEXT, retrieved_at TEXT, full_at TEXT
);
CREATE TABLE bad_record (
  source INTEGER NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (source, place)
) WITHOUT ROWID;
CREATE TABLE left_out (
  source INTEGER NOT NULL, reason TEXT NOT NULL, records INTEGER NOT NULL,
  PRIMARY KEY (source, reason)
) WITHOUT ROWID;
CREATE TABLE ecosystem (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE package (
  ecosystem INTEGER NOT NULL, name TEXT NOT NULL, id INTEGER NOT NULL, fixes TEXT, steps TEXT,
  bounds TEXT, entries TEXT, PRIMARY KEY (ecosystem, name)
) WITHOUT ROWID;
CREATE TABLE advisory (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, part TEXT NOT NULL, source INTEGER NOT NULL,
  feed INTEGER, modified TEXT, withdrawn TEXT, head TEXT NOT NULL
);
CREATE UNIQUE INDEX advisory_name ON advisory (name, part);
CREATE TABLE tail (id INTEGER PRIMARY KEY, data NOT NULL);
CREATE TABLE mention (
  advisory INTEGER NOT NULL, package INTEGER NOT NULL, PRIMARY KEY (advisory, package)
) WITHOUT ROWID;
CREATE TABLE alias (
  name TEXT NOT NULL, advisory INTEGER NOT NULL, PRIMARY KEY (name, advisory)
) WITHOUT ROWID;
CREATE TABLE kev (cve INTEGER PRIMARY KEY, added TEXT NOT NULL, ransomware INTEGER NOT NULL);
CREATE TABLE epss (cve INTEGER PRIMARY KEY, score INTEGER NOT NULL);
CREATE TABLE cve (cve INTEGER PRIMARY KEY, rank INTEGER NOT NULL, data TEXT NOT NULL);
`;

/**
 * What arrives while a file is written, in a file of its own: names and entries that are new, and which
 * entries are gone. Both a new file and a changed one are put together from it at the end.
 */
export const stageSchema = `
CREATE TABLE stage.package (
  ecosystem INTEGER NOT NULL, name TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (ecosystem, name)
) WITHOUT ROWID;
CREATE TABLE stage.affected (package, advisory, ordinal, body, tail, bound);
CREATE TABLE stage.alias (name, advisory);
CREATE TABLE stage.gone (
  package INTEGER NOT NULL, advisory INTEGER NOT NULL, PRIMARY KEY (package, advisory)
) WITHOUT ROWID;
`;

/** Built last, from sorted rows: cheaper than keeping it in order while rows arrive. */
export const lateIndexes = `
CREATE UNIQUE INDEX IF NOT EXISTS package_id ON package (id);
`;
