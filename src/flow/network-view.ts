// Who talks to whom, out of the recorded peers: containers, addresses outside, the host.
import type { Workload } from '../model/container.ts';
import type { RunPeer } from '../store/record/index.ts';
import { timeText } from './container-view.ts';

export interface NetworkNode {
  readonly id: string;
  readonly name: string;
  readonly kind: 'container' | 'external' | 'host';
  /** Null for what is no container. */
  readonly workload: Workload | null;
}

export interface NetworkFlow {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  /** The port that is served. */
  readonly port: number;
  readonly count: number;
  /** From `from` to `to`. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface NetworkView {
  readonly nodes: readonly NetworkNode[];
  readonly flows: readonly NetworkFlow[];
  /** More flows were recorded than are told. */
  readonly truncated: boolean;
}

interface Sum extends Omit<NetworkFlow, 'firstAt' | 'lastAt'> {
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

/**
 * Whose an address is. Every machine gives its bridges the same addresses: one of the own machine is meant
 * first, then one that only one container of the fleet has.
 */
class Owners {
  readonly #near = new Map<string, string>();
  readonly #anywhere = new Map<string, string | null>();
  readonly #machines = new Set<string>();

  add(node: string, address: string, id: string): void {
    this.#machines.add(node);
    const place = `${node}\n${address}`;
    // The newest run of an address is the one that has it now.
    if (this.#near.has(place)) return;
    this.#near.set(place, id);
    this.#anywhere.set(address, this.#anywhere.has(address) ? null : id);
  }

  of(node: string, address: string): string | undefined {
    return this.#near.get(`${node}\n${address}`) ?? this.#anywhere.get(address) ?? undefined;
  }

  get isOneMachine(): boolean {
    return this.#machines.size < 2;
  }
}

/** Where Docker's own name service answers in each container of a user's network. */
const engineNames = '127.0.0.11';
const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Nodes and flows, each pair once for each port.
 * @param most peers that were asked for: as many as that may not be all
 */
export function networkView(found: readonly RunPeer[], most: number): NetworkView {
  const nodes = new Map<string, NetworkNode>();
  const owners = new Owners();
  for (const { run } of found) {
    const { id, name, network } = run.run.identity;
    nodes.set(id, { id, name: name ?? id.slice(0, 12), kind: 'container', ...workloadOf(run) });
    for (const address of network.addresses) owners.add(run.run.node, address, id);
  }
  const asked = new Map<string, Sum>();
  const served = new Map<string, Sum>();
  for (const { run, peer } of found) {
    const own = run.run.identity.id;
    const other = isItself(run, peer) ? own : nodeOf({ run, peer }, owners, nodes);
    const [from, to] = peer.direction === 'out' ? [own, other] : [other, own];
    const key = `${from} ${to} ${peer.protocol} ${peer.port}`;
    const sums = peer.direction === 'out' ? asked : served;
    const known = sums.get(key);
    const sum = sumOf({ from, to }, peer);
    sums.set(key, known === undefined ? sum : added(known, sum));
  }
  // Both ends of a flow between two containers tell of it: it is one flow.
  const sums = new Map([...served, ...asked]);
  const told = [...sums.values()].filter((sum) => !isChoice(sum, sums));
  return {
    nodes: [...nodes.values()],
    flows: told.map(({ firstNs, lastNs, ...flow }) => ({
      ...flow,
      firstAt: timeText(firstNs),
      lastAt: timeText(lastNs),
    })),
    truncated: found.length >= most,
  };
}

/** A container with a network of its own reaches itself by the loopback, not the host. */
function isItself({ run }: RunPeer['run'], { remote }: RunPeer['peer']): boolean {
  return loopback.test(remote) && remote !== engineNames && run.identity.network.mode !== 'host';
}

/**
 * Resolvers connect a UDP socket without sending, to learn which address they would use (RFC 6724,
 * section 2): beside a TCP flow to the same port that is no flow.
 */
function isChoice(
  { from, to, protocol, port, bytesSent }: Sum,
  sums: ReadonlyMap<string, Sum>,
): boolean {
  return protocol === 'udp' && bytesSent === 0 && sums.has(`${from} ${to} tcp ${port}`);
}

function workloadOf({ run }: RunPeer['run']): Pick<NetworkNode, 'workload'> {
  return { workload: run.workload };
}

function nodeOf(
  { run, peer: { remote, name } }: RunPeer,
  owners: Owners,
  nodes: Map<string, NetworkNode>,
): string {
  const { node } = run.run;
  const owner = owners.of(node, remote);
  if (owner !== undefined) return owner;
  const kind = loopback.test(remote) ? 'host' : 'external';
  const hostId = owners.isOneMachine ? 'host' : `host:${node}`;
  const id = kind === 'host' ? hostId : `address:${remote}`;
  if (!nodes.has(id)) {
    const host = owners.isOneMachine ? 'this machine' : node;
    const shown = kind === 'host' ? host : (name ?? remote);
    nodes.set(id, { id, name: shown, kind, workload: null });
  }
  return id;
}

function sumOf(ends: { from: string; to: string }, peer: RunPeer['peer']): Sum {
  const { direction, protocol, port, flows, sent, received, firstNs, lastNs } = peer;
  const bytes =
    direction === 'out'
      ? { bytesSent: sent, bytesReceived: received }
      : { bytesSent: received, bytesReceived: sent };
  return { ...ends, protocol, port, count: flows, ...bytes, firstNs, lastNs };
}

function added(left: Sum, right: Sum): Sum {
  return {
    ...left,
    count: left.count + right.count,
    bytesSent: left.bytesSent + right.bytesSent,
    bytesReceived: left.bytesReceived + right.bytesReceived,
    firstNs: left.firstNs < right.firstNs ? left.firstNs : right.firstNs,
    lastNs: left.lastNs > right.lastNs ? left.lastNs : right.lastNs,
  };
}
