// Records of nodes as rows of tables: of what replaces itself only the newest, so that one statement
// never meets a row twice.
import type { FleetInventory, FleetRecord, FleetRun } from '../../model/fleet.ts';
import type { SqlRow, SqlValue } from './sql.ts';

const dayUs = 86_400_000_000;

export type Row = readonly SqlValue[];

/** What the store has of a run: image, reference, team, alive. */
export type KnownRun = SqlRow;

/** Of a run among others. */
export function nameOf(agent: SqlValue | undefined, container: SqlValue | undefined): string {
  return `${String(agent)}\n${String(container)}`;
}

/** A record that the store does not have yet. */
export interface Fresh {
  readonly agent: string;
  readonly stream: string;
  readonly sequence: number;
  readonly record: FleetRecord;
}

/** Days since 1970. */
export function dayOf(us: number): number {
  return Math.floor(us / dayUs);
}

export interface Tables {
  readonly runs: Map<string, Row>;
  /** Without their team. */
  readonly detections: Row[];
  readonly flows: Map<string, Row>;
  readonly losses: Map<string, Row>;
  readonly uses: Map<string, Row>;
  readonly inventories: Map<string, FleetInventory>;
}

/** Rows by table; of what replaces itself only the newest. */
export function rowsOf(fresh: readonly Fresh[], nowUs: number): Tables {
  const tables: Tables = {
    runs: new Map(),
    detections: [],
    flows: new Map(),
    losses: new Map(),
    uses: new Map(),
    inventories: new Map(),
  };
  for (const one of fresh) addRow(tables, one, nowUs);
  return tables;
}

function addRow(tables: Tables, { agent, stream, sequence, record }: Fresh, nowUs: number): void {
  const day = dayOf(nowUs);
  switch (record.kind) {
    case 'run':
      tables.runs.set(`${agent}\n${record.container}`, runRow(agent, record, nowUs));
      return;
    case 'detection': {
      const { container, timeUs, detection } = record;
      const { rule, priority } = detection;
      const value = JSON.stringify(detection);
      tables.detections.push([
        day,
        agent,
        stream,
        sequence,
        container,
        timeUs,
        rule,
        priority.toLowerCase(),
        value,
      ]);
      return;
    }
    case 'flow': {
      const { container, direction, protocol, port, remote, name } = record;
      const key = `${agent}\n${container}\n${direction}\n${protocol}\n${port}\n${remote}`;
      const { flows, sent, received, firstUs, lastUs } = record;
      // Written out: this is the line that runs most.
      tables.flows.set(key, [
        day,
        agent,
        container,
        direction,
        protocol,
        port,
        remote,
        name,
        flows,
        sent,
        received,
        firstUs,
        lastUs,
      ]);
      return;
    }
    case 'loss': {
      const { container, what, count, fromUs, toUs, why } = record;
      const key = [agent, container ?? '', what, fromUs, toUs].join('\n');
      tables.losses.set(key, [day, agent, container ?? '', what, count, fromUs, toUs, why]);
      return;
    }
    case 'use':
      for (const purl of record.purls) {
        const { container } = record;
        tables.uses.set(`${agent}\n${container}\n${purl}`, [agent, container, purl, nowUs]);
      }
      return;
    case 'inventory':
      tables.inventories.set(record.imageId, record);
      return;
    // ingest-house.ts has their tables.
    case 'repeat':
    case 'decision':
    case 'decided':
    case 'audit':
    case 'audit-answer':
  }
}

function runRow(agent: string, run: FleetRun, nowUs: number): Row {
  const { container, name, image, workload, firstUs, lastUs, alive } = run;
  const { kind: _, ...value } = run;
  return [
    agent,
    container,
    name,
    image.id,
    image.reference,
    workload.team,
    firstUs,
    lastUs,
    alive ? 1 : 0,
    nowUs,
    JSON.stringify(value),
  ];
}

export const runTable = {
  table: 'run',
  columns: [
    ['agent', 'text'],
    ['container', 'text'],
    ['name', 'text'],
    ['image', 'text'],
    ['reference', 'text'],
    ['team', 'text'],
    ['first_us', 'bigint'],
    ['last_us', 'bigint'],
    ['alive', 'bigint'],
    ['received_us', 'bigint'],
    ['value', 'text'],
  ],
  tail: `ON CONFLICT (agent, container) DO UPDATE SET name = excluded.name, image = excluded.image,
    reference = excluded.reference, team = excluded.team, last_us = excluded.last_us,
    alive = excluded.alive, received_us = excluded.received_us, value = excluded.value`,
} as const;

export const detectionTable = {
  table: 'detection',
  columns: [
    ['day', 'bigint'],
    ['agent', 'text'],
    ['stream', 'text'],
    ['sequence', 'bigint'],
    ['container', 'text'],
    ['time_us', 'bigint'],
    ['rule', 'text'],
    ['priority', 'text'],
    ['value', 'text'],
    ['team', 'text'],
  ],
  tail: '',
} as const;

export const flowTable = {
  table: 'flow',
  columns: [
    ['day', 'bigint'],
    ['agent', 'text'],
    ['container', 'text'],
    ['direction', 'text'],
    ['protocol', 'text'],
    ['port', 'bigint'],
    ['remote', 'text'],
    ['name', 'text'],
    ['flows', 'bigint'],
    ['sent', 'bigint'],
    ['received', 'bigint'],
    ['first_us', 'bigint'],
    ['last_us', 'bigint'],
  ],
  tail: `ON CONFLICT (agent, container, direction, protocol, port, remote, day) DO UPDATE SET
    name = excluded.name, flows = excluded.flows, sent = excluded.sent,
    received = excluded.received, last_us = excluded.last_us`,
} as const;

export const lossTable = {
  table: 'loss',
  columns: [
    ['day', 'bigint'],
    ['agent', 'text'],
    ['container', 'text'],
    ['what', 'text'],
    ['count', 'bigint'],
    ['from_us', 'bigint'],
    ['to_us', 'bigint'],
    ['why', 'text'],
  ],
  tail: 'ON CONFLICT DO NOTHING',
} as const;

export const useTable = {
  table: 'in_use',
  columns: [
    ['agent', 'text'],
    ['container', 'text'],
    ['purl', 'text'],
    ['received_us', 'bigint'],
  ],
  tail: 'ON CONFLICT DO NOTHING',
} as const;
