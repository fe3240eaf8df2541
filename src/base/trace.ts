// Spans: what took how long, and who asked for it. Off unless somebody started tracing; then each span
// is told once when it ends. Callers are told of by W3C Trace Context (`traceparent`).
import { AsyncLocalStorage } from 'node:async_hooks';
import { messageOf } from './error.ts';
import { newName } from './secret.ts';

export type SpanKind = 'internal' | 'server' | 'client';
export type SpanValue = string | number | boolean;

export interface EndedSpan {
  /** 32 and 16 hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since 1970. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: ReadonlyMap<string, SpanValue>;
  /** Null: it went well. */
  readonly failure: string | null;
}

export interface Tracing {
  /** Nanoseconds since 1970 that never go back. */
  readonly nowNs: () => bigint;
  /** Must not throw and not wait. */
  readonly onSpan: (span: EndedSpan) => void;
  /** Whether a trace that begins here is told. */
  readonly isSampled: (traceId: string) => boolean;
}

export interface OpenSpan {
  set(key: string, value: SpanValue): void;
  /** Ends badly though nothing is thrown. */
  fail(why: string): void;
}

export interface SpanOptions {
  /** Default `internal`. */
  readonly kind?: SpanKind;
  /** The caller's `traceparent`; what is none counts as absent. */
  readonly parent?: string | null;
  readonly attributes?: Readonly<Record<string, SpanValue>>;
}

/** Where we are: the span around this very piece of work. */
interface Place {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

const silent: OpenSpan = { set: () => undefined, fail: () => undefined };
const places = new AsyncLocalStorage<Place>();
let tracing: Tracing | null = null;

/** Begins to tell spans; null ends it. One for the whole process: spans cross all layers. */
export function setTracing(next: Tracing | null): void {
  tracing = next;
}

/** Runs `action` as a span of the one around it, or of `parent`; without tracing it only runs it. */
export async function traced<T>(
  name: string,
  options: SpanOptions,
  action: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const { current, place, parentId } = begin(options);
  if (current === null) return action(silent);
  if (!place.isSampled) return places.run(place, () => action(silent));
  const attributes = new Map(Object.entries(options.attributes ?? {}));
  const startNs = current.nowNs();
  let failure: string | null = null;
  const span: OpenSpan = {
    set: (key, value) => void attributes.set(key, value),
    fail: (why) => {
      failure = why;
    },
  };
  try {
    return await places.run(place, () => action(span));
  } catch (error) {
    failure = messageOf(error);
    throw error;
  } finally {
    const { traceId, spanId } = place;
    const kind = options.kind ?? 'internal';
    const endNs = current.nowNs();
    const ids = { traceId, spanId, parentId, name, kind };
    current.onSpan({ ...ids, startNs, endNs, attributes, failure });
  }
}

type Begun =
  | { readonly current: null; readonly place: null; readonly parentId: null }
  | { readonly current: Tracing; readonly place: Place; readonly parentId: string | null };

function begin({ parent }: SpanOptions): Begun {
  if (tracing === null) return { current: null, place: null, parentId: null };
  const around = readTraceparent(parent ?? null) ?? places.getStore() ?? null;
  const traceId = around?.traceId ?? newName();
  const isSampled = around?.isSampled ?? tracing.isSampled(traceId);
  const place = { traceId, spanId: newName().slice(0, 16), isSampled };
  return { current: tracing, place, parentId: around?.spanId ?? null };
}

/** The header for whom we call now; null without a span around. */
export function traceparent(): string | null {
  const place = tracing === null ? undefined : places.getStore();
  if (place === undefined) return null;
  return `00-${place.traceId}-${place.spanId}-0${place.isSampled ? 1 : 0}`;
}

/** W3C Trace Context, 3.2: later versions may be longer, `ff` and ids of zeros are none. */
function readTraceparent(header: string | null): Place | null {
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.{0,256})?$/.exec(
    header ?? '',
  );
  if (parts === null) return null;
  const [, version, traceId = '', spanId = '', flags = '', rest] = parts;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
