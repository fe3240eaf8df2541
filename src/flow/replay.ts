// The walk "what would these rules have said": captures, recordings and audit logs through the engine.

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../base/error.ts';
import { field, parseJson } from '../base/json.ts';
import { type AuditEvent, AuditReader, auditFields } from '../runtime/audit-log/index.ts';
import {
  type Detection,
  DetectionWriter,
  type FieldRegistry,
  type FlatEvent,
  flatEvent,
  flatFields,
  judgeOf,
  type LoadedRules,
  loadRulesOf,
  type Priority,
  type Rule,
  RuleEngine,
  type RulesFile,
  syscallFields,
} from '../runtime/rules/index.ts';
import { CaptureReader } from '../runtime/scap/index.ts';

/** Something that was recorded; `open` gives its bytes from the beginning. */
export interface Recording {
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface ReplayOptions {
  readonly files: readonly RulesFile[];
  readonly matching: 'first' | 'all';
  readonly hostname: string;
  /** Each detection as it happens. */
  detected(detection: Detection, recording: string): void;
}

/** `capture`: .scap; `events`: flat events or alerts, one JSON object a line; `audit`: Kubernetes. */
export type RecordingKind = 'capture' | 'events' | 'audit' | 'unknown';

/** A place of a recording that could not be read: byte of the capture, or line of the text. */
export interface ReplayProblem {
  readonly at: string;
  readonly reason: string;
}

export interface ReplayedRecording {
  readonly name: string;
  readonly kind: RecordingKind;
  /** Events that rules were asked about. */
  readonly events: number;
  readonly detections: number;
  /** Everything that was not understood, the first hundred. */
  readonly problems: readonly ReplayProblem[];
  readonly problemCount: number;
}

export interface ReplaySummary {
  readonly rules: number;
  readonly recordings: readonly ReplayedRecording[];
  /** By rule, the most frequent first. */
  readonly detections: readonly {
    readonly rule: string;
    readonly priority: Priority;
    readonly count: number;
  }[];
}

/** Loads rules of all sources that can be replayed. */
export function loadReplayRules(files: readonly RulesFile[]): LoadedRules {
  return loadRulesOf(files, new Map([['k8s_audit', judgeOf(auditFields)]]));
}

/** Replays recordings one after the other. Throws only what `open` throws. */
export async function replay(
  recordings: readonly Recording[],
  options: ReplayOptions,
): Promise<ReplaySummary> {
  const { rules } = loadReplayRules(options.files);
  const counts = new Map<string, { readonly priority: Priority; count: number }>();
  const told: ReplayedRecording[] = [];
  for (const recording of recordings) {
    let detections = 0;
    const detected = (detection: Detection): void => {
      const known = counts.get(detection.rule) ?? { priority: detection.priority, count: 0 };
      known.count += 1;
      counts.set(detection.rule, known);
      detections += 1;
      options.detected(detection, recording.name);
    };
    const read = await replayOne(recording, rules, { ...options, detected });
    told.push({ ...read, name: recording.name, detections });
  }
  const detections = [...counts]
    .map(([rule, { priority, count }]) => ({ rule, priority, count }))
    .toSorted((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
  return { rules: rules.length, recordings: told, detections };
}

type Read = Omit<ReplayedRecording, 'name' | 'detections'>;

interface Sink extends Omit<ReplayOptions, 'detected'> {
  readonly detected: (detection: Detection) => void;
}

async function replayOne(recording: Recording, rules: readonly Rule[], sink: Sink): Promise<Read> {
  const problems: ReplayProblem[] = [];
  const chunks = plainBytes(recording.open(), problems);
  const first = await chunks.next();
  const start: Uint8Array = first.done === true ? new Uint8Array(0) : first.value;
  const rest = (async function* all(): AsyncIterableIterator<Uint8Array> {
    yield start;
    yield* chunks;
  })();
  const kind = kindOf(start);
  const read =
    kind === 'capture'
      ? await replayCapture(rest, rules, sink)
      : kind === 'unknown'
        ? unknownKind()
        : await replayText(rest, kind, { rules, sink });
  return {
    ...read,
    problems: [...read.problems, ...problems],
    problemCount: read.problemCount + problems.length,
  };
}

function unknownKind(): Read {
  const reason = 'it is no capture, no recording of events and no audit log';
  return { kind: 'unknown', events: 0, problems: [{ at: 'byte 0', reason }], problemCount: 1 };
}

/** The bytes without compression. A stream that breaks off is a problem; what came before counts. */
async function* plainBytes(
  source: AsyncIterable<Uint8Array>,
  problems: ReplayProblem[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const start = first.value;
  const rest = (async function* all(): AsyncIterableIterator<Uint8Array> {
    yield start;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      yield next.value;
    }
  })();
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    yield* rest;
    return;
  }
  let bytes = 0;
  try {
    const plain: AsyncIterable<Uint8Array> = Readable.from(rest).pipe(createGunzip());
    for await (const chunk of plain) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    problems.push({
      at: `byte ${bytes}`,
      reason: `the compressed stream is broken (${messageOf(cause)})`,
    });
  }
}

/** By the first bytes: a section header, or JSON whose first entry says what it is. */
function kindOf(start: Uint8Array): RecordingKind {
  const [a, b, c, d] = start;
  if (a === 0x0a && b === 0x0d && c === 0x0d && d === 0x0a) return 'capture';
  const text = new TextDecoder().decode(start.subarray(0, 1024)).trimStart();
  if (!text.startsWith('{')) return 'unknown';
  const isAudit = /"auditID"|"kind"\s*:\s*"EventList"|"apiVersion"\s*:\s*"audit\.k8s\.io/.test(
    text,
  );
  return isAudit ? 'audit' : 'events';
}

async function replayCapture(
  chunks: AsyncIterable<Uint8Array>,
  rules: readonly Rule[],
  sink: Sink,
): Promise<Read> {
  const ask = asker(rules, 'syscall', {
    registry: syscallFields,
    timeOf: (event) => event.timeNs,
    sink,
  });
  const reader = new CaptureReader();
  let events = 0;
  for await (const chunk of chunks) {
    for (const event of reader.push(chunk)) {
      events += 1;
      ask(event);
    }
  }
  const { problems, problemCount, unknownEvents } = reader.end();
  const unknown = [...unknownEvents].map(([number, count]) => ({
    at: `event type ${number}`,
    reason: `not known, ${count} times`,
  }));
  return {
    kind: 'capture',
    events,
    problems: [
      ...problems.map(({ offset, reason }) => ({ at: `byte ${offset}`, reason })),
      ...unknown,
    ],
    problemCount: problemCount + unknown.length,
  };
}

const problemsAtMost = 100;
/** One event as JSON: a command line of 100 KB with its environment. */
const lineLength = 1024 * 1024;

async function replayText(
  chunks: AsyncIterable<Uint8Array>,
  kind: 'events' | 'audit',
  { rules, sink }: { readonly rules: readonly Rule[]; readonly sink: Sink },
): Promise<Read> {
  const decoder = new TextDecoder();
  const reader = kind === 'audit' ? auditLines(rules, sink) : flatLines(rules, sink);
  for await (const chunk of chunks) reader.push(decoder.decode(chunk, { stream: true }));
  return reader.end();
}

interface LineReader {
  push(text: string): void;
  end(): Read;
}

function auditLines(rules: readonly Rule[], sink: Sink): LineReader {
  const reader = new AuditReader();
  const ask = asker<AuditEvent>(rules, 'k8s_audit', {
    registry: auditFields,
    timeOf: ({ timeNs }) => timeNs,
    sink,
  });
  let events = 0;
  const take = (all: Iterable<AuditEvent>): void => {
    for (const event of all) {
      events += 1;
      ask(event);
    }
  };
  return {
    push: (text) => take(reader.push(text)),
    end: () => {
      take(reader.end());
      const problems = reader.problems.map(({ line, reason }) => ({ at: `line ${line}`, reason }));
      return { kind: 'audit', events, problems, problemCount: reader.problemCount };
    },
  };
}

function flatLines(rules: readonly Rule[], sink: Sink): LineReader {
  const ask = asker<FlatEvent>(rules, 'syscall', {
    registry: flatFields,
    timeOf: timeOfFlat,
    sink,
  });
  const problems: ReplayProblem[] = [];
  let problemCount = 0;
  let pending = '';
  let line = 0;
  let events = 0;
  const read = (text: string): void => {
    line += 1;
    if (text.trim() === '') return;
    const parsed = parseJson(text, { maximumLength: lineLength });
    const event = parsed.ok ? recordedEvent(parsed.value) : null;
    if (event !== null) {
      events += 1;
      ask(event);
      return;
    }
    problemCount += 1;
    const reason = parsed.ok
      ? 'no event: evt.type is missing'
      : parsed.reason.replace(' (line 1)', '');
    if (problems.length < problemsAtMost) problems.push({ at: `line ${line}`, reason });
  };
  return {
    push(text) {
      const parts = (pending + text).split('\n');
      pending = parts.pop() ?? '';
      for (const part of parts) read(part);
      // An endless line is no event; the parser says so when it is over.
      if (pending.length > lineLength * 2) pending = pending.slice(0, lineLength + 1);
    },
    end() {
      if (pending !== '') read(pending);
      return { kind: 'events', events, problems, problemCount };
    },
  };
}

/** A flat event, an alert, or a line of `watch --format jsonl` that holds one in `fields`. */
function recordedEvent(value: unknown): FlatEvent | null {
  const inner = field(value, 'fields');
  return flatEvent(inner === undefined ? value : inner);
}

function timeOfFlat({ fields }: FlatEvent): bigint {
  const raw = fields.get('evt.rawtime') ?? fields.get('evt.time');
  if (typeof raw === 'number' && Number.isFinite(raw) && raw >= 0) return BigInt(Math.trunc(raw));
  return typeof raw === 'string' && /^\d{1,30}$/.test(raw) ? BigInt(raw) : 0n;
}

/** Asks the rules of one source about an event, and tells what they say. */
function asker<Event extends { readonly type: string }>(
  rules: readonly Rule[],
  source: string,
  {
    registry,
    timeOf,
    sink,
  }: {
    readonly registry: FieldRegistry<Event>;
    readonly timeOf: (event: Event) => bigint;
    readonly sink: Sink;
  },
): (event: Event) => void {
  const own = rules.filter((rule) => rule.source === source);
  const engine = new RuleEngine(own, registry, { matching: sink.matching });
  const writer = new DetectionWriter<Event>({ registry, hostname: sink.hostname, timeOf });
  return (event) => {
    for (const rule of engine.match(event)) sink.detected(writer.write(rule, event));
  };
}
