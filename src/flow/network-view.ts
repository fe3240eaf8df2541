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
  count: number;
  bytesSent: number;
  bytesReceived: number;
  firstNs: bigint;
  lastNs: bigint;
}

const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Nodes and flows, each pair once for each port.
 * @param most peers that were asked for: as many as that may not be all
 */
export function networkView(found: readonly RunPeer[], most: number): NetworkView {
  const nodes = new Map<string, NetworkNode>();
  const owners = new Map<string, string>();
  for (const { run } of found) {
    const { id, name, network } = run.run.identity;
    nodes.set(id, { id, name: name ?? id.slice(0, 12), kind: 'container', ...workloadOf(run) });
    // The newest run of an address is the one that has it now.
    for (const address of network.addresses) {
      if (!owners.has(address)) owners.set(address, id);
    }
  }
  const sums = new Map<string, Sum>();
  for (const { run, peer } of found) {
    const own = run.run.identity.id;
    const other = nodeOf(peer, owners, nodes);
    const [from, to] = peer.direction === 'out' ? [own, other] : [other, own];
    const key = `${from} ${to} ${peer.protocol} ${peer.port}`;
    const known = sums.get(key);
    // Both ends of a flow between two containers tell of it: it is one flow.
    if (known === undefined) sums.set(key, sumOf({ from, to }, peer));
    else if (peer.direction === 'out') add(known, peer);
  }
  return {
    nodes: [...nodes.values()],
    flows: [...sums.values()].map(({ firstNs, lastNs, ...flow }) => ({
      ...flow,
      firstAt: timeText(firstNs),
      lastAt: timeText(lastNs),
    })),
    truncated: found.length >= most,
  };
}

function workloadOf({ run }: RunPeer['run']): Pick<NetworkNode, 'workload'> {
  return { workload: run.workload };
}

function nodeOf(
  { remote, name }: RunPeer['peer'],
  owners: ReadonlyMap<string, string>,
  nodes: Map<string, NetworkNode>,
): string {
  const owner = owners.get(remote);
  if (owner !== undefined) return owner;
  const kind = loopback.test(remote) ? 'host' : 'external';
  const id = kind === 'host' ? 'host' : `address:${remote}`;
  if (!nodes.has(id)) {
    const shown = kind === 'host' ? 'this machine' : (name ?? remote);
    nodes.set(id, { id, name: shown, kind, workload: null });
  }
  return id;
}

function sumOf(ends: { from: string; to: string }, peer: RunPeer['peer']): Sum {
  const { protocol, port, flows, sent, received, firstNs, lastNs } = peer;
  const bytes = { bytesSent: sent, bytesReceived: received };
  return { ...ends, protocol, port, count: flows, ...bytes, firstNs, lastNs };
}

function add(sum: Sum, { flows, sent, received, firstNs, lastNs }: RunPeer['peer']): void {
  sum.count += flows;
  sum.bytesSent += sent;
  sum.bytesReceived += received;
  if (firstNs < sum.firstNs) sum.firstNs = firstNs;
  if (lastNs > sum.lastNs) sum.lastNs = lastNs;
}
