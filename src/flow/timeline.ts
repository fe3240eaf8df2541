// The walk "what did this container do": its run, its records as a tree and lists, its losses.
import { SeaworthyError } from '../base/error.ts';
import type { DetectionFacts, FileRecord, LossRecord, RawRecord } from '../model/timeline.ts';
import type {
  DetectionView,
  FileView,
  FlowView,
  LossView,
  ResponseView,
  TimelineView,
  UsedPackage,
} from '../model/timeline-view.ts';
import {
  type EventQuery,
  forgottenWhy,
  type Peer,
  type RecordReader,
  type StoredDetection,
  type StoredRun,
} from '../store/record/index.ts';
import { containerView, timeText } from './container-view.ts';
import { processTree } from './process-tree.ts';

/** Detections, losses, peers and files that one answer lists. */
const listed = 10_000;
/** Containers that may be meant by one word before the user is asked to be clearer. */
const meant = 6;

export interface TimelineRequest {
  /** The start of an id, or a name. */
  readonly container: string;
  readonly query: EventQuery;
}

/**
 * The timeline of one container, alive or dead. Throws `SeaworthyError` `not-found` when the record
 * knows none by this word, and `usage` when several ids begin with it.
 */
export function timelineOf(reader: RecordReader, request: TimelineRequest): TimelineView {
  const { stored, namesakes } = containerMeant(reader, request.container);
  const { events, truncated, damaged } = reader.events(stored.id, request.query);
  const records = events.map(({ record }) => record);
  const losses = reader.losses(stored, listed).map((loss) => lossView(loss, stored));
  const { identity } = stored.run;
  const hasAll = !truncated && losses.every(({ why }) => why !== forgottenWhy);
  const isFiltered = request.query.grep !== undefined;
  return {
    container: containerView(stored),
    startedBy: stored.startedBy,
    command: identity.command,
    ports: identity.network.ports,
    ...(identity.limits === undefined ? {} : { limits: identity.limits }),
    processes: processTree(records),
    files: filesOf(records),
    flows: hasAll || isNarrow(request.query) ? flowsOf(records) : peersOf(reader, stored),
    ...toldOf(reader.detections(stored.id, listed), request.query),
    losses: damaged === 0 ? losses : [...losses, damageLoss(stored, damaged)],
    packages: isFiltered ? null : packagesOf(reader, stored.id),
    events: records.length,
    truncated,
    rawOn: null,
    ...(isNarrow(request.query) ? { isNarrowed: true } : {}),
    namesakes,
  };
}

function isNarrow({ sinceNs, untilNs, grep }: EventQuery): boolean {
  return sinceNs !== undefined || untilNs !== undefined || grep !== undefined;
}

/** The run that a name or the start of an id means. Throws as `timelineOf` does. */
export function containerMeant(
  reader: RecordReader,
  word: string,
): { readonly stored: StoredRun; readonly namesakes: number } {
  const found = reader.find(word, 1000);
  const named = found.filter(({ run }) => run.identity.name === word);
  const first = named[0] ?? found[0];
  if (first === undefined) {
    throw new SeaworthyError('not-found', `the record knows no container ${word}`, {
      advice:
        'see `seaworthy containers` for those it knows, and give a name or the start of an id',
    });
  }
  if (named.length === 0 && found.length > 1) {
    const ids = found.slice(0, meant).map(({ run }) => run.identity.id.slice(0, 16));
    throw new SeaworthyError('usage', `${found.length} containers begin with ${word}`, {
      advice: `give more of the id: ${ids.join(', ')}`,
    });
  }
  return { stored: first, namesakes: Math.max(0, named.length - 1) };
}

interface FileSum extends Omit<FileView, 'count' | 'lastAt'> {
  count: number;
  lastAt: string;
}

/** One entry for each path and action, in the order of their first time. */
function filesOf(records: readonly RawRecord[]): readonly FileView[] {
  const sums = new Map<string, FileSum>();
  for (const record of records) {
    if (record.kind !== 'file') continue;
    const key = `${record.action}\0${record.path}\0${record.to ?? ''}`;
    const sum = sums.get(key);
    if (sum !== undefined) {
      sum.count += 1;
      sum.lastAt = timeText(record.timeNs);
    } else if (sums.size < listed) sums.set(key, newSum(record));
  }
  return [...sums.values()];
}

function newSum({ path, action, to, pid, timeNs }: FileRecord): FileSum {
  const at = timeText(timeNs);
  return { path, action, to, count: 1, firstAt: at, lastAt: at, pid };
}

/** From the records: all of them are there. */
function flowsOf(records: readonly RawRecord[]): readonly FlowView[] {
  const sums = new Map<string, FlowView>();
  const join = (one: FlowView): void => {
    const key = `${one.direction} ${one.protocol} ${one.port} ${one.remote}`;
    const known = sums.get(key);
    if (known === undefined && sums.size >= listed) return;
    sums.set(key, known === undefined ? one : joined(known, one));
  };
  for (const record of records) addFlow(record, join);
  return [...sums.values()];
}

/** As the recorder summed them: they outlive the records. */
function peersOf(reader: RecordReader, stored: StoredRun): readonly FlowView[] {
  return reader.peers(stored.id, listed).map(peerView);
}

function addFlow(record: RawRecord, join: (one: FlowView) => void): void {
  if (record.kind !== 'flow') return;
  const at = timeText(record.timeNs);
  const isIn = record.direction === 'in';
  join({
    direction: record.direction,
    protocol: record.protocol,
    port: (isIn ? record.local.port : record.remote.port) ?? 0,
    remote: record.remote.address,
    name: record.remote.hostName,
    flows: record.phase === 'opened' ? 1 : 0,
    bytesSent: record.bytesSent ?? 0,
    bytesReceived: record.bytesReceived ?? 0,
    firstAt: at,
    lastAt: at,
  });
}

function joined(known: FlowView, one: FlowView): FlowView {
  return {
    ...known,
    name: one.name ?? known.name,
    flows: known.flows + one.flows,
    bytesSent: known.bytesSent + one.bytesSent,
    bytesReceived: known.bytesReceived + one.bytesReceived,
    lastAt: one.lastAt > known.lastAt ? one.lastAt : known.lastAt,
  };
}

/** Sums of a peer as a timeline tells them. */
export function peerView(peer: Peer): FlowView {
  return {
    direction: peer.direction,
    protocol: peer.protocol,
    port: peer.port,
    remote: peer.remote,
    name: peer.name,
    flows: peer.flows,
    bytesSent: peer.sent,
    bytesReceived: peer.received,
    firstAt: timeText(peer.firstNs),
    lastAt: timeText(peer.lastNs),
  };
}

/** Detections and responses of a timeline. */
interface Told {
  readonly detections: readonly DetectionView[];
  readonly responses: readonly ResponseView[];
}

export type ToldDetection = Omit<StoredDetection, 'id' | 'run'>;

/** What was detected, and what was done about it. */
export function toldOf(found: readonly ToldDetection[], query: EventQuery): Told {
  const needle = query.grep?.toLowerCase();
  const detections: DetectionView[] = [];
  const responses: ResponseView[] = [];
  for (const { timeNs, lastNs, detection, count } of found) {
    const isEarly = query.sinceNs !== undefined && lastNs < query.sinceNs;
    if (isEarly || (query.untilNs !== undefined && timeNs > query.untilNs)) continue;
    const text = `${detection.rule}\n${detection.output}`;
    if (needle !== undefined && !text.toLowerCase().includes(needle)) continue;
    const response = responseOf(detection, count);
    if (response !== null) responses.push(response);
    else detections.push({ ...detection, count, lastAt: timeText(lastNs) });
  }
  const undone = new Set(responses.flatMap((one) => (one.state === 'undone' ? [one.id] : [])));
  return {
    detections,
    // What was taken back later needs no way back.
    responses: responses.map((one) => (undone.has(one.id) ? { ...one, undo: null } : one)),
  };
}

/**
 * The exceptions that were proposed for detections as one rules file, each once; empty where there is
 * none.
 */
export function exceptionsOf({ detections }: TimelineView): string {
  const texts = detections.map(({ output_fields: fields }) => fields['seaworthy.exception']);
  return [...new Set(texts)].filter((text) => typeof text === 'string').join('\n');
}

/** Null for what is no response but a detection. */
function responseOf({ time, output_fields: fields }: DetectionFacts, count: number) {
  const text = (name: string): string | null => {
    const value = fields[name];
    return typeof value === 'string' ? value : null;
  };
  const action = text('seaworthy.response');
  if (action === null) return null;
  return {
    at: time,
    id: text('seaworthy.response.id'),
    action,
    state: text('seaworthy.response.state') ?? '',
    result: text('seaworthy.response.result') ?? '',
    because: text('seaworthy.response.because'),
    undo: text('seaworthy.undo'),
    count,
  } satisfies ResponseView;
}

export function lossView(loss: LossRecord, { firstSeenNs }: StoredRun): LossView {
  const { what, count, toNs, why, containerId } = loss;
  // Since ever: for a container that is since its own beginning.
  const fromNs = loss.fromNs === 0n ? firstSeenNs : loss.fromNs;
  return {
    what,
    count,
    from: timeText(fromNs),
    to: timeText(toNs),
    why,
    ownOnly: containerId !== null,
  };
}

function damageLoss({ firstSeenNs, lastSeenNs }: StoredRun, damaged: number): LossView {
  return {
    what: 'all',
    count: null,
    from: timeText(firstSeenNs),
    to: timeText(lastSeenNs),
    why: `${damaged} parts of the record are damaged and could not be read`,
    ownOnly: true,
  };
}

/** Null as long as not one of its files is mapped to a package. */
function packagesOf(reader: RecordReader, run: number): readonly UsedPackage[] | null {
  const files = reader.filesUsed(run);
  if (files.length === 0 || !files.some(({ mapped }) => mapped)) return null;
  const byPurl = Map.groupBy(files, ({ purl }) => purl ?? '');
  byPurl.delete('');
  return [...byPurl].map(([purl, own]) => ({ purl, files: own.map(({ path }) => path) }));
}
