// The door of traces: collects spans, sends them in batches, and never makes anybody wait.
import { hostname } from 'node:os';
import type { Pace } from '../../base/retry.ts';
import { type EndedSpan, setTracing } from '../../base/trace.ts';
import { createHttpSender, NotifyQueue } from '../notify/index.ts';
import { flawOfTraces, otlpSpans } from './otlp.ts';
import type { TraceSettings } from './settings.ts';

export { type TraceSettings, traceSettings } from './settings.ts';

export interface TraceExportOptions {
  readonly settings: TraceSettings;
  /** PEM. */
  readonly authorities: readonly string[];
  readonly version: string;
  readonly pace: Pace;
  /** Told what could not be delivered; never holds a header. */
  readonly warn: (line: string) => void;
  /** How long spans wait for others; default as OpenTelemetry's batches. */
  readonly collectMs?: number;
}

export interface TraceExport {
  /** Sends what is left, for a few seconds at most, and ends tracing. */
  close(): Promise<void>;
}

/** As OpenTelemetry's batch processor has them. */
const batchSpans = 512;
const waitingSpans = 2048;
const collectMs = 5000;
const closeMs = 5000;
const messageBytes = 8 * 1024 * 1024;
const nsPerMs = 1_000_000n;

/** Starts tracing in this process. */
export function exportTraces(options: TraceExportOptions): TraceExport {
  const { settings, authorities, version, pace, warn } = options;
  const resource = {
    version,
    attributes: new Map([
      ...settings.resource,
      ['service.name', settings.service],
      ['service.version', version],
      ['host.name', hostname()],
    ]),
  };
  const sender = createHttpSender<EndedSpan>({
    url: settings.url,
    headers: settings.headers,
    body: (spans, lost) => otlpSpans(spans, resource, lost),
    maximumBytes: messageBytes,
    tls: { authorities },
    pace,
    flawOfAnswer: flawOfTraces,
  });
  const queue = new NotifyQueue<EndedSpan>({
    sender,
    pace,
    capacity: waitingSpans,
    batch: batchSpans,
    deadlineMs: settings.timeoutMs,
    onProblem: (problem) => warn(`traces were not delivered: ${problem}`),
  });
  let collected: EndedSpan[] = [];
  const end = new AbortController();
  const flush = (): void => {
    const spans = collected;
    collected = [];
    for (const span of spans) queue.push(span);
  };
  const flushing = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await pace.sleep(options.collectMs ?? collectMs, end.signal).catch(() => undefined);
      flush();
    }
  };
  const flushed = flushing();
  const startedMs = pace.now();
  const startedNs = process.hrtime.bigint();
  setTracing({
    // The wall clock of the start and a clock that never goes back.
    nowNs: () => BigInt(startedMs) * nsPerMs + (process.hrtime.bigint() - startedNs),
    isSampled: (traceId) => Number.parseInt(traceId.slice(-13), 16) / 2 ** 52 < settings.ratio,
    onSpan: (span) => {
      collected.push(span);
      if (collected.length >= batchSpans) flush();
    },
  });
  return {
    async close() {
      setTracing(null);
      end.abort();
      await flushed;
      await queue.close(closeMs);
    },
  };
}
