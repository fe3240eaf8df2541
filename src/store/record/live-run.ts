// A run in the recorder's memory: lines that are committed and not yet in a chunk, files that ran, and
// sums of flows. What is here can always be made again from the journal.
import type { ContainerRun } from '../../model/container.ts';
import type { FlowRecord, RawRecord, StartedBy } from '../../model/timeline.ts';
import { isSameRun, type RunBefore } from './run-row.ts';

/** The run that holds what happens outside of containers. */
export const hostId = 'host';

/** Files of one run that count as used; a runaway container loads no more different ones. */
const filesPerRun = 8192;
/** Own addresses of one run that are kept; pods and containers have one for each network and family. */
const addressesPerRun = 8;
const nowhere = /^(?:127\.|0\.0\.0\.0$|::$|::1$|::ffff:127\.|fe80:)/;
/** Different peers of one run between two chunks; beyond it they are summed under `*`. */
const peersPerRun = 512;

export interface PeerSum {
  readonly direction: number;
  readonly protocol: string;
  readonly port: number;
  readonly remote: string;
  name: string | null;
  flows: number;
  sent: number;
  received: number;
  firstNs: bigint;
  lastNs: bigint;
}

function isBelow(path: string, folder: string): boolean {
  return (
    folder !== '/' && path.startsWith(folder) && ['/', undefined].includes(path[folder.length])
  );
}

export class LiveRun {
  readonly containerId: string;
  /** Times of lines count from here. */
  baseNs: bigint;
  /** The row of `run`; null until it is committed. */
  row: number | null = null;
  /** The row of `image`. */
  image: number | null = null;
  useSet: number | null = null;
  run: ContainerRun | null = null;
  startedBy: StartedBy | null = null;
  /** What another recorder wrote of it, or this one before it was forgotten; null: nobody did. */
  before: RunBefore | null = null;
  alive = true;
  /** The row does not yet tell what `run` tells. */
  dirty = true;
  /** Committed text that is in no chunk. */
  lines: string[] = [];
  bytes = 0;
  records = 0;
  firstOrder = 0;
  lastOrder = 0;
  firstNs = 0n;
  lastNs = 0n;
  /** Monotonic time of the first line of `lines`, and of the last change. */
  openedNs = 0n;
  touchedNs = 0n;
  /** Files that ran and are not in the in-use set yet. */
  readonly files = new Set<string>();
  filesSeen = 0;
  readonly peers = new Map<string, PeerSum>();
  /** Its own ends of its flows: who names a container before its start does not know them yet. */
  readonly addresses = new Set<string>();

  constructor(containerId: string, baseNs: bigint) {
    this.containerId = containerId;
    this.baseNs = baseNs;
  }

  /** Takes a committed line. */
  hold(line: string, at: { order: number; timeNs: bigint; nowNs: bigint }): void {
    if (this.records === 0) {
      this.firstOrder = at.order;
      this.firstNs = at.timeNs;
      this.lastNs = at.timeNs;
      this.openedNs = at.nowNs;
    }
    this.lines.push(line);
    this.bytes += line.length + 1;
    this.records += 1;
    this.lastOrder = at.order;
    if (at.timeNs < this.firstNs) this.firstNs = at.timeNs;
    if (at.timeNs > this.lastNs) this.lastNs = at.timeNs;
  }

  /** Its lines are in a chunk. */
  released(): void {
    this.lines = [];
    this.bytes = 0;
    this.records = 0;
    this.files.clear();
    this.peers.clear();
  }

  /** What is known of the run now; what was known better before stays. */
  take(run: ContainerRun, startedBy: StartedBy | null): void {
    const { before } = this;
    this.startedBy = startedBy ?? this.startedBy;
    this.run = run;
    if (before === null || !isSameRun(before, run)) return;
    this.startedBy ??= before.startedBy;
    const { naming, startedAtNs, grade, addresses } = before;
    for (const address of addresses) this.#own(address);
    this.run = {
      ...run,
      // Whoever begins to watch finds it running: it was named in time for all that.
      naming: run.naming === 'after-start' ? naming : run.naming,
      startedAtNs: startedAtNs ?? run.startedAtNs,
      grade: run.grade ?? grade,
    };
  }

  /** What a record says beside its line: files that ran, peers. */
  note(record: RawRecord): void {
    if (record.kind === 'process') {
      if (record.how === 'exec' && record.path !== null && record.isUpperLayer !== true) {
        this.#use(record.path);
      }
    } else if (record.kind === 'library') {
      if (record.isUpperLayer !== true) this.#use(record.path);
    } else if (record.kind === 'flow') this.#sum(record);
  }

  #use(path: string): void {
    // What was mounted over the image is not of it.
    if (this.run?.identity.mounts.some(({ destination }) => isBelow(path, destination))) return;
    if (this.files.has(path) || this.filesSeen >= filesPerRun) return;
    this.files.add(path);
    this.filesSeen += 1;
  }

  /** What the row tells: the run with its addresses. */
  told(): ContainerRun | null {
    if (this.run === null || this.addresses.size === 0) return this.run;
    const { identity } = this.run;
    const known = [...new Set([...identity.network.addresses, ...this.addresses])];
    const network = { ...identity.network, addresses: known };
    return { ...this.run, identity: { ...identity, network } };
  }

  /** Addresses of the host are not its own. */
  #own(address: string): void {
    if (this.addresses.has(address) || this.addresses.size >= addressesPerRun) return;
    if (this.run === null || this.run.identity.network.mode === 'host') return;
    if (nowhere.test(address)) return;
    this.addresses.add(address);
    this.dirty = true;
  }

  #sum(flow: FlowRecord): void {
    this.#own(flow.local.address);
    const isIn = flow.direction === 'in';
    const port = (isIn ? flow.local.port : flow.remote.port) ?? 0;
    const head = `${isIn ? 1 : 0} ${flow.protocol} ${port}`;
    let remote = flow.remote.address;
    if (this.peers.size >= peersPerRun && !this.peers.has(`${head} ${remote}`)) remote = '*';
    const key = `${head} ${remote}`;
    let sum = this.peers.get(key);
    if (sum === undefined) {
      sum = {
        direction: isIn ? 1 : 0,
        protocol: flow.protocol,
        port,
        remote,
        name: null,
        flows: 0,
        sent: 0,
        received: 0,
        firstNs: flow.timeNs,
        lastNs: flow.timeNs,
      };
      this.peers.set(key, sum);
    }
    // A flow is told at its beginning and at its end: counted once, at the beginning.
    if (flow.phase === 'opened') sum.flows += 1;
    sum.name = flow.remote.hostName ?? sum.name;
    sum.sent += flow.bytesSent ?? 0;
    sum.received += flow.bytesReceived ?? 0;
    if (flow.timeNs < sum.firstNs) sum.firstNs = flow.timeNs;
    if (flow.timeNs > sum.lastNs) sum.lastNs = flow.timeNs;
  }
}
