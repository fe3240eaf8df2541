// The tables of the record. Raise `schemaVersion` with every change and write the step that brings a file
// of the version before forward; one without a step is set aside, never guessed at.

/** `SWRC`, in SQLite's `application_id`. */
export const applicationId = 0x53575243;
export const schemaVersion = 2;

/**
 * `run` is one container; what is alike in thousands of runs (image, labels, command, workload) lies
 * once in `facet`. `batch` is the journal: what was committed and is not yet in a `chunk` of its run.
 * `posting` holds sets as bitmaps of 4096 ids: `owner` is a package version, its members are images
 * (kind 0) or in-use sets (kind 1). `tally` counts the runs of images (kind 0) and of in-use sets.
 * A row of `detection` stands for `count` detections of one cause, the last one at `last_us`.
 * Times are microseconds since 1970: nanoseconds are no safe numbers.
 */
export const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE session (
  id INTEGER PRIMARY KEY, started_us INTEGER NOT NULL, heartbeat_us INTEGER NOT NULL,
  ended_us INTEGER
);
CREATE TABLE facet (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, value BLOB NOT NULL);
CREATE TABLE image (
  id INTEGER PRIMARY KEY, image_id TEXT NOT NULL UNIQUE, digest TEXT, reference TEXT,
  indexed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY, key INTEGER NOT NULL, container NOT NULL, name TEXT, image INTEGER,
  facet INTEGER NOT NULL, base_us INTEGER NOT NULL, created_us INTEGER, started_us INTEGER,
  ended_us INTEGER, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, exit_code INTEGER,
  naming INTEGER NOT NULL, grade TEXT, own TEXT, sealed_order INTEGER NOT NULL DEFAULT 0,
  use_set INTEGER, alive INTEGER NOT NULL, forgotten INTEGER NOT NULL DEFAULT 0,
  forgotten_us INTEGER
);
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, first_order INTEGER NOT NULL, last_order INTEGER NOT NULL,
  directory TEXT NOT NULL, value BLOB NOT NULL
);
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first_order INTEGER NOT NULL,
  last_order INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
  records INTEGER NOT NULL, value BLOB NOT NULL
);
CREATE INDEX chunk_run ON chunk (run, first_order);
CREATE TABLE detection (
  id INTEGER PRIMARY KEY, run INTEGER, time_us INTEGER NOT NULL, rule TEXT NOT NULL,
  priority TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL, last_us INTEGER NOT NULL
);
CREATE INDEX detection_run ON detection (run);
CREATE TABLE loss (
  id INTEGER PRIMARY KEY, run INTEGER, what TEXT NOT NULL, count INTEGER, from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL, why TEXT NOT NULL
);
CREATE INDEX loss_run ON loss (run);
CREATE INDEX loss_to ON loss (to_us);
CREATE TABLE peer (
  run INTEGER NOT NULL, direction INTEGER NOT NULL, protocol TEXT NOT NULL, port INTEGER NOT NULL,
  remote TEXT NOT NULL, name TEXT, flows INTEGER NOT NULL, sent INTEGER NOT NULL,
  received INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
  PRIMARY KEY (run, direction, protocol, port, remote)
) WITHOUT ROWID;
CREATE INDEX peer_remote ON peer (remote);
CREATE TABLE image_file (
  id INTEGER PRIMARY KEY, image INTEGER NOT NULL, path TEXT NOT NULL, version INTEGER,
  UNIQUE (image, path)
);
CREATE INDEX image_file_unmapped ON image_file (image) WHERE version IS NULL;
CREATE INDEX image_unindexed ON image (id) WHERE indexed = 0;
CREATE TABLE use_set (
  id INTEGER PRIMARY KEY, image INTEGER NOT NULL, files BLOB NOT NULL, posted INTEGER NOT NULL,
  UNIQUE (image, files)
);
CREATE TABLE distribution (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE package (
  id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (type, name)
);
CREATE TABLE known_as (
  name TEXT NOT NULL, package INTEGER NOT NULL, PRIMARY KEY (name, package)
) WITHOUT ROWID;
CREATE TABLE version (
  id INTEGER PRIMARY KEY, package INTEGER NOT NULL, version TEXT NOT NULL,
  distribution INTEGER NOT NULL, facts TEXT NOT NULL
);
CREATE UNIQUE INDEX version_facts ON version (package, version, distribution, facts);
CREATE TABLE posting (
  kind INTEGER NOT NULL, owner INTEGER NOT NULL, segment INTEGER NOT NULL, bits BLOB NOT NULL,
  PRIMARY KEY (kind, owner, segment)
) WITHOUT ROWID;
CREATE TABLE tally (
  kind INTEGER NOT NULL, segment INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, segment)
) WITHOUT ROWID;
`;

/** Made with the tables; bulk loads (the benchmark) make them afterwards. */
export const runIndexes = `
CREATE INDEX IF NOT EXISTS run_key ON run (key);
CREATE INDEX IF NOT EXISTS run_name ON run (name);
CREATE INDEX IF NOT EXISTS run_first ON run (first_us);
CREATE INDEX IF NOT EXISTS run_image ON run (image, first_us);
CREATE INDEX IF NOT EXISTS run_alive ON run (id) WHERE alive = 1;
`;

/**
 * What brings a file of a version forward to the next. A container's past must outlive an update of the
 * program that recorded it.
 */
export const steps: ReadonlyMap<number, string> = new Map([
  [
    1,
    `ALTER TABLE detection ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
     ALTER TABLE detection ADD COLUMN last_us INTEGER NOT NULL DEFAULT 0;
     UPDATE detection SET last_us = time_us;`,
  ],
]);

/** Made where they are missing, in files of older programs too: they hold nothing of their own. */
export const furtherIndexes = `
CREATE INDEX IF NOT EXISTS detection_time ON detection (time_us);
CREATE INDEX IF NOT EXISTS detection_priority ON detection (lower(priority));
CREATE INDEX IF NOT EXISTS run_ended ON run (last_us) WHERE alive = 0;
`;
