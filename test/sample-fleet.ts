// Records of made-up nodes, for tests of the fleet and for its benchmark.
import type {
  AgentHealth,
  FleetDetection,
  FleetFlow,
  FleetInventory,
  FleetRecord,
  FleetRun,
  NumberedRecord,
} from '../src/model/fleet.ts';
import type { AgentBatch } from '../src/store/fleet/index.ts';
import { detected, idOf, imageIdOf } from './sample-record.ts';

/** 2026-01-02T03:04:05Z. */
export const sampleUs = 1_767_323_045_000_000;

export function fleetRun(name: string, options: Partial<FleetRun> = {}): FleetRun {
  const reference = options.image?.reference ?? 'shop/api:1.2';
  return {
    kind: 'run',
    container: idOf(name),
    name,
    engine: 'docker',
    image: { reference, id: imageIdOf(reference), digest: null },
    workload: { user: 'ann', team: 'checkout', application: 'shop', environment: 'test' },
    command: ['node', 'server.js'],
    ports: ['0.0.0.0:8080->80/tcp'],
    privileged: false,
    namedBeforeStart: true,
    firstUs: sampleUs,
    lastUs: sampleUs,
    startedUs: sampleUs,
    endedUs: null,
    exitCode: null,
    alive: true,
    grade: null,
    ...options,
  };
}

export function fleetDetection(name: string, rule: string, timeUs = sampleUs): FleetDetection {
  const { detection } = detected(name, rule, BigInt(timeUs) * 1000n);
  return { kind: 'detection', container: idOf(name), timeUs, detection };
}

export function fleetFlow(name: string, remote: string, flows = 1): FleetFlow {
  return {
    kind: 'flow',
    container: idOf(name),
    direction: 'out',
    protocol: 'tcp',
    port: 443,
    remote,
    name: null,
    flows,
    sent: 1200 * flows,
    received: 34_000 * flows,
    firstUs: sampleUs,
    lastUs: sampleUs + flows,
  };
}

export function fleetInventory(reference: string, packages: readonly string[]): FleetInventory {
  return {
    kind: 'inventory',
    imageId: imageIdOf(reference),
    reference,
    digest: null,
    distribution: null,
    packages: packages.map((one) => {
      const [name = '', version = ''] = one.split('@');
      return {
        found: {
          purl: `pkg:deb/debian/${one}`,
          type: 'deb',
          namespace: 'debian',
          name,
          version,
          source: null,
          licences: [],
          locations: [],
          ownedBy: null,
          evidence: 'installed',
        },
        knownAs: [name],
      };
    }),
  };
}

export const health: AgentHealth = {
  version: '0.1.0',
  sentUs: sampleUs,
  spooledBytes: 0,
  dropped: 0,
};

/** A batch of records that follow one another, the first with number `after` + 1. */
export function fleetBatch(
  agent: string,
  after: number,
  records: readonly FleetRecord[],
  stream = 's1',
): AgentBatch {
  const numbered: NumberedRecord[] = records.map((record, index) => ({
    sequence: after + index + 1,
    record,
  }));
  return {
    agent,
    head: { stream, after, through: after + records.length, health },
    records: numbered,
    refused: [],
  };
}
