// The step that brings what nodes tell beside their record: decisions of gates, audits, and how often a
// detection was repeated. Rows replace themselves by their keys, so that what is told again changes nothing.

export const houseStep = {
  version: 9,
  text: `
CREATE TABLE repeated (
  agent text NOT NULL, container text NOT NULL, time_us bigint NOT NULL, rule text NOT NULL,
  count bigint NOT NULL, last_us bigint NOT NULL, received_us bigint NOT NULL,
  PRIMARY KEY (agent, container, time_us, rule)
);
CREATE INDEX repeated_received ON repeated (received_us);
CREATE TABLE decision (
  agent text NOT NULL, time_us bigint NOT NULL, id text NOT NULL, decision text NOT NULL,
  value text NOT NULL, received_us bigint NOT NULL, PRIMARY KEY (agent, time_us, id)
);
CREATE INDEX decision_time ON decision (time_us, agent, id);
CREATE INDEX decision_received ON decision (received_us);
CREATE TABLE decided (
  agent text NOT NULL, day text NOT NULL, decision text NOT NULL, count bigint NOT NULL,
  received_us bigint NOT NULL, PRIMARY KEY (agent, day, decision)
);
CREATE INDEX decided_day ON decided (day);
CREATE TABLE audit_run (
  agent text NOT NULL, target text NOT NULL, at_us bigint NOT NULL, audit text NOT NULL,
  score bigint NOT NULL, failed text NOT NULL, received_us bigint NOT NULL,
  PRIMARY KEY (agent, target, at_us)
);
CREATE INDEX audit_run_at ON audit_run (at_us);
CREATE TABLE audit_answer (
  agent text NOT NULL, audit text NOT NULL, target text NOT NULL, at_us bigint NOT NULL,
  value bytea NOT NULL, received_us bigint NOT NULL, PRIMARY KEY (agent, audit)
)`,
} as const;
