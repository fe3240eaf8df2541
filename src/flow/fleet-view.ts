// What a node told of a run, as the record of one machine has it: pages of both are made by the same code.
import type { ContainerEngine, ContainerRun } from '../model/container.ts';
import type { FleetFlow, FleetRun } from '../model/fleet.ts';
import type { StoredFleetRun } from '../store/fleet/index.ts';
import type { Peer, StoredRun } from '../store/record/index.ts';

const engines: readonly ContainerEngine[] = ['docker', 'containerd', 'podman', 'cri-o'];

/** The run as a machine would have it; what nodes do not tell is unknown. */
export function storedRunOf({ id, node, run }: StoredFleetRun): StoredRun {
  return {
    id,
    run: containerRun(node, run),
    startedBy: null,
    firstSeenNs: nanoseconds(run.firstUs),
    lastSeenNs: nanoseconds(run.lastUs),
    alive: run.alive,
  };
}

function containerRun(node: string, run: FleetRun): ContainerRun {
  const { container, name, image, engine, command, ports, privileged } = run;
  return {
    identity: {
      id: container,
      engine: engines.find((one) => one === engine) ?? 'unknown',
      name,
      image,
      labels: new Map(),
      mounts: [],
      capabilities: null,
      privileged,
      network: { mode: run.networkMode ?? null, addresses: run.addresses ?? [], ports },
      user: null,
      command: command.length === 0 ? null : command,
      pidMode: null,
      pod: null,
      createdAtNs: null,
    },
    node,
    workload: run.workload,
    naming: run.namedBeforeStart ? 'before-start' : 'after-start',
    startedAtNs: run.startedUs === null ? null : nanoseconds(run.startedUs),
    endedAtNs: run.endedUs === null ? null : nanoseconds(run.endedUs),
    exitCode: run.exitCode,
    grade: run.grade,
  };
}

/** Sums of a peer as a machine would have them. */
export function peerOf(told: Omit<FleetFlow, 'kind' | 'container'>): Peer {
  const { direction, protocol, port, remote, name, flows, sent, received } = told;
  return {
    direction,
    protocol,
    port,
    remote,
    name,
    flows,
    sent,
    received,
    firstNs: nanoseconds(told.firstUs),
    lastNs: nanoseconds(told.lastUs),
  };
}

export function nanoseconds(us: number): bigint {
  return BigInt(us) * 1000n;
}

export function microseconds(ns: bigint): number {
  return Number(ns / 1000n);
}
