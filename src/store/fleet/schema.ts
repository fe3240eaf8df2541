// The tables of the fleet's store, as steps that only go forward: a step that was released never
// changes again. Both backends run the same steps; `{events}` and `{id}` are what they say differently.

import { houseStep } from './schema-house.ts';

interface Step {
  readonly version: number;
  readonly text: string;
}

/**
 * `stream` is what makes sending again harmless: its row is locked, everything up to `acknowledged` is
 * in the store. Events carry the day of their receipt: no node's clock decides what is forgotten.
 * `flow` holds sums, the newest of a day in place of those before.
 */
const steps: readonly Step[] = [
  {
    version: 1,
    text: `
CREATE TABLE token (
  hash text PRIMARY KEY, role text NOT NULL, label text NOT NULL, uses_left bigint,
  until_us bigint, created_us bigint NOT NULL
);
CREATE TABLE agent (
  id text PRIMARY KEY, node text NOT NULL, secret text UNIQUE, next_secret text UNIQUE,
  enrolled_us bigint NOT NULL, seen_us bigint, revoked bigint NOT NULL DEFAULT 0, health text,
  ahead_us bigint, records bigint NOT NULL DEFAULT 0, missing bigint NOT NULL DEFAULT 0,
  set_aside bigint NOT NULL DEFAULT 0
);
CREATE TABLE stream (
  agent text NOT NULL, name text NOT NULL, acknowledged bigint NOT NULL,
  PRIMARY KEY (agent, name)
);
CREATE TABLE run (
  id {id}, agent text NOT NULL, container text NOT NULL, name text, image text,
  reference text, team text, first_us bigint NOT NULL, last_us bigint NOT NULL,
  alive bigint NOT NULL, received_us bigint NOT NULL, value text NOT NULL,
  UNIQUE (agent, container)
);
CREATE INDEX run_image ON run (image, first_us);
CREATE INDEX run_first ON run (first_us, id);
CREATE INDEX run_name ON run (name);
CREATE TABLE detection (
  id {id_of_event}, day bigint NOT NULL, agent text NOT NULL, stream text NOT NULL,
  sequence bigint NOT NULL, container text, time_us bigint NOT NULL, rule text NOT NULL,
  priority text NOT NULL, value text NOT NULL, PRIMARY KEY ({day}id)
){events};
CREATE INDEX detection_time ON detection (time_us);
CREATE INDEX detection_container ON detection (container);
CREATE TABLE flow (
  day bigint NOT NULL, agent text NOT NULL, container text NOT NULL, direction text NOT NULL,
  protocol text NOT NULL, port bigint NOT NULL, remote text NOT NULL, name text,
  flows bigint NOT NULL, sent bigint NOT NULL, received bigint NOT NULL, first_us bigint NOT NULL,
  last_us bigint NOT NULL,
  PRIMARY KEY (agent, container, direction, protocol, port, remote, day)
){events};
CREATE TABLE loss (
  day bigint NOT NULL, agent text NOT NULL, container text NOT NULL, what text NOT NULL,
  count bigint, from_us bigint NOT NULL, to_us bigint NOT NULL, why text NOT NULL,
  PRIMARY KEY (agent, container, what, from_us, to_us, day)
){events};
CREATE TABLE set_aside (
  id {id}, agent text NOT NULL, stream text NOT NULL, sequence bigint, why text NOT NULL,
  value text NOT NULL, received_us bigint NOT NULL
);
CREATE TABLE in_use (
  agent text NOT NULL, container text NOT NULL, purl text NOT NULL, received_us bigint NOT NULL,
  PRIMARY KEY (agent, container, purl)
);
CREATE TABLE image (
  id text PRIMARY KEY, reference text, digest text, received_us bigint NOT NULL,
  value bytea NOT NULL
);
CREATE TABLE image_package (
  image text NOT NULL, type text NOT NULL, name text NOT NULL, version text NOT NULL,
  purl text NOT NULL, PRIMARY KEY (image, purl, name)
);
CREATE INDEX image_package_name ON image_package (name, type)`,
  },
  {
    version: 2,
    text: `
CREATE TABLE finding (
  image text NOT NULL, advisory text NOT NULL, purl text NOT NULL, severity text NOT NULL,
  PRIMARY KEY (image, advisory, purl)
);
CREATE INDEX finding_advisory ON finding (advisory);
CREATE TABLE work (
  id {id}, kind text NOT NULL, subject text NOT NULL, due_us bigint NOT NULL, owner text,
  until_us bigint, tries bigint NOT NULL DEFAULT 0, done_us bigint, why text
);
CREATE UNIQUE INDEX work_open ON work (kind, subject) WHERE done_us IS NULL;
CREATE INDEX work_due ON work (due_us) WHERE done_us IS NULL;
CREATE TABLE round (revision text PRIMARY KEY, begun_us bigint NOT NULL)`,
  },
  {
    version: 3,
    text: `
ALTER TABLE token ADD COLUMN teams text;
CREATE TABLE login (
  state text PRIMARY KEY, browser text NOT NULL, nonce text NOT NULL, verifier text NOT NULL,
  goal text NOT NULL, until_us bigint NOT NULL
);
CREATE TABLE session (
  hash text PRIMARY KEY, subject text NOT NULL, name text NOT NULL, role text NOT NULL,
  teams text, created_us bigint NOT NULL, until_us bigint NOT NULL
)`,
  },
  {
    // Pages over ten million runs: `ran` is what would be counted over them; each filter has its order.
    version: 4,
    text: `
CREATE TABLE ran (
  agent text NOT NULL, image text NOT NULL, reference text NOT NULL, team text NOT NULL,
  runs bigint NOT NULL, first_us bigint NOT NULL, last_us bigint NOT NULL,
  newest_us bigint NOT NULL, PRIMARY KEY (agent, image, reference, team)
){sums};
INSERT INTO ran (agent, image, reference, team, runs, first_us, last_us, newest_us)
  SELECT agent, coalesce(image, ''), coalesce(reference, ''), coalesce(team, ''), count(*),
    min(first_us), max(last_us), max(first_us) FROM run
  GROUP BY agent, coalesce(image, ''), coalesce(reference, ''), coalesce(team, '');
CREATE INDEX ran_image ON ran (image);
DROP INDEX run_name;
CREATE INDEX run_name ON run (name{bytewise});
CREATE INDEX run_short ON run ((substr(container, 1, 12)){bytewise});
CREATE INDEX run_agent ON run (agent, first_us);
CREATE INDEX run_team ON run (team, first_us) WHERE team IS NOT NULL;
CREATE INDEX run_alive ON run (first_us, id, image) WHERE alive = 1;
{detection_number}
DROP INDEX detection_time;
DROP INDEX detection_container;
CREATE INDEX detection_container ON detection (container, id);
CREATE INDEX detection_agent ON detection (agent, id);
CREATE INDEX detection_priority ON detection (priority, id)`,
  },
  {
    version: 5,
    text: `
ALTER TABLE round ADD COLUMN built_us bigint NOT NULL DEFAULT 0;
CREATE TABLE duty (name text PRIMARY KEY, owner text NOT NULL, until_us bigint NOT NULL);
CREATE TABLE notice (
  id {id}, agent text NOT NULL, container text, time_us bigint NOT NULL, value text NOT NULL,
  owner text, until_us bigint, received_us bigint NOT NULL
);
CREATE TABLE change (
  id {id}, at_us bigint NOT NULL, caller text, role text, address text NOT NULL,
  method text NOT NULL, path text NOT NULL, status bigint NOT NULL
)`,
  },
  {
    // The dashboard over a fleet: images with their reports, a score a day, what happens now for all
    // replicas, what was done to containers. The rounds begin anew: each image gets its report.
    version: 6,
    text: `
CREATE TABLE catalogue (
  id text PRIMARY KEY, reference text NOT NULL, digest text, os text, packages bigint, letter text,
  score bigint, summary text, fixes text, scanned_us bigint, value bytea
);
INSERT INTO catalogue (id, reference) SELECT image, max(reference) FROM ran
  WHERE image <> '' GROUP BY image;
CREATE INDEX catalogue_reference ON catalogue (reference{bytewise}, id{bytewise});
DELETE FROM round;
CREATE TABLE score (
  day text PRIMARY KEY, score bigint NOT NULL, letter text NOT NULL, images bigint NOT NULL
);
CREATE {unlogged}TABLE live (
  id {id}, tx bigint NOT NULL DEFAULT {transaction}, kind text NOT NULL, agent text, container text,
  value text NOT NULL
);
CREATE INDEX live_place ON live (tx, id);
INSERT INTO live (kind, value) VALUES ('begin', '');
CREATE TABLE response (
  agent text NOT NULL, id text NOT NULL, container text NOT NULL, action text NOT NULL,
  state text NOT NULL, asked_by text, at_us bigint NOT NULL, until_us bigint, taken_us bigint,
  value text NOT NULL, PRIMARY KEY (agent, id)
);
CREATE INDEX response_at ON response (at_us);
CREATE INDEX response_container ON response (container, at_us);
CREATE UNIQUE INDEX response_open ON response (agent, container, action) WHERE state = 'waiting';
ALTER TABLE agent ADD COLUMN by_hand text;
ALTER TABLE agent ADD COLUMN asked_us bigint;
ALTER TABLE change ADD COLUMN what text`,
  },
  {
    /*
     * Sums without agents, so that a question reads one row an image: what a commit adds goes to
     * `ran_change`, where servers never wait for one another, and is folded into `ran` soon. Images and
     * packages have numbers; which images hold a package (`held`) or have a flaw (`flawed`) are bitmaps of
     * 4096 images each. Each filter that narrows another has its order in one index.
     */
    version: 7,
    text: `
CREATE TABLE image_number (number {id}, image text NOT NULL UNIQUE);
INSERT INTO image_number (image)
  SELECT image FROM ran UNION SELECT id FROM image UNION SELECT image FROM image_package
  UNION SELECT image FROM finding;
DROP INDEX ran_image;
ALTER TABLE ran RENAME TO ran_of_agent;
CREATE TABLE ran (
  image bigint NOT NULL, reference text NOT NULL, team text NOT NULL, runs bigint NOT NULL,
  alive bigint NOT NULL, first_us bigint NOT NULL, last_us bigint NOT NULL,
  newest_us bigint NOT NULL, PRIMARY KEY (image, reference, team)
){sums};
INSERT INTO ran (image, reference, team, runs, alive, first_us, last_us, newest_us)
  SELECT n.number, o.reference, o.team, sum(o.runs), 0, min(o.first_us), max(o.last_us),
    max(o.newest_us) FROM ran_of_agent o JOIN image_number n ON n.image = o.image
  GROUP BY n.number, o.reference, o.team;
UPDATE ran SET alive = living.alive FROM (
  SELECT n.number, coalesce(r.reference, '') AS reference, coalesce(r.team, '') AS team,
    count(*) AS alive FROM run r JOIN image_number n ON n.image = coalesce(r.image, '')
  WHERE r.alive = 1 GROUP BY n.number, coalesce(r.reference, ''), coalesce(r.team, '')
) living WHERE ran.image = living.number AND ran.reference = living.reference
  AND ran.team = living.team;
DROP TABLE ran_of_agent;
CREATE INDEX ran_newest ON ran (newest_us);
CREATE TABLE ran_change (
  id {id}, image bigint NOT NULL, reference text NOT NULL, team text NOT NULL,
  runs bigint NOT NULL, alive bigint NOT NULL, first_us bigint NOT NULL, last_us bigint NOT NULL,
  newest_us bigint NOT NULL
);
CREATE VIEW ran_now AS
  SELECT image, reference, team, runs, alive, first_us, last_us, newest_us FROM ran
  UNION ALL
  SELECT image, reference, team, runs, alive, first_us, last_us, newest_us FROM ran_change;
CREATE TABLE package (
  number {id}, purl text NOT NULL, type text NOT NULL, version text NOT NULL,
  UNIQUE (purl, type, version)
);
INSERT INTO package (purl, type, version)
  SELECT DISTINCT purl, type, version FROM image_package;
CREATE TABLE known_as (
  name text NOT NULL, package bigint NOT NULL, PRIMARY KEY (name, package)
);
INSERT INTO known_as (name, package)
  SELECT DISTINCT i.name, p.number FROM image_package i
  JOIN package p ON p.purl = i.purl AND p.type = i.type AND p.version = i.version;
CREATE TABLE held (
  package bigint NOT NULL, segment bigint NOT NULL, bits bytea NOT NULL, place bigint NOT NULL,
  PRIMARY KEY (package, segment)
){sums};
INSERT INTO held (package, segment, bits, place)
  SELECT package, segment, {bytes_of_bits}, 0 FROM (
    SELECT package, segment, {bits_of_places} AS bits FROM (
      SELECT p.number AS package, n.number / 4096 AS segment, n.number % 4096 AS place
      FROM image_package i JOIN image_number n ON n.image = i.image
      JOIN package p ON p.purl = i.purl AND p.type = i.type AND p.version = i.version
    ) m GROUP BY package, segment
  ) g;
INSERT INTO package (purl, type, version)
  SELECT DISTINCT purl, '', '' FROM finding f
  WHERE NOT EXISTS (SELECT 1 FROM package p WHERE p.purl = f.purl);
ALTER TABLE finding RENAME TO finding_of_text;
DROP INDEX finding_advisory;
CREATE TABLE finding (
  image bigint NOT NULL, advisory text NOT NULL, package bigint NOT NULL, severity text NOT NULL,
  PRIMARY KEY (image, advisory, package)
){clustered};
INSERT INTO finding (image, advisory, package, severity)
  SELECT n.number, f.advisory, min(p.number), min(f.severity) FROM finding_of_text f
  JOIN image_number n ON n.image = f.image JOIN package p ON p.purl = f.purl
  GROUP BY n.number, f.advisory, f.purl;
CREATE TABLE flawed (
  advisory text NOT NULL, segment bigint NOT NULL, bits bytea NOT NULL, place bigint NOT NULL,
  PRIMARY KEY (advisory, segment)
){sums};
INSERT INTO flawed (advisory, segment, bits, place)
  SELECT advisory, segment, {bytes_of_bits}, 0 FROM (
    SELECT advisory, segment, {bits_of_places} AS bits FROM (
      SELECT advisory, image / 4096 AS segment, image % 4096 AS place FROM finding
    ) m GROUP BY advisory, segment
  ) g;
DROP TABLE finding_of_text;
DROP TABLE image_package;
ALTER TABLE detection ADD COLUMN team text;
UPDATE detection SET team = r.team FROM run r
  WHERE r.agent = detection.agent AND r.container = detection.container AND r.team IS NOT NULL;
CREATE INDEX detection_team ON detection (team, id);
CREATE TABLE untold (
  agent text NOT NULL, container text NOT NULL, received_us bigint NOT NULL,
  PRIMARY KEY (agent, container)
);
DROP INDEX run_image;
CREATE INDEX run_image ON run (
  (substr(coalesce(image, ''), 8, 12)){bytewise}, (coalesce(team, '')){bytewise}, first_us, id
);
DROP INDEX run_agent;
CREATE INDEX run_agent ON run (agent, first_us, id, team);
CREATE INDEX run_agent_image ON run (
  agent, (substr(coalesce(image, ''), 8, 12)){bytewise}, first_us, id
);
DROP INDEX run_team;
CREATE INDEX run_team ON run (team, first_us, id) WHERE team IS NOT NULL;
DROP INDEX run_alive;
CREATE INDEX run_alive ON run (first_us, id, agent, team, image) WHERE alive = 1;
CREATE INDEX run_ended ON run (last_us, first_us, id) WHERE alive = 0{analyze}`,
  },
  {
    // When each image was judged, by number and narrow: who keeps reports asks what of them is old. Sums
    // of each team: a page that counts all runs reads one row a team.
    version: 8,
    text: `
CREATE TABLE judged (image bigint PRIMARY KEY, judged_us bigint NOT NULL);
INSERT INTO judged (image, judged_us)
  SELECT n.number, c.scanned_us FROM catalogue c JOIN image_number n ON n.image = c.id
  WHERE c.scanned_us IS NOT NULL;
CREATE TABLE ran_total (
  team text PRIMARY KEY, runs bigint NOT NULL, alive bigint NOT NULL
){sums};
INSERT INTO ran_total (team, runs, alive) SELECT team, sum(runs), sum(alive) FROM ran GROUP BY team;
CREATE VIEW ran_total_now AS
  SELECT team, runs, alive FROM ran_total
  UNION ALL
  SELECT team, runs, alive FROM ran_change;
{blocks_by_time}`,
  },
  houseStep,
];

/** The newest version. */
export const schemaVersion = 9;

/** The statements of the steps behind `from` up to `to`, in the words of one backend. */
export function stepsAfter(
  from: number,
  words: Readonly<Record<string, string>>,
  to: number = schemaVersion,
): readonly { readonly version: number; readonly statements: readonly string[] }[] {
  return steps
    .filter(({ version }) => version > from && version <= to)
    .map(({ version, text }) => ({
      version,
      statements: text
        .replaceAll(/\{(\w+)\}/g, (_, name: string) => words[name] ?? '')
        .split(';')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    }));
}
